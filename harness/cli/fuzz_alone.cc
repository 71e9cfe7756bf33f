#include "harness/cli/fuzz_alone.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "harness/cli/fuzz_command.h"
#include "harness/cli/fuzz_process.h"
#include "harness/cli/inputs.h"
#include "harness/reduce/reducer.h"

namespace pickleproof {
namespace {

constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kTick{20};
constexpr uint64_t kStepsOfLaws = 200;  // a process each

}  // namespace

Result<Alone> RunAlone(const FuzzPlan& plan, const StateFolder& state, const std::string& file) {
  setenv("PICKLEPROOF_FUZZ_ABORT", "1", 1);
  auto process = FuzzProcess::Start(ConfirmCommand(plan, state, file), state.Logs(),
                                    state.Logs() + "/confirm.log");
  unsetenv("PICKLEPROOF_FUZZ_ABORT");
  if (!process) return std::unexpected(process.error());
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (process->Running() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(kTick);
  }
  Alone alone;
  alone.hangs = process->Running();
  alone.ended = alone.hangs || process->Status() != 0;
  alone.summary = process->Summary();
  if (alone.ended) alone.law = process->Behind("disagreement: ");
  return alone;
}

Result<void> ReduceAlone(const FuzzPlan& plan, const StateFolder& state, const std::string& file,
                         const std::string& law) {
  const auto begin = plan.target.PickleBegin();
  if (!begin) return {};
  const auto bytes = ReadWhole(file);
  if (!bytes) return std::unexpected(bytes.error());
  if (bytes->size() < *begin) return {};
  const std::string header = bytes->substr(0, *begin);
  const std::string trial = state.Logs() + "/reduced.pkl";
  const auto write = [&](const std::string& path, std::string_view pickle) {
    std::ofstream(path, std::ios::binary) << header << pickle;
  };
  StepBudget budget(kStepsOfLaws);
  const std::string smallest = ReduceStream(
      bytes->substr(*begin),
      [&](std::string_view pickle) {
        write(trial, pickle);
        const auto alone = RunAlone(plan, state, trial);
        return alone && alone->law == law;
      },
      budget);
  write(file, smallest);
  return {};
}

std::string OneWord(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) <= ' ') c = '_';
  }
  return text;
}

}  // namespace pickleproof
