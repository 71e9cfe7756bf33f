#include "harness/cli/requirements_arguments.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "oracles/picklability/environments.h"

namespace pickleproof {
namespace {

Result<std::vector<PythonProgram>> Interpreters(const RequirementsArguments& arguments) {
  std::vector<PythonProgram> found = FindInterpreters();
  if (auto kept = KeepOnly(arguments.interpreters, &found); !kept) {
    return std::unexpected(kept.error());
  }
  if (arguments.only_three) KeepThree(EmbeddedPython(), &found);
  PrepareEnvironments(&found);
  return found;
}

RequirementsOptions Options(const RequirementsArguments& arguments) {
  RequirementsOptions options;
  options.scripts = ScriptsFolder();
  options.processes = arguments.jobs != 0 ? arguments.jobs : std::thread::hardware_concurrency();
  options.numbers = arguments.numbers;
  if (!arguments.checks.empty()) options.checks = std::filesystem::absolute(arguments.checks);
  options.patience = std::chrono::seconds(arguments.patience);
  return options;
}

// Why there is no result to show, or "".
std::string Nothing(const RequirementsArguments& arguments, const RequirementsResult& result) {
  if (result.interpreters.empty()) {
    return "no CPython 3.8 or later was found; install python3, or another with pyenv";
  }
  for (const int number : arguments.numbers) {
    const auto known = std::ranges::find(result.requirements, number, &Requirement::number);
    if (known == result.requirements.end() && result.problems.empty()) {
      return fmt::format("no requirement {} on the interpreters asked", number);
    }
  }
  if (!result.requirements.empty()) return "";
  return result.problems.empty()
             ? "there are no checks, or only Python 2 was asked, which can't tell what they are"
             : "no interpreter answered: " + result.problems.front();
}

}  // namespace

Result<RequirementsResult> RunRequirements(
    const RequirementsArguments& arguments,
    const std::function<void(const std::string&)>& progress) {
  if (!arguments.checks.empty() && !std::filesystem::exists(arguments.checks)) {
    return Fail(ErrorCode::kUsage, fmt::format("{}: no such file", arguments.checks));
  }
  auto interpreters = Interpreters(arguments);
  if (!interpreters) return std::unexpected(interpreters.error());
  RequirementsOptions options = Options(arguments);
  options.progress = progress;
  RequirementsResult result = CheckRequirements(*std::move(interpreters), options);
  const std::string why = Nothing(arguments, result);
  if (!why.empty()) return Fail(ErrorCode::kForeign, why);
  return result;
}

}  // namespace pickleproof
