#include "oracles/requirements/requirements_run.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "oracles/picklability/child_process.h"

namespace pickleproof {
namespace {

using nlohmann::json;
using std::chrono_literals::operator""s;

// What an interpreter needs beyond the patience of one check, to start and to end.
constexpr auto kSlack = 60s;

constexpr std::array<RequirementVerdict, 6> kByWeight = {
    RequirementVerdict::kFails,       RequirementVerdict::kContradicted,
    RequirementVerdict::kHolds,       RequirementVerdict::kNotCheckable,
    RequirementVerdict::kUnavailable, RequirementVerdict::kElsewhere};

bool IsPython2(const PythonProgram& interpreter) { return interpreter.version.major == 2; }

bool CanBeAsked(const PythonProgram& interpreter) {
  // 2.7 is of no use to others that ask FindInterpreters, and so it is marked.
  return interpreter.unavailable.empty() ||
         (IsPython2(interpreter) && interpreter.version.minor == 7);
}

struct Answer {
  RequirementVerdict verdict;
  std::string detail;
};

// One interpreter with its answers.
struct Job {
  size_t interpreter;
  std::map<int, Answer> answers = {};
  std::map<int, Requirement> requirements = {};
  std::string problem = {};  // why answers are missing, or ""
};

RequirementVerdict VerdictNamed(std::string_view name) {
  for (const RequirementVerdict verdict : kByWeight) {
    if (Name(verdict) == name) return verdict;
  }
  return RequirementVerdict::kFails;
}

std::vector<std::string> Command(const PythonProgram& interpreter,
                                 const RequirementsOptions& options) {
  std::vector<std::string> command;
  if (IsPython2(interpreter)) {
    command = {interpreter.path, "-s", options.scripts + "/requirements/python2.py"};
    for (const int number : options.numbers) command.push_back(std::to_string(number));
    return command;
  }
  const bool with_libraries = !interpreter.environment_python.empty();
  command = {with_libraries ? interpreter.environment_python : interpreter.path,
             "-s",
             "-m",
             "requirements",
             "--patience",
             std::to_string(options.patience.count())};
  for (const int number : options.numbers) {
    command.insert(command.end(), {"--requirement", std::to_string(number)});
  }
  if (!options.checks.empty()) command.insert(command.end(), {"--checks", options.checks});
  return command;
}

void Keep(const json& line, const PythonProgram& interpreter, Job* job) {
  const int number = line.value("number", 0);
  Answer answer{VerdictNamed(line.value("verdict", "")), line.value("detail", "")};
  if (answer.verdict == RequirementVerdict::kUnavailable &&
      !interpreter.environment_missing.empty()) {
    answer.detail += fmt::format(" ({})", interpreter.environment_missing);
  }
  job->answers[number] = std::move(answer);
  if (IsPython2(interpreter)) return;
  job->requirements[number] = {number,
                               line.value("sentence", ""),
                               line.value("source", ""),
                               line.value("seed", ""),
                               line.value("phrase", ""),
                               line.value("contradicted", "")};
}

void RunJob(const PythonProgram& interpreter, const RequirementsOptions& options, Job* job) {
  auto process = ChildProcess::Start(
      Command(interpreter, options),
      {"PYTHONPATH=" + options.scripts, "PYTHONDONTWRITEBYTECODE=1", "PYTHONIOENCODING=utf-8"});
  if (!process) {
    job->problem = process.error().message;
    return;
  }
  Result<std::string> line = process->ReadLine(options.patience + kSlack);
  for (; line; line = process->ReadLine(options.patience + kSlack)) {
    const json answer = json::parse(*line, nullptr, false);
    if (answer.is_object()) Keep(answer, interpreter, job);
  }
  // The end of the output is the ordinary end.
  if (line.error().code == ErrorCode::kTruncated) {
    const Result<int> status = process->Finish(kSlack);
    if (!status) {
      job->problem = status.error().message;
    } else if (*status != 0) {
      job->problem = fmt::format("it ended with status {}", *status);
    }
  } else {
    job->problem = line.error().message;
  }
  if (options.progress) {
    options.progress(
        fmt::format("{} with Python {}", job->answers.size(), ToString(interpreter.version)));
  }
}

std::vector<Job> RunJobs(const std::vector<PythonProgram>& interpreters,
                         const RequirementsOptions& options) {
  std::vector<Job> jobs;
  jobs.reserve(interpreters.size());
  for (size_t i = 0; i < interpreters.size(); ++i) jobs.push_back({i});
  std::atomic<size_t> next = 0;
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < std::max<size_t>(options.processes, 1); ++i) {
    threads.emplace_back([&] {
      for (size_t mine = next++; mine < jobs.size(); mine = next++) {
        RunJob(interpreters[jobs[mine].interpreter], options, &jobs[mine]);
      }
    });
  }
  threads.clear();
  return jobs;
}

// Python 2.7 is expected to answer what the others send elsewhere.
std::set<int> AboutPython2(const std::vector<Job>& jobs) {
  std::set<int> numbers;
  for (const Job& job : jobs) {
    for (const auto& [number, answer] : job.answers) {
      if (answer.verdict == RequirementVerdict::kElsewhere) numbers.insert(number);
    }
  }
  return numbers;
}

RequirementCell MakeCell(int number, const Job& job, const PythonProgram& interpreter,
                         const std::set<int>& about_python2) {
  RequirementCell cell{number, job.interpreter, RequirementVerdict::kFails, ""};
  if (const auto found = job.answers.find(number); found != job.answers.end()) {
    cell.verdict = found->second.verdict;
    cell.detail = found->second.detail;
  } else if (IsPython2(interpreter) && !about_python2.contains(number)) {
    cell.verdict = RequirementVerdict::kElsewhere;
    cell.detail = "about Python 3";
  } else {
    cell.detail = "no answer: " + (job.problem.empty() ? "it was left out" : job.problem);
  }
  return cell;
}

std::string Note(const PythonProgram& interpreter, const std::string& why) {
  return fmt::format("Python {} at {}: {}", ToString(interpreter.version), interpreter.path, why);
}

}  // namespace

std::string_view Name(RequirementVerdict verdict) {
  switch (verdict) {
    case RequirementVerdict::kHolds: return "holds";
    case RequirementVerdict::kContradicted: return "contradicted";
    case RequirementVerdict::kFails: return "fails";
    case RequirementVerdict::kUnavailable: return "unavailable";
    case RequirementVerdict::kNotCheckable: return "not-checkable";
    case RequirementVerdict::kElsewhere: return "elsewhere";
  }
  return "";
}

RequirementVerdict RequirementsResult::verdict(int number) const {
  RequirementVerdict worst = RequirementVerdict::kElsewhere;
  const auto weight = [](RequirementVerdict one) {
    return std::ranges::find(kByWeight, one) - kByWeight.begin();
  };
  for (const RequirementCell& cell : cells) {
    if (cell.number == number && weight(cell.verdict) < weight(worst)) worst = cell.verdict;
  }
  return worst;
}

size_t RequirementsResult::Count(RequirementVerdict wanted) const {
  return static_cast<size_t>(std::ranges::count_if(
      requirements, [&](const Requirement& one) { return verdict(one.number) == wanted; }));
}

RequirementsResult CheckRequirements(std::vector<PythonProgram> interpreters,
                                     const RequirementsOptions& options) {
  RequirementsResult result;
  for (PythonProgram& interpreter : interpreters) {
    // Given checks are none about Python 2.
    if (IsPython2(interpreter) && !options.checks.empty()) continue;
    if (CanBeAsked(interpreter)) {
      result.interpreters.push_back(std::move(interpreter));
    } else {
      result.notes.push_back(Note(interpreter, interpreter.unavailable));
    }
  }
  const std::vector<Job> jobs = RunJobs(result.interpreters, options);
  std::map<int, Requirement> requirements;
  for (const Job& job : jobs) {
    requirements.insert(job.requirements.begin(), job.requirements.end());
    if (!job.problem.empty()) {
      result.problems.push_back(Note(result.interpreters[job.interpreter], job.problem));
    }
  }
  const std::set<int> about_python2 = AboutPython2(jobs);
  for (const auto& [number, requirement] : requirements) {
    result.requirements.push_back(requirement);
    for (const Job& job : jobs) {
      result.cells.push_back(
          MakeCell(number, job, result.interpreters[job.interpreter], about_python2));
    }
  }
  return result;
}

}  // namespace pickleproof
