#include "harness/cli/live.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/number.h"
#include "oracles/picklability/interpreters.h"
#include "reports/progress.h"

namespace pickleproof {
namespace {

constexpr const char* kScripts = PICKLEPROOF_SOURCE_DIR "/oracles";

constexpr std::string_view kEmbedded = "embedded";
constexpr std::string_view kAll = "all";

std::string NameOf(const PythonProgram& interpreter) {
  return fmt::format("{}.{}", interpreter.version.major, interpreter.version.minor);
}

// The interpreter that this program embeds comes first, then those of other versions that are asked
// for, one of each.
Result<std::vector<PythonProgram>> ChooseInterpreters(const LiveArguments& arguments) {
  std::error_code error;
  const std::string path = std::filesystem::canonical(PICKLEPROOF_PYTHON_PROGRAM, error).string();
  std::vector<PythonProgram> found = FindInterpreters();
  const auto embedded = std::ranges::find(found, path, &PythonProgram::path);
  if (embedded == found.end() || !embedded->unavailable.empty()) {
    return Fail(ErrorCode::kForeign,
                fmt::format("{} can't be run{}", PICKLEPROOF_PYTHON_PROGRAM,
                            embedded == found.end() ? "" : ": " + embedded->unavailable));
  }
  std::vector<PythonProgram> chosen = {*embedded};
  std::vector<std::string> wanted;
  std::istringstream list(arguments.interpreters == kEmbedded ? "" : arguments.interpreters);
  for (std::string name; std::getline(list, name, ',');) wanted.push_back(name);
  std::erase(wanted, NameOf(*embedded));
  for (const PythonProgram& one : found) {
    const std::string name = NameOf(one);
    if (!one.unavailable.empty() || name == NameOf(*embedded)) continue;
    const auto asked = std::ranges::find(wanted, name);
    const bool known = name == NameOf(chosen.back());
    if (known || (asked == wanted.end() && arguments.interpreters != kAll)) continue;
    if (asked != wanted.end()) wanted.erase(asked);
    chosen.push_back(one);
  }
  if (!wanted.empty() && arguments.interpreters != kAll) {
    return Fail(ErrorCode::kUsage,
                fmt::format("--interpreters takes \"embedded\", \"all\" or versions with commas "
                            "between them; there is no CPython {}",
                            fmt::join(wanted, ", ")));
  }
  PrepareEnvironments(std::string(kScripts) + "/picklability",
                      PICKLEPROOF_SOURCE_DIR "/build/python", &chosen);
  return chosen;
}

// Where every_python.py puts the module for a version; "" where it has not been run.
std::string ModulesFor(const PythonProgram& interpreter) {
  const std::string folder = fmt::format("{}/build/module/{}/harness/python/module",
                                         PICKLEPROOF_SOURCE_DIR, NameOf(interpreter));
  std::error_code error;
  return std::filesystem::is_directory(folder, error) ? folder : "";
}

LivePython PythonOf(const PythonProgram& interpreter, std::string modules) {
  return {
      interpreter.environment_python.empty() ? interpreter.path : interpreter.environment_python,
      interpreter.version.minor, std::move(modules)};
}

Result<LiveCampaignOptions> OptionsFor(const LiveArguments& arguments, uint64_t seed,
                                       uint64_t first) {
  const auto interpreters = ChooseInterpreters(arguments);
  if (!interpreters) return std::unexpected(interpreters.error());
  LiveCampaignOptions options;
  options.seed = seed;
  options.first = first;
  options.sources = arguments.sources;
  options.scripts = kScripts;
  options.home = PythonOf(interpreters->front(), PICKLEPROOF_MODULE_FOLDER);
  for (size_t i = 1; i < interpreters->size(); ++i) {
    const PythonProgram& other = (*interpreters)[i];
    options.others.push_back(PythonOf(other, ModulesFor(other)));
  }
  options.versions_every = arguments.versions_every;
  if (arguments.interpreters != kEmbedded) {
    options.reproduce_arguments = " --interpreters " + arguments.interpreters;
  }
  return options;
}

}  // namespace

void LiveArguments::AddTo(CLI::App& verb) {
  AddNumber(verb, "--sources", sources, "How many Python sources to generate for live objects");
  verb.add_flag("--shrink", shrink,
                "With --live: print the smallest source that shows what the first one shows");
  verb.add_option("--interpreters", interpreters,
                  "For live objects: also the versions of CPython to write with and read with\n"
                  "across: all, or a list such as 3.9,3.13")
      ->capture_default_str();
}

Result<LiveRun> RunLive(const LiveArguments& arguments, uint64_t seed, uint64_t first,
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
      ShrinkLiveDifference(*options, GeneratedSource(seed, first, {.minor = options->home.minor}));
  if (!small) return std::unexpected(small.error());
  fmt::print("{}", small->Program());
  return {};
}

}  // namespace pickleproof
