// nightly: all regressions, then every target in turn, into one record and one report.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "harness/cli/fuzz_campaign.h"
#include "harness/cli/fuzz_status.h"
#include "harness/cli/inputs.h"
#include "harness/cli/night_record.h"
#include "harness/cli/state.h"
#include "harness/cli/verbs.h"
#include "harness/matrix/record.h"
#include "harness/reduce/fresh_process.h"
#include "harness/reduce/regressions.h"

namespace pickleproof {
namespace {

constexpr double kSecondsToReplay = 600;

struct NightlyVerb {
  std::string time = "1h";
  size_t jobs = std::max(1U, std::thread::hardware_concurrency());
  std::string binaries = PICKLEPROOF_SOURCE_DIR "/build/fuzz/fuzz";
  std::string coverage = PICKLEPROOF_SOURCE_DIR "/build/coverage/fuzz";
  std::string out;
  std::vector<std::string> targets;
  StateArgument state;
  std::string Out() const { return out.empty() ? state.path + "/report" : out; }
};

// In a process of its own: this one starts no interpreter.
Result<void> ReplayRegressions(NightRecord& record) {
  const std::string folder = PICKLEPROOF_SOURCE_DIR "/corpus/regressions";
  const auto regressions = ReadRegressions(folder);
  if (!regressions) return std::unexpected(regressions.error());
  record.regressions = regressions->size();
  const auto replayed = RunFresh(
      {.seconds = kSecondsToReplay}, [&](const std::function<void(std::string_view)>& tell) {
        const EngineSet set = EngineSet::Make(InterpreterOfFindings());
        auto judge = Judge::Make(set);
        if (!judge) return tell(judge.error().message + "\n");
        for (const Regression& regression : *regressions) {
          const auto stream = ReadWhole(folder + "/" + regression.slug + ".pkl");
          if (!stream) {
            tell(stream.error().message + "\n");
            continue;
          }
          for (const std::string& problem : CheckRegression(*judge, regression, *stream)) {
            tell(problem + "\n");
          }
        }
      });
  if (!replayed) return std::unexpected(replayed.error());
  std::string_view lines = replayed->output;
  for (size_t end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
    record.regression_problems.emplace_back(lines.substr(0, end));
    lines.remove_prefix(end + 1);
  }
  if (replayed->end != ProcessEnd::kDone) {
    record.regression_problems.push_back("the replay ended with " + replayed->how);
  }
  return {};
}

// All targets whose program is there, and the source that needs none.
Result<std::vector<FuzzTargetEntry>> Targets(const NightlyVerb& verb, NightRecord& record) {
  std::vector<FuzzTargetEntry> chosen;
  if (!verb.targets.empty()) {
    for (const std::string& name : verb.targets) {
      auto target = FindFuzzTarget(name);
      if (!target) return std::unexpected(target.error());
      chosen.push_back(std::move(*target));
    }
    return chosen;
  }
  auto all = ReadFuzzTargets();
  if (!all) return std::unexpected(all.error());
  for (FuzzTargetEntry& target : *all) {
    const std::string binary = verb.binaries + "/fuzz_" + target.name;
    if (target.name == "empty") continue;  // measures the fuzzer, finds nothing
    if (std::filesystem::exists(binary)) {
      chosen.push_back(std::move(target));
    } else {
      record.skipped.push_back(target.name + ": there is no " + binary);
    }
  }
  chosen.push_back(*FindFuzzTarget(std::string(kGeneratedTarget)));
  return chosen;
}

Result<void> RunTargets(const NightlyVerb& verb, double seconds, const StateFolder& state,
                        History& history, NightRecord& record) {
  const auto targets = Targets(verb, record);
  if (!targets) return std::unexpected(targets.error());
  const double share = seconds / static_cast<double>(targets->size());
  StatusLine line;
  for (const FuzzTargetEntry& target : *targets) {
    if (InterruptGuard::Interrupted()) {
      record.skipped.push_back(target.name + ": interrupted before");
      continue;
    }
    const FuzzPlan plan = {target, share, verb.jobs, verb.binaries, record.command};
    auto report = RunFuzzPlan(plan, state, history,
                              [&](const FuzzPlan& p, const RunProgress& progress, size_t findings) {
                                line.Show(p, progress, findings);
                              });
    line.End();
    if (!report) return std::unexpected(report.error());
    for (const FindingRow& row : report->collected.fresh) record.fresh.push_back(row.id);
    record.targets.push_back(std::move(*report));
  }
  return {};
}

Result<void> WriteNight(const std::string& out, const NightRecord& record) {
  if (auto saved = WriteWhole(out + "/night.json", NightJson(record)); !saved) return saved;
  if (auto saved = WriteWhole(out + "/night.txt", NightText(record)); !saved) return saved;
  return WriteWhole(out + "/index.html", NightHtml(record));
}

Result<NightRecord> RunNight(const NightlyVerb& verb, double seconds) {
  const StateFolder state = verb.state.Folder();
  if (auto made = state.Make(); !made) return std::unexpected(made.error());
  auto history = History::Open(state.Database());
  if (!history) return std::unexpected(history.error());
  NightRecord record;
  record.command = fmt::format("./pickleproof nightly --time {} --jobs {}", verb.time, verb.jobs);
  record.started = NowUtc();
  const auto start = std::chrono::steady_clock::now();
  const auto run = history->BeginRun("nightly", "all", record.command, EmbeddedPythonVersion());
  if (!run) return std::unexpected(run.error());
  if (auto done = ReplayRegressions(record); !done) return std::unexpected(done.error());
  if (auto done = RunTargets(verb, seconds, state, *history, record); !done) {
    return std::unexpected(done.error());
  }
  record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  record.ended = NowUtc();
  std::vector<std::string> names;
  names.reserve(record.targets.size());
  for (const FuzzReport& report : record.targets) names.push_back(report.target);
  record.coverage = MeasureCoverage(verb.coverage, state, names, verb.Out() + "/coverage");
  RunProgress total;
  total.seconds = record.seconds;
  total.new_findings = static_cast<int64_t>(record.fresh.size());
  for (const FuzzReport& report : record.targets) {
    total.executions += report.progress.executions;
    total.candidates += report.progress.candidates;
  }
  if (auto done = history->EndRun(*run, total); !done) return std::unexpected(done.error());
  auto findings = history->Findings();
  if (!findings) return std::unexpected(findings.error());
  record.findings = std::move(*findings);
  return record;
}

int RunNightly(const NightlyVerb& verb) {
  const auto seconds = ParseDuration(verb.time);
  if (!seconds) return Refuse(seconds.error().message);
  const InterruptGuard guard;
  const auto record = RunNight(verb, *seconds);
  if (!record) return Refuse(record.error().message);
  const std::string out = verb.Out();
  if (auto saved = WriteNight(out, *record); !saved) return Refuse(saved.error().message);
  fmt::print("{}\nreport: {}/index.html\nrecord: {}/night.json\n", NightText(*record), out, out);
  return record->Good() ? kAgreed : kDisagreed;
}

}  // namespace

void AddNightly(CLI::App& app, int* status) {
  auto verb = std::make_shared<NightlyVerb>();
  CLI::App* nightly = app.add_subcommand(
      "nightly",
      "Replay all regressions, run every fuzz target, report. Exit status 1 only where something\n"
      "new has no known reason, or a regression changed");
  nightly->add_option("--time", verb->time, "For all targets together: 90s, 10m, 1h")
      ->capture_default_str();
  nightly->add_option("--jobs", verb->jobs, "Processes")
      ->check(CLI::Range(size_t{1}, size_t{64}))
      ->capture_default_str();
  nightly->add_option("--target", verb->targets, "Only this one; may be repeated")
      ->allow_extra_args(false)
      ->take_all();
  nightly->add_option("--binaries", verb->binaries, "Folder of the fuzz_<target> programs")
      ->type_name("DIR")
      ->capture_default_str();
  nightly
      ->add_option("--coverage", verb->coverage,
                   "Folder of the replay_<target> programs of the preset coverage")
      ->type_name("DIR")
      ->capture_default_str();
  nightly->add_option("-o,--out", verb->out,
                      "Folder for the record and the report; else STATE/report");
  verb->state.AddTo(*nightly);
  nightly->callback([verb, status] { *status = RunNightly(*verb); });
}

}  // namespace pickleproof
