// requirements: is what documents say about pickle, cloudpickle and dill so, on every interpreter?

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "harness/cli/requirements_arguments.h"
#include "harness/cli/verbs.h"
#include "oracles/requirements/requirements_text.h"

namespace pickleproof {
namespace {

using nlohmann::json;

void PrintJson(const RequirementsResult& result) {
  size_t cell = 0;
  for (const Requirement& one : result.requirements) {
    for (size_t i = 0; i < result.interpreters.size(); ++i, ++cell) {
      const PythonProgram& interpreter = result.interpreters[i];
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

int Show(const RequirementsArguments& arguments, bool as_json) {
  const auto result = RunRequirements(
      arguments, [](const std::string& done) { fmt::print(stderr, "requirements: {}\n", done); });
  if (!result) return Refuse(result.error().message);
  if (as_json) {
    PrintJson(*result);
  } else {
    PrintText(*result);
  }
  return result->Count(RequirementVerdict::kFails) == 0 ? kAgreed : kDisagreed;
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
  auto as_json = std::make_shared<bool>(false);
  requirements->add_flag("--json", *as_json, "One JSON object per requirement and interpreter");
  requirements->callback([=] { *status = Show(*arguments, *as_json); });
}

}  // namespace pickleproof
