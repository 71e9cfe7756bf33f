#include "harness/matrix/smoke.h"

#include <random>

#include <fmt/format.h>

#include "harness/base/bytes.h"
#include "harness/graph/compare.h"
#include "harness/graph/notation.h"
#include "harness/graph/notation_parser.h"

namespace pickleproof {
namespace {

struct Probe {
  std::string_view hex;
  std::string_view notation;  // empty: must be refused
};

// One stream for each protocol, and streams that no reader may accept.
constexpr Probe kProbes[] = {
    {"49350a2e", "5"},
    {"5d2871004b014b02652e", ""},  // BINPUT right after MARK
    {"5d2871014b0165", ""},
    {"7d284b014b02752e", "{1: 2}"},
    {"80025d71002868004b01652e", "#0=[#0#, 1]"},
    {"800343036162632e", "b'abc'"},
    {"80049505000000000000008c016194852e", "('a',)"},
    {"800596010000000000000078942e", "bytearray(b'x')"},
    {"", ""},
    {"4e", ""},
    {"ff2e", ""},
    {"68072e", ""},
    {"7d5d4b01732e", ""},
};

std::string TestReading(Engine& engine) {
  for (const Probe& probe : kProbes) {
    const std::string stream = *FromHex(probe.hex);
    const Outcome outcome = engine.Load(stream, {});
    const bool accepted = outcome.verdict == Verdict::kAccept;
    if (probe.notation.empty()) {
      if (accepted) return fmt::format("accepts {}, which no reader may accept", probe.hex);
      continue;
    }
    if (!accepted) {
      return fmt::format("does not read {}: {}", probe.hex,
                         outcome.error ? ToString(*outcome.error) : "no reason given");
    }
    const auto expected = ParseNotation(probe.notation);
    const auto difference = FirstDifference(*expected, outcome.graph);
    if (difference) return fmt::format("reads {} wrong, {}", probe.hex, difference->ToString());
  }
  // Random data echoed: an engine that answers from memory does not know this string.
  std::random_device random;
  const std::string text = fmt::format("{:08x}{:08x}", random(), random());
  const std::string stream = fmt::format("V{}\n.", text);
  const Outcome outcome = engine.Load(stream, {});
  Graph expected;
  expected.set_root(expected.Str(text));
  if (outcome.verdict != Verdict::kAccept || FirstDifference(expected, outcome.graph)) {
    return "does not give random text back";
  }
  return "";
}

std::string TestWriting(Engine& engine) {
  const auto graph = ParseNotation("#0=[None, True, 5, 1.5, 'a', (), {'k': #0#}]");
  for (const int protocol : engine.card().protocols_written) {
    const auto stream = engine.Dump(*graph, protocol);
    if (!stream) {
      return fmt::format("does not write a list at protocol {}: {}", protocol,
                         ToString(stream.error()));
    }
    if (!engine.card().reads) continue;
    const Outcome outcome = engine.Load(*stream, {});
    if (outcome.verdict != Verdict::kAccept || FirstDifference(*graph, outcome.graph)) {
      return fmt::format("does not read what it wrote at protocol {}", protocol);
    }
  }
  return "";
}

}  // namespace

std::string SmokeTest(Engine& engine) {
  std::string failure = engine.card().reads ? TestReading(engine) : "";
  if (failure.empty() && engine.card().writes) failure = TestWriting(engine);
  return failure;
}

}  // namespace pickleproof
