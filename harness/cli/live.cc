#include "harness/cli/live.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "harness/cli/number.h"
#include "oracles/picklability/interpreters.h"
#include "reports/progress.h"

namespace pickleproof {
namespace {

constexpr const char* kScripts = PICKLEPROOF_SOURCE_DIR "/oracles";

// The interpreter that this program embeds, with its environment.
Result<PythonProgram> EmbeddedInterpreter() {
  std::error_code error;
  const std::string path = std::filesystem::canonical(PICKLEPROOF_PYTHON_PROGRAM, error).string();
  std::vector<PythonProgram> found = FindInterpreters();
  std::erase_if(found, [&](const PythonProgram& one) { return one.path != path; });
  if (found.empty() || !found[0].unavailable.empty()) {
    return Fail(ErrorCode::kForeign, fmt::format("{} can't be run{}", PICKLEPROOF_PYTHON_PROGRAM,
                                                 found.empty() ? "" : ": " + found[0].unavailable));
  }
  PrepareEnvironments(std::string(kScripts) + "/picklability",
                      PICKLEPROOF_SOURCE_DIR "/build/python", &found);
  return found[0];
}

Result<LiveCampaignOptions> OptionsFor(const LiveArguments& arguments, uint64_t seed,
                                       uint64_t first) {
  auto interpreter = EmbeddedInterpreter();
  if (!interpreter) return std::unexpected(interpreter.error());
  LiveCampaignOptions options;
  options.seed = seed;
  options.first = first;
  options.sources = arguments.sources;
  options.python =
      interpreter->environment_python.empty() ? interpreter->path : interpreter->environment_python;
  options.minor = interpreter->version.minor;
  options.scripts = kScripts;
  options.modules = PICKLEPROOF_MODULE_FOLDER;
  return options;
}

}  // namespace

void LiveArguments::AddTo(CLI::App& verb) {
  AddNumber(verb, "--sources", sources, "How many Python sources to generate for live objects");
  verb.add_flag("--shrink", shrink,
                "With --live: print the smallest source that shows what the first one shows");
}

Result<RunRecord> RunLive(const LiveArguments& arguments, uint64_t seed, uint64_t first,
                          size_t processes, const std::string& command_line) {
  auto options = OptionsFor(arguments, seed, first);
  if (!options) return std::unexpected(options.error());
  options->processes = processes;
  options->command_line = command_line;
  Progress progress(ForStandardError(), "live sources", options->sources);
  options->progress = [&](uint64_t done, uint64_t /*total*/) { progress.Set(done); };
  return RunLiveCampaign(*options);
}

Result<void> PrintShrunk(const LiveArguments& arguments, uint64_t seed, uint64_t first) {
  const auto options = OptionsFor(arguments, seed, first);
  if (!options) return std::unexpected(options.error());
  const auto small =
      ShrinkLiveDifference(*options, GeneratedSource(seed, first, {.minor = options->minor}));
  if (!small) return std::unexpected(small.error());
  fmt::print("{}", small->Program());
  return {};
}

}  // namespace pickleproof
