#include "oracles/picklability/table_run.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "oracles/picklability/child_process.h"

namespace pickleproof {
namespace {

using nlohmann::json;
using std::chrono_literals::operator""s;

// The longest that one case may take: several dumps and loads, each with its own limit below.
constexpr auto kCasePatience = 300s;

constexpr std::array<std::string_view, 3> kGroups = {"dill", "stdlib", "cloudpickle"};

struct Answer {
  std::string treatment;
  std::string detail;
};
// By case index of all rows, pickler and protocol.
using Answers = std::map<std::tuple<size_t, TablePickler, int>, Answer>;

// One server process to be: an interpreter with one library.
struct Job {
  size_t interpreter;
  std::string_view group;
  Answers answers = {};
  std::string unavailable = {};
};

struct CaseOfRow {
  const TableRow* row;
  const RowCase* entry;
};

std::vector<CaseOfRow> AllCases(const std::vector<TableRow>& rows) {
  std::vector<CaseOfRow> cases;
  for (const TableRow& row : rows) {
    for (const RowCase& entry : row.cases) cases.push_back({&row, &entry});
  }
  return cases;
}

std::vector<int> Applicable(const RowCase& entry, const TableOptions& options) {
  std::vector<int> protocols;
  for (const int protocol : entry.protocols) {
    if (std::ranges::find(options.protocols, protocol) != options.protocols.end()) {
      protocols.push_back(protocol);
    }
  }
  return protocols;
}

std::string Request(const CaseOfRow& work, const std::vector<int>& protocols,
                    const std::vector<std::string>& picklers) {
  const RowCase& entry = *work.entry;
  const json request = {{"row", work.row->id},
                        {"case", entry.name},
                        {"source", entry.source},
                        {"stream", entry.stream},
                        {"check", entry.check},
                        {"probes", entry.probes},
                        {"home", entry.importable ? "module" : "main"},
                        {"cached", entry.cached},
                        {"alone", entry.alone},
                        {"timeout", entry.timeout},
                        {"protocols", protocols},
                        {"picklers", picklers}};
  return request.dump() + "\n";
}

// Talks to one server process, and starts it again where it died.
class Asker {
 public:
  Asker(const PythonProgram& interpreter, std::string_view group, const TableOptions& options)
      : interpreter_(interpreter), group_(group), options_(options) {
    for (const TablePickler pickler : options.picklers) {
      if (GroupOf(pickler) == group) picklers_.emplace_back(Name(pickler));
    }
  }

  // "" once the server is ready, else why it can't be.
  std::string Start() {
    if (group_ != "stdlib" && interpreter_.environment_python.empty()) {
      return interpreter_.environment_missing;
    }
    const std::string& python = interpreter_.environment_python.empty()
                                    ? interpreter_.path
                                    : interpreter_.environment_python;
    const std::string program =
        fmt::format("__import__('picklability.server', fromlist=['serve']).serve('{}')", group_);
    auto started = ChildProcess::Start({python, "-s", "-c", program},
                                       {"PYTHONPATH=" + options_.scripts, "PYTHONHASHSEED=0",
                                        "PYTHONDONTWRITEBYTECODE=1", "PYTHONIOENCODING=utf-8"});
    if (!started) return started.error().message;
    process_ = std::make_unique<ChildProcess>(*std::move(started));
    const Result<std::string> line = process_->ReadLine(30s);
    if (!line) return line.error().message;
    const json hello = json::parse(*line, nullptr, false);
    if (!hello.is_object()) return "the server greets with " + *line;
    return hello.value("unavailable", "");
  }

  void Ask(const CaseOfRow& work, size_t index, const std::vector<int>& protocols, Answers* out) {
    std::string problem;
    if (process_ == nullptr) problem = Start();
    Result<std::string> line = Fail(ErrorCode::kIo, problem);
    if (problem.empty()) {
      (void)process_->Write(Request(work, protocols, picklers_));
      line = process_->ReadLine(kCasePatience);
    }
    json answer;
    if (line) answer = json::parse(*line, nullptr, false);
    if (!answer.is_object()) {
      // The server itself must not die of a case: that is a finding too.
      process_.reset();
      answer = {{"error", line ? "an answer that is no JSON" : line.error().message}};
    }
    Keep(answer, index, protocols, out);
  }

 private:
  void Keep(const json& answer, size_t index, const std::vector<int>& protocols,
            Answers* out) const {
    for (const std::string& name : picklers_) {
      for (const int protocol : protocols) {
        (*out)[{index, *TablePicklerNamed(name), protocol}] = {
            "no answer", answer.value("error", std::string("the server left this cell out"))};
      }
    }
    for (const json& cell : answer.value("answers", json::array())) {
      const auto pickler = TablePicklerNamed(cell.value("pickler", ""));
      if (!pickler) continue;
      (*out)[{index, *pickler, cell.value("protocol", -1)}] = {cell.value("treatment", ""),
                                                               cell.value("detail", "")};
    }
  }

  const PythonProgram& interpreter_;
  std::string_view group_;
  const TableOptions& options_;
  std::vector<std::string> picklers_;
  std::unique_ptr<ChildProcess> process_;
};

// Counts what is done, for all threads.
class Count {
 public:
  Count(const TableOptions& options, uint64_t total) : options_(options), total_(total) {}
  void Add(uint64_t more) {
    const std::scoped_lock lock(mutex_);
    done_ += more;
    if (options_.progress) options_.progress(done_, total_);
  }

 private:
  const TableOptions& options_;
  const uint64_t total_;
  std::mutex mutex_;
  uint64_t done_ = 0;
};

void RunJob(const std::vector<CaseOfRow>& cases, const std::vector<PythonProgram>& interpreters,
            const TableOptions& options, Count* count, Job* job) {
  const PythonProgram& interpreter = interpreters[job->interpreter];
  Asker asker(interpreter, job->group, options);
  job->unavailable = asker.Start();
  if (!job->unavailable.empty()) return count->Add(cases.size());
  for (size_t i = 0; i < cases.size(); ++i) {
    if (cases[i].entry->oldest_minor <= interpreter.version.minor) {
      const std::vector<int> protocols = Applicable(*cases[i].entry, options);
      if (!protocols.empty()) asker.Ask(cases[i], i, protocols, &job->answers);
    }
    count->Add(1);
  }
}

std::vector<Job> RunJobs(const std::vector<CaseOfRow>& cases,
                         const std::vector<PythonProgram>& interpreters,
                         const TableOptions& options) {
  std::vector<Job> jobs;
  for (const std::string_view group : kGroups) {
    const bool asked = std::ranges::any_of(
        options.picklers, [&](TablePickler pickler) { return GroupOf(pickler) == group; });
    for (size_t i = 0; asked && i < interpreters.size(); ++i) jobs.push_back({i, group});
  }
  Count count(options, jobs.size() * cases.size());
  std::atomic<size_t> next = 0;
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < std::max<size_t>(options.processes, 1); ++i) {
    threads.emplace_back([&] {
      for (size_t mine = next++; mine < jobs.size(); mine = next++) {
        RunJob(cases, interpreters, options, &count, &jobs[mine]);
      }
    });
  }
  threads.clear();
  return jobs;
}

const RowExplanation* Explain(const TableRow& row, const CaseCell& cell, TablePickler pickler,
                              int protocol, const PythonVersion& version) {
  for (const RowExplanation& entry : row.explanations) {
    const bool of_pickler = entry.picklers.empty() ||
                            std::ranges::find(entry.picklers, pickler) != entry.picklers.end();
    if (of_pickler && (entry.case_name.empty() || entry.case_name == cell.name) &&
        entry.condition.Holds(protocol, version) &&
        TreatmentMatches(entry.treatment, cell.treatment)) {
      return &entry;
    }
  }
  return nullptr;
}

void Judge(const TableRow& row, const RowCase& entry, TablePickler pickler, int protocol,
           const PythonVersion& version, CaseCell* cell) {
  const std::vector<std::string> expected =
      entry.expected[static_cast<size_t>(pickler)].At(protocol, version);
  cell->expected = expected.empty() ? "n/a" : fmt::format("{}", fmt::join(expected, "|"));
  for (const std::string& one : expected) {
    if (TreatmentMatches(one, cell->treatment)) return;
  }
  cell->verdict = CellVerdict::kDeviates;
  if (const RowExplanation* known = Explain(row, *cell, pickler, protocol, version)) {
    cell->verdict = CellVerdict::kExplained;
    cell->detail = known->reason;
  }
}

CaseCell MakeCase(const CaseOfRow& work, size_t index, const Job& job, TablePickler pickler,
                  int protocol, const PythonVersion& version) {
  CaseCell cell{work.entry->name, "", "n/a", "", CellVerdict::kExpected};
  const auto not_applicable = [&cell](std::string reason) {
    cell.treatment = "n/a";
    cell.detail = std::move(reason);
    cell.verdict = CellVerdict::kNotApplicable;
    return cell;
  };
  if (work.entry->oldest_minor > version.minor) {
    return not_applicable(fmt::format("needs Python 3.{}", work.entry->oldest_minor));
  }
  if (std::ranges::find(work.entry->protocols, protocol) == work.entry->protocols.end()) {
    return not_applicable(work.entry->inapplicable);
  }
  if (!job.unavailable.empty()) {
    cell.treatment = "unavailable";
    cell.detail = job.unavailable;
    cell.verdict = CellVerdict::kUnavailable;
    return cell;
  }
  const auto found = job.answers.find({index, pickler, protocol});
  if (found == job.answers.end()) {
    cell.treatment = "no answer";
    cell.detail = "the server was never asked";
  } else {
    cell.treatment = found->second.treatment;
    cell.detail = found->second.detail;
  }
  Judge(*work.row, *work.entry, pickler, protocol, version, &cell);
  return cell;
}

std::string Joined(const std::vector<CaseCell>& cases, std::string CaseCell::* text) {
  const auto differs = [&](const CaseCell& cell) { return cell.*text != cases.front().*text; };
  if (std::ranges::none_of(cases, differs)) return cases.front().*text;
  std::string all;
  for (const CaseCell& cell : cases) {
    all += fmt::format("{}{}: {}", all.empty() ? "" : ", ", cell.name, cell.*text);
  }
  return all;
}

// In the order of the enum's words below, the worst last.
int Badness(CellVerdict verdict) {
  switch (verdict) {
    case CellVerdict::kNotApplicable: return 0;
    case CellVerdict::kExpected: return 1;
    case CellVerdict::kUnavailable: return 2;
    case CellVerdict::kExplained: return 3;
    case CellVerdict::kDeviates: return 4;
  }
  return 4;
}

}  // namespace

std::string_view Name(CellVerdict verdict) {
  switch (verdict) {
    case CellVerdict::kExpected: return "as expected";
    case CellVerdict::kExplained: return "explained";
    case CellVerdict::kDeviates: return "deviates";
    case CellVerdict::kUnavailable: return "unavailable";
    case CellVerdict::kNotApplicable: return "not applicable";
  }
  return "";
}

CellVerdict Worse(CellVerdict left, CellVerdict right) {
  return Badness(right) > Badness(left) ? right : left;
}

CellVerdict TableCell::verdict() const {
  CellVerdict worst = CellVerdict::kNotApplicable;
  for (const CaseCell& cell : cases) worst = Worse(worst, cell.verdict);
  return worst;
}

std::string TableCell::treatment() const { return Joined(cases, &CaseCell::treatment); }
std::string TableCell::expected() const { return Joined(cases, &CaseCell::expected); }

TableResult FillTable(const std::vector<TableRow>& rows, std::vector<PythonProgram> interpreters,
                      const TableOptions& options) {
  TableResult result;
  for (PythonProgram& interpreter : interpreters) {
    if (interpreter.unavailable.empty()) {
      result.interpreters.push_back(std::move(interpreter));
    } else {
      result.notes.push_back(fmt::format("Python {} at {}: {}", ToString(interpreter.version),
                                         interpreter.path, interpreter.unavailable));
    }
  }
  const std::vector<CaseOfRow> cases = AllCases(rows);
  const std::vector<Job> jobs = RunJobs(cases, result.interpreters, options);
  std::map<std::pair<size_t, std::string_view>, const Job*> by_place;
  for (const Job& job : jobs) {
    by_place[{job.interpreter, job.group}] = &job;
    if (job.unavailable.empty()) continue;
    result.notes.push_back(fmt::format("{} with Python {} at {}: unavailable: {}", job.group,
                                       ToString(result.interpreters[job.interpreter].version),
                                       result.interpreters[job.interpreter].path, job.unavailable));
  }
  size_t first = 0;
  for (const TableRow& row : rows) {
    for (const TablePickler pickler : options.picklers) {
      for (const int protocol : options.protocols) {
        for (size_t i = 0; i < result.interpreters.size(); ++i) {
          TableCell cell{row.id, pickler, protocol, i, {}};
          for (size_t c = 0; c < row.cases.size(); ++c) {
            cell.cases.push_back(MakeCase(cases[first + c], first + c,
                                          *by_place.at({i, GroupOf(pickler)}), pickler, protocol,
                                          result.interpreters[i].version));
          }
          result.cells.push_back(std::move(cell));
        }
      }
    }
    first += row.cases.size();
  }
  return result;
}

}  // namespace pickleproof
