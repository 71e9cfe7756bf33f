#include "harness/cli/fuzz_command.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>

#include <fmt/format.h>

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPatience = "-timeout=20";
constexpr const char* kMemory = "-rss_limit_mb=3000";

// What is read besides the corpus. Targets whose inputs are pickles share their seeds.
std::vector<std::string> SeedFolders(const FuzzPlan& plan) {
  if (!plan.seeds) return {};
  std::vector<std::string> folders = {"/fuzz/seeds/" + plan.target.Seeds()};
  if (plan.target.PickleBegin() == size_t{0}) {
    folders.insert(folders.end(), {"/corpus/regressions", "/corpus/real"});
  }
  for (std::string& folder : folders) folder.insert(0, PICKLEPROOF_SOURCE_DIR);
  std::erase_if(folders, [](const std::string& folder) { return !fs::is_directory(folder); });
  return folders;
}

std::string Artifacts(const std::string& prefix) { return "-artifact_prefix=" + prefix; }

std::string MaxLen(const FuzzPlan& plan) { return fmt::format("-max_len={}", plan.target.max_len); }

}  // namespace

std::string TargetBinary(const FuzzPlan& plan) {
  return plan.binaries + "/fuzz_" + plan.target.name;
}

std::vector<std::string> HuntCommand(const FuzzPlan& plan, const StateFolder& state,
                                     double seconds) {
  std::vector<std::string> command = {TargetBinary(plan), state.Corpus(plan.target.name)};
  for (std::string& folder : SeedFolders(plan)) command.push_back(std::move(folder));
  const int64_t time = std::max<int64_t>(1, static_cast<int64_t>(seconds));
  command.insert(command.end(), {Artifacts(state.Crashes() + "/" + plan.target.name + "-"),
                                 MaxLen(plan), fmt::format("-max_total_time={}", time),
                                 "-print_final_stats=1", kPatience, kMemory, "-reload=5"});
  const std::string dictionary = plan.binaries + "/pickle.dict";
  if (plan.target.PickleBegin() && fs::exists(dictionary)) command.push_back("-dict=" + dictionary);
  return command;
}

std::vector<std::string> ConfirmCommand(const FuzzPlan& plan, const StateFolder& state,
                                        const std::string& file) {
  return {TargetBinary(plan), kPatience, kMemory, Artifacts(state.Logs() + "/confirm-"), file};
}

std::vector<std::string> MergeCommand(const FuzzPlan& plan, const StateFolder& state,
                                      const std::string& to, const std::string& from) {
  return {
      TargetBinary(plan), "-merge=1", MaxLen(plan), Artifacts(state.Logs() + "/merge-"), to, from};
}

}  // namespace pickleproof
