// repro INPUT: everything about one pickle. Disassembly, what each reader answers, where they part,
// why, and the shortest command for each.

#include <memory>

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

namespace pickleproof {
namespace {

// Longer pickles are named by their path in commands.
constexpr size_t kMaxHexOnCommandLine = 2048;

struct ReproVerb {
  std::string input;
  std::string hex;
  StateArgument state;
  bool commands = false;
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
void PrintGrowth(const EngineSet& set, std::string_view stream) {
  fmt::print("\n{:<12} {:<28} {:>6} {:>9} {:>12} {:>12} {:>10}\n", "reader", "grown", "times",
             "bytes", "memory", "unfolded", "CPU ms");
  const auto rows =
      MeasureGrowth(CostReadersOf(set), stream, [](const auto&, auto) { return true; });
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
    PrintGrowth(set, *stream);
    for (Divergence& divergence : judge->LookAtCosts(*stream)) found.push_back(divergence);
  }
  fmt::print("\n{}\n", found.empty() ? "All readers agree." : "Differences");
  for (const Divergence& divergence : found) PrintDivergence(divergence);
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
  repro->add_flag("--grow", verb->grow,
                  "What it costs when its parts are repeated, and whether that is in proportion");
  verb->state.AddTo(*repro);
  repro->callback([verb, status] { *status = RunRepro(*verb); });
}

}  // namespace pickleproof
