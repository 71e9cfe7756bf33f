#include "harness/history/collector.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/bytes.h"
#include "harness/reduce/death.h"
#include "harness/reduce/finding_report.h"
#include "harness/reduce/fresh_process.h"
#include "harness/reduce/judge.h"
#include "harness/reduce/reducer.h"

namespace pickleproof {
namespace {

constexpr size_t kLargestAllocation = size_t{16} << 20;
constexpr uint64_t kSteps = 20000;
constexpr uint64_t kStepsOfDeaths = 300;  // each costs a process
constexpr double kSecondsToLook = 20;     // for one candidate
constexpr double kSecondsForAnswers = 0.2;
constexpr double kSecondsForCosts = 10;
constexpr double kSecondsToReduce = 120;
constexpr size_t kBatch = 200;

using Tell = std::function<void(std::string_view)>;

EngineSet MakeEngines() { return EngineSet::Make({.largest_allocation = kLargestAllocation}); }

// In the child: "begin 3" before each candidate, "shows 3 SIGNATURE" for what it shows.
void LookAt(const std::vector<Candidate>& candidates, size_t begin, size_t end, const Tell& tell) {
  const EngineSet set = MakeEngines();
  auto judge = Judge::Make(set);
  if (!judge) _exit(3);
  for (size_t i = begin; i < end; ++i) {
    tell(fmt::format("begin {}\n", i));
    for (const Divergence& divergence : judge->Look(candidates[i].stream)) {
      tell(fmt::format("shows {} {}\n", i, ToText(divergence.signature)));
    }
    if (candidates[i].target != kResourceTarget) continue;
    for (const Divergence& divergence : judge->LookAtCosts(candidates[i].stream)) {
      tell(fmt::format("shows {} {}\n", i, ToText(divergence.signature)));
    }
  }
  tell("end 0\n");
}

// In the child: the reduced finding as JSON, and its folder; nothing where it does not show here.
// The child asks the judges over the pipes that it inherits, while its parent waits for it.
void ConfirmAndReduce(const DivergenceSignature& signature, const Candidate& candidate,
                      const std::string& folder, VersionJudges& judges, const Tell& tell) {
  const EngineSet set = MakeEngines();
  auto judge = Judge::Make(set);
  if (!judge || !judge->Shows(candidate.stream, signature)) return;
  StepBudget budget(kSteps);
  const std::string smallest = ReduceStream(
      candidate.stream, [&](std::string_view bytes) { return judge->Shows(bytes, signature); },
      budget);
  const bool costs = signature.what == DivergenceClass::kAmplification;
  for (Divergence& divergence : costs ? judge->LookAtCosts(smallest) : judge->Look(smallest)) {
    if (divergence.signature != signature) continue;
    FindingReport report =
        MakeFindingReport(*judge, std::move(divergence), smallest, candidate.stream);
    report.versions = judges.Ask(smallest, &signature);
    if (auto written = WriteFindingFolder(folder, report); !written) _exit(4);
    tell(ToJson(report, -1));
    return;
  }
}

// The reader that a stream ends, by the last name told.
Result<FreshResult> ReadOneByOne(std::string_view stream) {
  return RunFresh({.seconds = kSecondsToLook}, [&](const Tell& tell) {
    const EngineSet set = MakeEngines();
    for (Engine* reader : set.Readers()) {
      tell(reader->card().id + "\n");
      reader->Load(stream, OptionsOfFindings(stream));
    }
  });
}

std::string LastLine(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

// The number behind the first word of a line, and what comes behind that.
size_t NumberOf(std::string_view line, std::string_view& rest) {
  size_t number = 0;
  const size_t space = line.find(' ');
  const char* end = line.data() + line.size();
  const char* stopped = std::from_chars(line.data() + space + 1, end, number).ptr;
  rest = stopped == end ? std::string_view() : std::string_view(stopped + 1, end);
  return number;
}

}  // namespace

int64_t Collected::NewUnknown() const {
  return std::ranges::count_if(fresh, [](const FindingRow& row) { return !row.known; });
}

Result<FindingRow> ParseFinding(std::string_view json) {
  const auto parsed = nlohmann::ordered_json::parse(json, nullptr, false);
  FindingRow row;
  try {
    parsed.at("id").get_to(row.id);
    parsed.at("signature").get_to(row.signature);
    parsed.at("class").get_to(row.what);
    parsed.at("engines").at(0).get_to(row.left);
    parsed.at("engines").at(1).get_to(row.right);
    parsed.at("hex").get_to(row.hex);
    parsed.at("known").get_to(row.known);
    parsed.at("reason").get_to(row.reason);
    parsed.at("explanation").get_to(row.explanation);
    for (const auto& [engine, answer] : parsed.at("outcomes").items()) {
      row.outcomes.emplace_back(engine, answer.get<std::string>());
    }
    for (const auto& [version, shows] : parsed.at("versions").items()) {
      row.versions.push_back({version, shows.get<bool>()});
    }
  } catch (const nlohmann::json::exception& error) {
    return Fail(ErrorCode::kSyntax, std::string("a finding that can't be read: ") + error.what());
  }
  return row;
}

VersionJudges& Collector::Judges() {
  if (!judges_) judges_ = VersionJudges::Start();
  return *judges_;
}

Result<void> Collector::LookAtAll(const std::vector<Candidate>& candidates, Collected& collected) {
  for (size_t next = 0; next < candidates.size();) {
    const size_t end = std::min(next + kBatch, candidates.size());
    double seconds = kSecondsToLook;
    for (size_t i = next; i < end; ++i) {
      seconds += candidates[i].target == kResourceTarget ? kSecondsForCosts : kSecondsForAnswers;
    }
    const auto looked = RunFresh({.seconds = seconds},
                                 [&](const Tell& tell) { LookAt(candidates, next, end, tell); });
    if (!looked) return std::unexpected(looked.error());
    size_t reached = next;
    bool complete = false;
    for (const std::string_view line : Lines(looked->output)) {
      std::string_view rest;
      const size_t number = NumberOf(line, rest);
      if (line.starts_with("end")) complete = true;
      if (line.starts_with("begin")) reached = number;
      if (!line.starts_with("shows")) continue;
      collected.shows[number] = true;
      Seen& seen = seen_[std::string(rest)];
      if (seen.times++ == 0 ||
          candidates[number].stream.size() < candidates[seen.candidate].stream.size()) {
        seen.candidate = number;
      }
    }
    if (complete) {
      next = end;
      continue;
    }
    if (looked->output.empty()) {
      return Fail(ErrorCode::kForeign, "no process could look at candidates: " + looked->how);
    }
    if (auto done = ExamineDeath(candidates[reached], collected); !done) return done;
    collected.shows[reached] = true;
    next = reached + 1;
  }
  return {};
}

// A candidate that ended the process: by which reader, and is there a smaller one?
Result<void> Collector::ExamineDeath(const Candidate& candidate, Collected& collected) {
  const auto first = ReadOneByOne(candidate.stream);
  if (!first) return std::unexpected(first.error());
  // Alone it does no harm: the memory of others was to blame, or chance.
  if (first->end == ProcessEnd::kDone) return {};
  const std::string engine = LastLine(first->output);
  StepBudget budget(first->end == ProcessEnd::kHang ? 0 : kStepsOfDeaths);
  const std::string smallest = ReduceStream(
      candidate.stream,
      [&](std::string_view stream) {
        const auto again = ReadOneByOne(stream);
        return again && again->end == first->end && LastLine(again->output) == engine;
      },
      budget);
  const DivergenceSignature signature = SignatureOfDeath(engine, first->end);
  FindingRow row;
  row.id = Id(signature);
  row.signature = ToText(signature);
  row.what = Name(signature.what);
  row.left = engine;
  row.hex = ToHex(smallest);
  row.explanation = fmt::format("{} ends its process: {}", engine, first->how);
  row.target = candidate.target;
  row.outcomes = {{engine, AnswerOfDeath(*first)}};
  row.versions = ShowsIn(signature, Judges().Ask(smallest, &signature));
  return Enter(std::move(row), smallest, collected);
}

Result<void> Collector::Enter(FindingRow row, std::string_view stream, Collected& collected) {
  const std::string folder = state_.Finding(row.id);
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  std::ofstream(folder + "/input.pkl", std::ios::binary) << stream;
  std::ofstream(folder + "/issue.md")
      << fmt::format("# {}\n\n{}\n{}\n", row.signature, row.explanation, ToText(row.versions));
  const auto is_new = history_.See(row, run_);
  if (!is_new) return std::unexpected(is_new.error());
  if (*is_new) collected.fresh.push_back(std::move(row));
  return {};
}

Result<void> Collector::Describe(const std::string& signature, const Seen& seen,
                                 const Candidate& candidate, Collected& collected) {
  const auto parsed = ParseDivergenceSignature(signature);
  if (!parsed) return std::unexpected(parsed.error());
  VersionJudges& judges = Judges();
  const auto told = RunFresh({.seconds = kSecondsToReduce}, [&](const Tell& tell) {
    ConfirmAndReduce(*parsed, candidate, state_.Finding(Id(*parsed)), judges, tell);
  });
  if (!told) return std::unexpected(told.error());
  // One that ended in the middle may have left half an answer in a pipe.
  if (told->end != ProcessEnd::kDone) judges_.reset();
  // What does not show in a process of its own is no finding; what ends it there was examined.
  if (told->output.empty()) return {};
  auto row = ParseFinding(told->output);
  if (!row) return std::unexpected(row.error());
  row->target = candidate.target;
  const auto is_new = history_.See(*row, run_, seen.times);
  if (!is_new) return std::unexpected(is_new.error());
  if (*is_new) collected.fresh.push_back(std::move(*row));
  return {};
}

Result<Collected> Collector::Collect(const std::vector<Candidate>& candidates) {
  Collected collected;
  collected.candidates = static_cast<int64_t>(candidates.size());
  collected.shows.resize(candidates.size());
  seen_.clear();
  if (auto done = LookAtAll(candidates, collected); !done) return std::unexpected(done.error());
  collected.divergent = std::ranges::count(collected.shows, true);
  for (const auto& [signature, seen] : seen_) {
    const auto parsed = ParseDivergenceSignature(signature);
    const auto counted = history_.Count(parsed ? Id(*parsed) : "", seen.times);
    if (!counted) return std::unexpected(counted.error());
    if (*counted) continue;
    if (auto done = Describe(signature, seen, candidates[seen.candidate], collected); !done) {
      return std::unexpected(done.error());
    }
  }
  return collected;
}

}  // namespace pickleproof
