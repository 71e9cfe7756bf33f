// Every graph of up to 4 nodes (generators/exhaustive.h) through writers, protocols and readers:
// what random graphs make likely, made certain for small ones.

#include <gtest/gtest.h>

#include <array>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "generators/exhaustive.h"
#include "generators/policies.h"
#include "harness/base/bytes.h"
#include "harness/graph/compare.h"
#include "harness/graph/notation.h"
#include "harness/matrix/engine_set.h"
#include "harness/matrix/runner.h"
#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

constexpr int kProtocols = 6;
constexpr int kMaxReports = 5;

// Reads with one profile and compares, its memory kept between graphs.
class Reader {
 public:
  explicit Reader(std::string_view profile) : profile_(profile), unpickler_(OptionsOf(profile)) {}

  // Empty where `bytes` are read to their end as `graph`, else what is wrong.
  std::string Check(const Graph& graph, std::string_view bytes) {
    unpickler_.Reset();
    const Unpickler::Loaded loaded = unpickler_.Load(bytes);
    if (loaded.verdict != Verdict::kAccept) {
      return fmt::format("{} says {}", profile_, loaded.error ? ToString(*loaded.error) : "no");
    }
    if (loaded.consumed != bytes.size()) return fmt::format("{} leaves bytes over", profile_);
    const auto difference = comparer_.FirstDifference(graph, unpickler_.graph(),
                                                      {.strictness = Strictness::kAllIdentity});
    return difference ? fmt::format("{} reads it otherwise {}", profile_, difference->ToString())
                      : "";
  }

 private:
  static LoadOptions OptionsOf(std::string_view profile) {
    LoadOptions options;
    options.profile = *Profile::Of(profile, 11);
    return options;
  }

  std::string_view profile_;
  Unpickler unpickler_;
  Comparer comparer_;
};

TEST(SmallGraphs, ComeBackFromOurWritersAtEveryProtocolByOurReaders) {
  std::array<Reader, 2> readers = {Reader("_pickle"), Reader("pickle.py")};
  uint64_t index = 0, streams = 0, bytes_written = 0;
  int reports = 0;
  const auto check = [&](const Graph& graph) {
    const EncodingPolicy policies[] = {*EncodingPolicy::Named("_pickle"),
                                       *EncodingPolicy::Named("pickle.py"), PolicyFromSeed(index)};
    for (const EncodingPolicy& policy : policies) {
      for (int protocol = 0; protocol < kProtocols; ++protocol) {
        DumpOptions options;
        options.protocol = protocol;
        options.policy = policy;
        const auto bytes = Dump(graph, options);
        std::string wrong = bytes ? "" : ToString(bytes.error());
        for (Reader& reader : readers) {
          if (wrong.empty()) wrong = reader.Check(graph, *bytes);
        }
        if (!wrong.empty() && reports++ < kMaxReports) {
          ADD_FAILURE() << fmt::format("graph {} ({}), policy {}, protocol {}: {}\n{}", index,
                                       ToNotation(graph), &policy - policies, protocol, wrong,
                                       bytes ? ToHex(*bytes) : "");
        }
        ++streams;
        bytes_written += bytes ? bytes->size() : 0;
      }
    }
    ++index;
  };
  const uint64_t graphs = ForEachSmallGraph(4, check);
  EXPECT_EQ(reports, 0);
  EXPECT_EQ(graphs, 166'971U);
  std::cout << fmt::format("{} graphs, {} streams of {} bytes, each read by {} readers\n", graphs,
                           streams, bytes_written, readers.size());
}

// ---- With CPython: every writer to every reader, on the channel that can do everything.

TEST(SmallGraphs, ComeBackFromEveryWriterByEveryReader) {
  const EngineSet engines = EngineSet::Make();
  ASSERT_TRUE(engines.unavailable().empty()) << engines.unavailable().front();
  std::vector<Engine*> writers, readers;
  for (const auto& engine : engines.engines()) {
    const EngineCard& card = engine->card();
    if (card.id.starts_with("cpython") && card.channel != Channel::kBytesIo) continue;
    if (card.writes) writers.push_back(engine.get());
    if (card.reads) readers.push_back(engine.get());
  }
  RunRecord record;
  MatrixRunner runner(writers, readers, record);
  const auto run = [&](const Graph& graph) {
    ++record.inputs.graphs;
    runner.RunGraph(graph, "small", ToNotation(graph), "");
  };
  ForEachSmallGraph(4, run);

  const Counts counts = Total(record);
  std::cout << fmt::format(
      "{} graphs, {} streams, {} writers x {} readers: {} agree, {} explained\n",
      record.inputs.graphs, record.inputs.streams, writers.size(), readers.size(), counts.agree,
      counts.explained);
  for (const Reason& reason : record.reasons) {
    std::cout << fmt::format("  {}: {}\n", reason.count, reason.name);
  }
  EXPECT_EQ(counts.agree + counts.explained, counts.Total());
  EXPECT_EQ(counts.agree + counts.explained,
            record.inputs.graphs * writers.size() * readers.size() * kProtocols);
  for (const auto& [signature, finding] : record.differences) {
    if (!signature.explained_by.empty()) continue;
    const Witness& witness = finding.witness;
    ADD_FAILURE() << fmt::format("{} times {} by {} from {}, for example {} at protocol {}: {}",
                                 finding.count, signature.kind, signature.right, signature.writer,
                                 witness.key.source, witness.key.protocol, witness.right.graph);
  }
}

}  // namespace
}  // namespace pickleproof
