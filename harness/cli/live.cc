#include "harness/cli/live.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/number.h"
#include "oracles/picklability/environments.h"
#include "reports/progress.h"

namespace pickleproof {
namespace {

constexpr std::string_view kEmbedded = "embedded";
constexpr std::string_view kAll = "all";

std::string_view Name(LiveLibraries libraries) {
  switch (libraries) {
    case LiveLibraries::kNewest: return "newest";
    case LiveLibraries::kOldest: return "oldest";
    case LiveLibraries::kBoth: return "both";
  }
  return "";
}

std::string NameOf(const PythonProgram& interpreter) {
  return fmt::format("{}.{}", interpreter.version.major, interpreter.version.minor);
}

// The interpreter that this program embeds comes first, then those of other versions that are asked
// for, one of each.
Result<std::vector<PythonProgram>> ChooseInterpreters(const LiveArguments& arguments) {
  std::error_code error;
  const std::string path = std::filesystem::canonical(EmbeddedPython(), error).string();
  std::vector<PythonProgram> found = FindInterpreters();
  const auto embedded = std::ranges::find(found, path, &PythonProgram::path);
  if (embedded == found.end() || !embedded->unavailable.empty()) {
    return Fail(ErrorCode::kForeign,
                fmt::format("{} can't be run{}", EmbeddedPython(),
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
  return chosen;
}

// Each with these libraries, in environments that are made where they are missing; the first is the
// embedded one. Without an environment an interpreter has the libraries that it has, which are not
// the oldest.
std::vector<LivePython> With(Libraries libraries, std::vector<PythonProgram> interpreters) {
  PrepareEnvironments(&interpreters, libraries);
  std::vector<LivePython> pythons;
  for (const PythonProgram& one : interpreters) {
    LivePython& python = pythons.emplace_back();
    python.python = one.environment_python.empty() ? one.path : one.environment_python;
    python.minor = one.version.minor;
    python.modules = pythons.size() == 1 ? ModuleFolder() : ModuleFolderOf(one.version);
    python.libraries = libraries;
    if (libraries == Libraries::kOldest) python.unavailable = one.environment_missing;
  }
  return pythons;
}

Result<LiveCampaignOptions> OptionsFor(const LiveArguments& arguments, uint64_t seed,
                                       uint64_t first) {
  const auto interpreters = ChooseInterpreters(arguments);
  if (!interpreters) return std::unexpected(interpreters.error());
  LiveCampaignOptions options;
  options.seed = seed;
  options.first = first;
  options.sources = arguments.sources;
  options.scripts = ScriptsFolder();
  const bool oldest = arguments.libraries == LiveLibraries::kOldest;
  options.others = With(oldest ? Libraries::kOldest : Libraries::kNewest, *interpreters);
  options.home = options.others.front();
  options.others.erase(options.others.begin());
  if (arguments.libraries == LiveLibraries::kBoth) {
    std::vector<LivePython> more = With(Libraries::kOldest, *interpreters);
    // Ours writes with what cloudpickle 3.0 and later know.
    for (LivePython& python : more) python.modules.clear();
    options.others.insert(options.others.end(), more.begin(), more.end());
  }
  options.versions_every = arguments.versions_every;
  options.reproduce_arguments = arguments.Text();
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
  verb.add_option("--libraries", libraries,
                  "For live objects: releases of cloudpickle and dill. newest; oldest, the oldest\n"
                  "that still work; or both, which are also read across, on each interpreter")
      ->option_text(fmt::format("TEXT={}", Name(libraries)))
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, LiveLibraries>{{"newest", LiveLibraries::kNewest},
                                               {"oldest", LiveLibraries::kOldest},
                                               {"both", LiveLibraries::kBoth}}));
}

std::string LiveArguments::Text() const {
  std::string text;
  if (interpreters != kEmbedded) text += " --interpreters " + interpreters;
  if (libraries != LiveLibraries::kNewest) text += fmt::format(" --libraries {}", Name(libraries));
  return text;
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
  auto small =
      ShrinkLiveDifference(*options, GeneratedSource(seed, first, {.minor = options->home.minor}));
  if (!small && !options->others.empty()) {
    small = ShrinkVersionDifference(*options, SourceForVersions(*options, first));
  }
  if (!small) return std::unexpected(small.error());
  fmt::print("{}", small->Program());
  return {};
}

}  // namespace pickleproof
