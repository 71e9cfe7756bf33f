// repro INPUT: everything about one pickle. Disassembly, what each reader answers, where they part,
// why, and the shortest command for each.

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "harness/base/bytes.h"
#include "harness/cli/inputs.h"
#include "harness/cli/state.h"
#include "harness/cli/verbs.h"
#include "harness/pickle/disassembler.h"
#include "harness/reduce/cost_judge.h"
#include "harness/reduce/finding_report.h"
#include "harness/reduce/judge.h"
#include "harness/reduce/reproducer.h"
#include "harness/reduce/version_judges.h"

namespace pickleproof {
namespace {

// Longer pickles are named by their path in commands.
constexpr size_t kMaxHexOnCommandLine = 2048;
constexpr size_t kAnswerInLine = 120;

struct ReproVerb {
  std::string input;
  std::string hex;
  StateArgument state;
  bool commands = false;
  bool versions = false;
  bool grow = false;
};

void PrintDivergence(const Divergence& divergence) {
  fmt::print("  {}  {}\n", Id(divergence.signature), ToText(divergence.signature));
  fmt::print("    {}: {}\n", divergence.left_engine, divergence.left_says);
  if (!divergence.right_engine.empty()) {
    fmt::print("    {}: {}\n", divergence.right_engine, divergence.right_says);
  }
  if (!divergence.path.empty()) fmt::print("    first difference at {}\n", divergence.path);
  if (divergence.offset != kNoOffset) {
    fmt::print("    first instruction: {} at byte {}\n", divergence.signature.opcode,
               divergence.offset);
  }
  if (divergence.known) {
    fmt::print("    known as {}: {}\n", divergence.known->name, divergence.known->text);
    if (!divergence.known->link.empty()) fmt::print("    {}\n", divergence.known->link);
  } else {
    fmt::print("    not explained by anything known\n");
  }
}

// "cpython-3.9/_pickle/loads" without its version.
std::string_view ReaderOf(std::string_view engine) {
  return engine.starts_with("cpython-") ? engine.substr(engine.find('/') + 1) : engine;
}

// Who answers the same in several versions is a line.
void PrintAnswersByVersion(const std::vector<VersionAnswer>& versions) {
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>> readers;
  for (const VersionAnswer& version : versions) {
    for (const auto& [engine, answer] : version.answers) {
      const std::string reader(ReaderOf(engine));
      auto row = std::ranges::find(readers, reader, [](const auto& one) { return one.first; });
      if (row == readers.end()) row = readers.insert(row, {reader, {}});
      auto same = std::ranges::find(row->second, answer, [](const auto& one) { return one.first; });
      if (same == row->second.end()) same = row->second.insert(same, {answer, ""});
      same->second += (same->second.empty() ? "" : " ") + version.version;
    }
  }
  for (const auto& [reader, answers] : readers) {
    fmt::print("  {}\n", reader);
    for (const auto& [answer, in] : answers) {
      fmt::print("    {}: {}{}\n", in, answer.substr(0, kAnswerInLine),
                 answer.size() > kAnswerInLine ? "..." : "");
    }
  }
}

// What each version of CPython whose judge is built makes of it.
void PrintVersions(std::string_view stream) {
  VersionJudges judges = VersionJudges::Start();
  const std::vector<VersionAnswer> versions = judges.Ask(stream);
  fmt::print("\nVersions\n");
  PrintAnswersByVersion(versions);
  // Readers that end their process have their version in their name.
  std::set<DivergenceSignature> signatures;
  for (const VersionAnswer& version : versions) {
    for (const std::string& text : version.shows) {
      const auto signature = ParseDivergenceSignature(text);
      if (signature) signatures.insert(InVersion(*signature, "3.x"));
    }
  }
  for (const DivergenceSignature& signature : signatures) {
    fmt::print("  {}\n    {}\n", ToText(signature), ToText(ShowsIn(signature, versions)));
  }
  for (const std::string& missing : judges.unavailable()) {
    fmt::print("  unavailable: {}\n", missing);
  }
}

// Commands that need stand-ins are long and alike: without --commands only the first of them.
void PrintCommands(std::string_view stream, const std::vector<TraceEvent>& trace,
                   std::string_view input, bool all) {
  fmt::print("\nCommands\n");
  const std::string source =
      stream.size() <= kMaxHexOnCommandLine ? "--hex " + ToHex(stream) : std::string(input);
  fmt::print("  pickleproof\n    ./pickleproof load --engine pickleproof {}\n", source);
  size_t left_out = 0;
  size_t printed = 0;
  for (const auto& [reader, command] : PythonCommands(stream, trace)) {
    if (!all && command.find('\n') != std::string::npos && printed++ > 0) {
      ++left_out;
      continue;
    }
    fmt::print("  {}\n{}\n", reader, command);
  }
  if (left_out > 0) fmt::print("  {} more of the kind with --commands\n", left_out);
}

// Of each reader and each thing that can be grown, what n, 2n and 4n times cost.
void PrintGrowth(const std::vector<GrowthCosts>& rows) {
  fmt::print("\n{:<12} {:<28} {:>6} {:>9} {:>12} {:>12} {:>10}\n", "reader", "grown", "times",
             "bytes", "memory", "unfolded", "CPU ms");
  for (const GrowthCosts& row : rows) {
    for (size_t i = 0; i < row.measured; ++i) {
      const Cost& cost = row.costs[i];
      fmt::print("{:<12} {:<28} {:>6} {:>9} {:>12} {:>12} {:>10.3f}\n", row.reader, row.grown,
                 row.times << i, cost.input, cost.memory, cost.unfolded, cost.seconds * 1e3);
    }
    if (row.hangs) {
      fmt::print("{:<12} {:<28} {:>6} no answer in {} s of CPU time\n", row.reader, row.grown,
                 row.times << row.measured, kMostSeconds);
    }
    if (row.found) fmt::print("  out of proportion: {}\n", row.found->measure);
  }
}

int RunRepro(const ReproVerb& verb) {
  const auto stream = ReadStream(verb.input, verb.hex, verb.state);
  if (!stream) return Refuse(stream.error().message);
  const EngineSet set = EngineSet::Make(InterpreterOfFindings());
  auto judge = Judge::Make(set);
  if (!judge) return Refuse(judge.error().message);
  fmt::print("{} bytes: {}\n\n{}\nAnswers\n", stream->size(),
             stream->size() <= kMaxHexOnCommandLine ? ToHex(*stream) : verb.input,
             Disassemble(*stream));
  std::vector<TraceEvent> trace;
  for (auto& [engine, outcome] : judge->Answers(*stream)) {
    fmt::print("  {}: {}\n", engine, Briefly(outcome));
    if (outcome.trace.size() > trace.size()) trace = std::move(outcome.trace);
  }
  std::vector<Divergence> found = judge->Look(*stream);
  if (verb.grow) {
    const auto readers = CostReadersOf(set);
    const auto rows = MeasureGrowth(readers, *stream);
    PrintGrowth(rows);
    std::ranges::move(JudgeCosts(readers, *stream, rows), std::back_inserter(found));
  }
  fmt::print("\n{}\n", found.empty() ? "All readers agree." : "Differences");
  for (const Divergence& divergence : found) PrintDivergence(divergence);
  if (verb.versions) PrintVersions(*stream);
  PrintCommands(*stream, trace, verb.input, verb.commands);
  std::fflush(stdout);
  const bool unknown = std::ranges::any_of(found, [](const Divergence& d) { return !d.known; });
  return unknown ? kDisagreed : kAgreed;
}

}  // namespace

void AddRepro(CLI::App& app, int* status) {
  auto verb = std::make_shared<ReproVerb>();
  CLI::App* repro = app.add_subcommand(
      "repro",
      "Explain one pickle: disassembly, each reader's answer, the first difference and its\n"
      "reason, a command for each reader. Exit status 1 where a difference has no known reason");
  repro->add_option("INPUT", verb->input, "A file, - for standard input, or the id of a finding");
  repro->add_option("--hex", verb->hex, "The bytes themselves, as hex digits")->type_name("BYTES");
  repro->add_flag("--commands", verb->commands, "All commands, long ones too");
  repro->add_flag("--versions", verb->versions,
                  "Also what the readers of every version of CPython answer");
  repro->add_flag("--grow", verb->grow,
                  "What it costs when its parts are repeated, and whether that is in proportion");
  verb->state.AddTo(*repro);
  repro->callback([verb, status] { *status = RunRepro(*verb); });
}

}  // namespace pickleproof
