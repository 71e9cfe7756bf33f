#include "harness/reduce/cost_judge.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "harness/pickle/decoder.h"
#include "harness/pickle/unpickler.h"
#include "harness/python/allocation_guard.h"
#include "harness/reduce/first_instruction.h"
#include "harness/reduce/fresh_process.h"
#include "harness/reduce/judge.h"
#include "harness/reduce/static_judge.h"

namespace pickleproof {
namespace {

constexpr double kSecondsForAll = 120;
constexpr size_t kMostRestarts = 3;  // each is a hang of kMostSeconds
// The same as where growth is judged by three measurements.
constexpr double kMostExponent = 1.5;

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// This process ends when it has used so much more.
void LimitCpu(unsigned seconds) {
  const auto end = static_cast<rlim_t>(CpuSeconds()) + seconds + 1;
  const rlimit limit{end, RLIM_INFINITY};
  setrlimit(RLIMIT_CPU, &limit);
}

std::set<std::string> WordsOf(std::string_view name) {
  std::set<std::string> words;
  while (true) {
    const size_t plus = name.find('+');
    words.emplace(name.substr(0, plus));
    if (plus == std::string_view::npos) return words;
    name.remove_prefix(plus + 1);
  }
}

bool IsPartOf(std::string_view name, std::string_view whole) {
  return std::ranges::includes(WordsOf(whole), WordsOf(name));
}

struct Task {
  Growth growth;
  GrowthCosts costs;
};

std::vector<Task> TasksOf(
    const CostReader& reader, std::string_view pickle,
    const std::function<bool(const CostReader&, std::string_view grown)>& wanted) {
  std::vector<Task> tasks;
  for (const Growth& growth : GrowthsOf(pickle)) {
    const std::string name = NameOf(pickle, growth);
    if (!wanted(reader, name)) continue;
    for (const GrowthScale& scale : kGrowthScales) {
      Task& task = tasks.emplace_back();
      task.growth = growth;
      task.costs.reader = reader.name;
      task.costs.engine = reader.id;
      task.costs.grown = name;
      task.costs.times = growth.argument ? scale.arguments : scale.runs;
    }
  }
  return tasks;
}

// In the child: "3 0" before a load, and what it cost behind it.
void RunTasks(const CostReader& reader, std::string_view pickle, const std::vector<Task>& tasks,
              size_t first, const std::function<void(std::string_view)>& tell) {
  for (size_t i = first; i < tasks.size(); ++i) {
    for (size_t k = 0; k < tasks[i].costs.costs.size(); ++k) {
      const auto grown = Grow(pickle, tasks[i].growth, tasks[i].costs.times << k);
      if (!grown) break;
      tell(fmt::format("{} {}", i, k));
      LimitCpu(kMostSeconds);
      const auto cost = MeasureLoad(reader, *grown, OptionsOfFindings(*grown));
      if (cost) {
        tell(fmt::format(" {} {} {} {:.9f} {}", cost->input, cost->memory, cost->unfolded,
                         cost->seconds, static_cast<int>(cost->stated)));
      }
      tell("\n");
      if (!cost) break;
    }
  }
}

// Reads what RunTasks told; returns the number of the last task that began.
size_t ReadCosts(const std::string& output, bool came_back, size_t first,
                 std::vector<Task>& tasks) {
  std::istringstream lines(output);
  size_t last = first;
  bool answered = true;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    size_t k = 0;
    Cost cost;
    int stated = 0;
    if (!(words >> last >> k) || last >= tasks.size()) return first;
    answered = static_cast<bool>(words >> cost.input >> cost.memory >> cost.unfolded >>
                                 cost.seconds >> stated);
    if (!answered) continue;
    cost.stated = static_cast<Stated>(stated);
    tasks[last].costs.costs[k] = cost;
    tasks[last].costs.measured = k + 1;
  }
  if (!came_back && !answered) tasks[last].costs.hangs = true;
  return last;
}

std::string Human(double value, std::string_view measure) {
  if (measure == "seconds") return fmt::format("{:.3g} s", value);
  return value < 1e6 ? fmt::format("{:.0f}", value) : fmt::format("{:.2g}", value);
}

double ValueOf(const Cost& cost, std::string_view measure) {
  if (measure == "memory") return static_cast<double>(cost.memory);
  if (measure == "unfolded") return static_cast<double>(cost.unfolded);
  return cost.seconds;
}

std::string Describe(const GrowthCosts& row) {
  std::string text = fmt::format("{} {} to {} times:", row.grown, row.times, row.times * 4);
  for (size_t i = 0; i < row.measured; ++i) {
    text += fmt::format(" {} bytes {} {},", row.costs[i].input,
                        Human(ValueOf(row.costs[i], row.found->measure), row.found->measure),
                        row.found->measure == "seconds" ? "of CPU time" : row.found->measure);
  }
  if (row.hangs) {
    text += fmt::format(" then no answer in {} s of CPU time", kMostSeconds);
  } else {
    text.pop_back();
  }
  return text;
}

Divergence DivergenceOf(const CostReader& reader, std::string measure, std::string opcode,
                        std::string says) {
  Divergence divergence;
  divergence.signature = {reader.name, "", DivergenceClass::kAmplification, std::move(measure),
                          std::move(opcode)};
  divergence.left_engine = reader.id;
  divergence.left_says = std::move(says);
  divergence.known = ReasonForCost(divergence.signature);
  return divergence;
}

// One load of the pickle as it is.
std::optional<Divergence> JudgeAlone(const CostReader& reader, std::string_view pickle) {
  const auto too_much = [&](std::string_view front) {
    const auto cost = MeasureLoad(reader, front, OptionsOfFindings(front));
    return cost && JudgeCost(*cost);
  };
  const auto told = RunFresh({.seconds = kSecondsForAll}, [&](const auto& tell) {
    LimitCpu(kMostSeconds);
    if (!too_much(pickle)) return;
    const auto cost = MeasureLoad(reader, pickle, OptionsOfFindings(pickle));
    tell(fmt::format("{} {} {}", FindFirstInstruction(pickle, too_much).opcode, cost->memory,
                     Name(cost->stated)));
  });
  if (!told || told->end != ProcessEnd::kDone || told->output.empty()) return std::nullopt;
  std::istringstream words(told->output);
  std::string opcode, memory, stated;
  words >> opcode >> memory >> stated;
  const std::string says = fmt::format("{} bytes make it ask for {}", pickle.size(), memory);
  Divergence divergence = DivergenceOf(reader, "memory", std::move(opcode), says);
  // A reader that lost its place meets the length at an instruction that is none.
  if (!divergence.known && !stated.empty())
    divergence = DivergenceOf(reader, "memory", stated, says);
  return divergence;
}

}  // namespace

std::vector<CostReader> CostReadersOf(const EngineSet& set) {
  std::vector<CostReader> readers = {{"pickleproof", "pickleproof", nullptr}};
  for (Engine* engine : set.Readers()) {
    const EngineCard& card = engine->card();
    if (!card.id.starts_with("cpython-") || card.channel != Channel::kBytesIo) continue;
    const bool c = card.id.find("/_pickle/") != std::string::npos;
    readers.push_back({c ? "_pickle" : "pickle.py", card.id, engine});
  }
  return readers;
}

std::optional<Cost> MeasureLoad(const CostReader& reader, std::string_view input,
                                const LoadOptions& options) {
  Cost cost{.input = input.size()};
  const double begin = CpuSeconds();
  if (reader.engine == nullptr) {
    Unpickler unpickler(options);
    const Unpickler::Loaded loaded = unpickler.Load(input);
    cost.seconds = CpuSeconds() - begin;
    cost.memory = unpickler.MemoryBytes();
    if (loaded.verdict != Verdict::kAccept) return std::nullopt;
    cost.unfolded = UnfoldedSize(unpickler.graph());
    return cost;
  }
  const Outcome outcome = reader.engine->Load(input, options);
  cost.seconds = CpuSeconds() - begin;
  cost.memory = AllocationCap::Requested();
  // Most of it, and that once or twice: what is there is copied to make room for more.
  if (const uint64_t largest = AllocationCap::Largest(); largest > cost.memory / 3) {
    cost.stated = WhatStates(input, largest);
  }
  const bool counts =
      outcome.verdict == Verdict::kAccept || outcome.verdict == Verdict::kOutOfMemory;
  return counts ? std::optional(cost) : std::nullopt;
}

void JudgeGrowthCosts(GrowthCosts& costs) {
  // What was repeated only moved a length, or what is taken for one, to where it was believed.
  const auto measured = std::span(costs.costs).first(costs.measured);
  if (std::ranges::any_of(measured, [](const Cost& c) { return c.stated != Stated::kNo; })) return;
  for (size_t i = 0; i < costs.measured; ++i) {
    costs.found = JudgeCost(costs.costs[i]);
    if (costs.found) return;
  }
  if (costs.measured == costs.costs.size()) {
    costs.found = JudgeGrowth(costs.costs);
  } else if (costs.hangs && costs.measured > 0) {
    const double before = std::max(costs.costs[costs.measured - 1].seconds, 1e-6);
    const double exponent = std::log2(kMostSeconds / before);
    if (exponent > kMostExponent) {
      costs.found = Amplification{.measure = "seconds", .exponent = exponent, .witness = {}};
    }
  }
}

std::vector<GrowthCosts> MeasureGrowth(
    const std::vector<CostReader>& readers, std::string_view pickle,
    const std::function<bool(const CostReader&, std::string_view grown)>& wanted) {
  std::vector<GrowthCosts> rows;
  for (const CostReader& reader : readers) {
    std::vector<Task> tasks = TasksOf(reader, pickle, wanted);
    size_t next = 0;
    for (size_t tries = 0; next < tasks.size() && tries < kMostRestarts; ++tries) {
      const auto told = RunFresh({.seconds = kSecondsForAll}, [&](const auto& tell) {
        RunTasks(reader, pickle, tasks, next, tell);
      });
      if (!told) break;
      const bool done = told->end == ProcessEnd::kDone;
      next = ReadCosts(told->output, told->end != ProcessEnd::kHang, next, tasks) + 1;
      if (done) break;
    }
    for (Task& task : tasks) {
      JudgeGrowthCosts(task.costs);
      rows.push_back(std::move(task.costs));
    }
  }
  return rows;
}

std::vector<Divergence> JudgeCosts(const std::vector<CostReader>& readers, std::string_view pickle,
                                   const std::vector<GrowthCosts>& rows) {
  std::vector<Divergence> found;
  // What grows more than is needed for it says nothing new.
  const auto told = [&](const std::string& reader, const std::string& measure,
                        const std::string& name) {
    return std::ranges::any_of(found, [&](const Divergence& other) {
      return other.signature.left == reader && other.signature.detail == measure &&
             IsPartOf(other.signature.opcode, name);
    });
  };
  for (const CostReader& reader : readers) {
    auto alone = JudgeAlone(reader, pickle);
    for (const GrowthCosts& row : rows) {
      if (row.engine != reader.id || !row.found) continue;
      if (told(row.reader, row.found->measure, row.grown)) continue;
      // Whatever grows, the cause stays in the pickle.
      if (alone && row.found->measure == alone->signature.detail) continue;
      found.push_back(DivergenceOf(reader, row.found->measure, row.grown, Describe(row)));
    }
    if (alone) found.push_back(std::move(*alone));
  }
  return found;
}

std::vector<Divergence> JudgeCosts(const EngineSet& set, std::string_view pickle) {
  const std::vector<CostReader> readers = CostReadersOf(set);
  return JudgeCosts(readers, pickle, MeasureGrowth(readers, pickle));
}

bool ShowsCost(const EngineSet& set, std::string_view pickle,
               const DivergenceSignature& signature) {
  std::vector<CostReader> readers = CostReadersOf(set);
  std::erase_if(readers, [&](const CostReader& r) { return r.name != signature.left; });
  const auto wanted = [&](const CostReader&, std::string_view grown) {
    return IsPartOf(grown, signature.opcode);
  };
  const auto found = JudgeCosts(readers, pickle, MeasureGrowth(readers, pickle, wanted));
  return std::ranges::any_of(found, [&](const Divergence& d) { return d.signature == signature; });
}

std::optional<DivergenceReason> ReasonForCost(const DivergenceSignature& signature) {
  if (signature.detail == "unfolded") {
    return DivergenceReason{
        "sharing",
        "A value that is shared costs a byte or two and counts in full for whoever prints, hashes "
        "or copies the result; that values can be shared is what a pickle is for",
        "https://docs.python.org/3/library/pickle.html#comparison-with-marshal"};
  }
  // Nothing else excuses our own machine.
  if (signature.left == "pickleproof") return std::nullopt;
  if (signature.detail == "memory") {
    const bool memo = signature.opcode.ends_with("PUT") || signature.opcode == "MEMOIZE";
    // pickle.py's memo is a dict.
    if (memo && signature.left != "_pickle") return std::nullopt;
    const OpcodeInfo* info = FindOpcode(std::string_view(signature.opcode));
    const bool stated =
        signature.opcode == Name(Stated::kLength) || signature.opcode == Name(Stated::kMemoIndex);
    const bool counted = info != nullptr && (info->opcode == Opcode::FRAME ||
                                             LayoutOf(info->arg).form == ArgLayout::Form::kCounted);
    return memo || counted || stated ? std::optional(ReasonForMemory(signature.opcode))
                                     : std::nullopt;
  }
  if (signature.opcode.starts_with("INT(") || signature.opcode.starts_with("LONG(")) {
    return DivergenceReason{
        "quadratic-int",
        "int() of decimal text takes quadratic time; since 3.11 (and in late patch versions of "
        "older ones) text of more than 4300 digits is refused",
        "https://github.com/python/cpython/issues/95778"};
  }
  if (signature.opcode.starts_with("TUPLE")) {
    return DivergenceReason{
        "tuple-hash",
        "The hash of a tuple is computed anew each time, by way of all that it holds: tuples that "
        "share tuples take exponential time as keys, nested ones quadratic",
        "https://github.com/python/cpython/issues/131525"};
  }
  return std::nullopt;
}

}  // namespace pickleproof
