// fuzz TARGET: one target for a time, its corpus and history kept between runs.

#include <unistd.h>

#include <memory>

#include <fmt/format.h>

#include "harness/cli/fuzz_campaign.h"
#include "harness/cli/fuzz_status.h"
#include "harness/cli/state.h"
#include "harness/cli/verbs.h"

namespace pickleproof {
namespace {

struct FuzzVerb {
  std::string target;
  std::string time = "10m";
  size_t jobs = 1;
  std::string binaries = PICKLEPROOF_SOURCE_DIR "/build/fuzz/fuzz";
  bool no_seeds = false;
  StateArgument state;
};

int RunFuzz(const FuzzVerb& verb) {
  const auto target = FindFuzzTarget(verb.target);
  if (!target) return Refuse(target.error().message);
  const auto seconds = ParseDuration(verb.time);
  if (!seconds) return Refuse(seconds.error().message);
  const StateFolder state = verb.state.Folder();
  if (auto made = state.Make(); !made) return Refuse(made.error().message);
  auto history = History::Open(state.Database());
  if (!history) return Refuse(history.error().message);
  const FuzzPlan plan = {*target,
                         *seconds,
                         verb.jobs,
                         verb.binaries,
                         fmt::format("./pickleproof fuzz {} --time {} --jobs {}{}", verb.target,
                                     verb.time, verb.jobs, verb.no_seeds ? " --no-seeds" : ""),
                         !verb.no_seeds};
  const InterruptGuard guard;
  StatusLine line;
  const auto report = RunFuzzPlan(
      plan, state, *history, [&](const FuzzPlan& p, const RunProgress& progress, size_t findings) {
        line.Show(p, progress, findings);
      });
  line.End();
  if (!report) return Refuse(report.error().message);
  fmt::print("{}", FuzzSummary(*report, *history));
  return report->collected.NewUnknown() == 0 ? kAgreed : kDisagreed;
}

}  // namespace

void AddFuzz(CLI::App& app, int* status) {
  auto verb = std::make_shared<FuzzVerb>();
  CLI::App* fuzz = app.add_subcommand(
      "fuzz",
      "Run a fuzz target; confirm, reduce and enter what it finds. Exit status 1 where something\n"
      "new has no known reason");
  fuzz->add_option("TARGET", verb->target, "Of fuzz/targets.txt, or generated (needs no binary)")
      ->required();
  fuzz->add_option("--time", verb->time, "How long: 90s, 10m, 1h")->capture_default_str();
  fuzz->add_option("--jobs", verb->jobs, "Processes")
      ->check(CLI::Range(size_t{1}, size_t{64}))
      ->capture_default_str();
  fuzz->add_option("--binaries", verb->binaries, "Folder of the fuzz_<target> programs")
      ->type_name("DIR")
      ->capture_default_str();
  fuzz->add_flag("--no-seeds", verb->no_seeds,
                 "Begin with the state's corpus alone, without the committed seeds");
  verb->state.AddTo(*fuzz);
  fuzz->callback([verb, status] { *status = RunFuzz(*verb); });
}

}  // namespace pickleproof
