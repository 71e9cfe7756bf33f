// requirements: is what documents say about pickle, cloudpickle and dill so, on every interpreter?

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "harness/cli/verbs.h"
#include "oracles/requirements/requirements_text.h"

namespace pickleproof {
namespace {

using nlohmann::json;

struct RequirementsArguments {
  std::vector<int> numbers;
  std::vector<std::string> interpreters;
  std::string checks;
  int patience = 120;
  size_t jobs = 0;
  bool as_json = false;
};

std::vector<Interpreter> Interpreters(const RequirementsArguments& arguments) {
  std::vector<Interpreter> found = FindInterpreters();
  KeepOnly(arguments.interpreters, &found);
  PrepareEnvironments(PICKLEPROOF_SOURCE_DIR "/oracles/picklability",
                      PICKLEPROOF_SOURCE_DIR "/build/python", &found);
  return found;
}

RequirementsOptions Options(const RequirementsArguments& arguments) {
  RequirementsOptions options;
  options.scripts = PICKLEPROOF_SOURCE_DIR "/oracles";
  options.processes = arguments.jobs != 0 ? arguments.jobs : std::thread::hardware_concurrency();
  options.numbers = arguments.numbers;
  if (!arguments.checks.empty()) options.checks = std::filesystem::absolute(arguments.checks);
  options.patience = std::chrono::seconds(arguments.patience);
  options.progress = [](const std::string& done) {
    fmt::print(stderr, "requirements: {}\n", done);
  };
  return options;
}

// Why there is no result to show, or "".
std::string Nothing(const RequirementsArguments& arguments, const RequirementsResult& result) {
  if (result.interpreters.empty()) {
    return arguments.interpreters.empty()
               ? "no CPython 3.8 or later was found; install python3, or another with pyenv"
               : "no interpreter of that path or version was found";
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

void PrintJson(const RequirementsResult& result) {
  size_t cell = 0;
  for (const Requirement& one : result.requirements) {
    for (size_t i = 0; i < result.interpreters.size(); ++i, ++cell) {
      const Interpreter& interpreter = result.interpreters[i];
      const json line = {{"requirement", one.number},
                         {"sentence", one.sentence},
                         {"source", one.source},
                         {"seed", one.seed},
                         {"phrase", one.phrase},
                         {"contradicted", one.contradicted},
                         {"interpreter", ToString(interpreter.version)},
                         {"path", interpreter.path},
                         {"verdict", Name(result.cells[cell].verdict)},
                         {"detail", result.cells[cell].detail}};
      fmt::print("{}\n", line.dump(-1, ' ', false, json::error_handler_t::replace));
    }
  }
}

void PrintText(const RequirementsResult& result) {
  fmt::print("{}", RequirementLines(result));
  const auto section = [&](std::string_view title, RequirementVerdict verdict) {
    const std::string details = RequirementDetails(result, verdict);
    if (!details.empty()) fmt::print("\n{}\n{}", title, details);
  };
  section("Contradicted by behaviour", RequirementVerdict::kContradicted);
  section("Failed", RequirementVerdict::kFails);
  section("Not checkable", RequirementVerdict::kNotCheckable);
  section("Unavailable", RequirementVerdict::kUnavailable);
  const auto list = [](std::string_view title, const std::vector<std::string>& lines) {
    if (!lines.empty()) fmt::print("\n{}\n  {}\n", title, fmt::join(lines, "\n  "));
  };
  list("Without an answer to the end", result.problems);
  list("Not asked", result.notes);
  fmt::print("\n{}", RequirementSummary(result));
}

int RunRequirements(const RequirementsArguments& arguments) {
  if (!arguments.checks.empty() && !std::filesystem::exists(arguments.checks)) {
    return Refuse(fmt::format("{}: no such file", arguments.checks));
  }
  const RequirementsResult result = CheckRequirements(Interpreters(arguments), Options(arguments));
  if (const std::string why = Nothing(arguments, result); !why.empty()) return Refuse(why);
  if (arguments.as_json) {
    PrintJson(result);
  } else {
    PrintText(result);
  }
  return result.Count(RequirementVerdict::kFails) == 0 ? kAgreed : kDisagreed;
}

}  // namespace

void AddRequirements(CLI::App& app, int* status) {
  auto arguments = std::make_shared<RequirementsArguments>();
  CLI::App* requirements = app.add_subcommand(
      "requirements",
      "Whether what documents say about pickle, cloudpickle and dill is so, on every interpreter "
      "found; exit status 1 where a check fails");
  requirements->add_option("--requirement", arguments->numbers, "Only these, by number")
      ->check(CLI::PositiveNumber);
  requirements->add_option("--interpreter", arguments->interpreters,
                           "Only these: a path, or a version such as 3.12");
  requirements->add_option("--checks", arguments->checks,
                           "The checks of this Python file instead; see "
                           "oracles/requirements/README.md");
  requirements->add_option("--patience", arguments->patience, "Seconds that one check may take")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  requirements
      ->add_option("--jobs", arguments->jobs, "Interpreters at a time; default: one per processor")
      ->check(CLI::Range(1, 64));
  requirements->add_flag("--json", arguments->as_json,
                         "One JSON object per requirement and interpreter");
  requirements->callback([arguments, status] { *status = RunRequirements(*arguments); });
}

}  // namespace pickleproof
