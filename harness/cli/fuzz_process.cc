#include "harness/cli/fuzz_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace pickleproof {
namespace {

constexpr std::streamoff kLogTail = 65536;

std::string TailOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return "";
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - kLogTail));
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The number behind the last `key` of the line.
int64_t NumberBehind(std::string_view line, std::string_view key) {
  const size_t at = line.find(key);
  return at == std::string_view::npos
             ? 0
             : std::strtoll(std::string(line.substr(at + key.size(), 24)).c_str(), nullptr, 10);
}

[[noreturn]] void Execute(const std::vector<std::string>& command, const std::string& fuzz_state,
                          int log) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setpgid(0, 0);  // a Ctrl-C is passed on in order
  setenv("PICKLEPROOF_FUZZ_STATE", fuzz_state.c_str(), 1);
  setenv("ASAN_OPTIONS", "allocator_may_return_null=1:detect_leaks=0:handle_segv=1", 0);
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(arguments.front(), arguments.data());
  _exit(127);
}

void ReadStats(const std::string& path, FuzzCounters& counters) {
  std::ifstream file(path);
  const auto json = nlohmann::json::parse(file, nullptr, false);
  if (!json.is_object()) return;
  const auto number = [&](const char* key) { return json.value(key, int64_t{0}); };
  try {
    counters.executions = std::max(counters.executions, number("executions"));
    counters.accepted = number("accepted");
    counters.failed_late = number("failed_at_last_instruction");
    counters.disagreements = number("disagreements");
    counters.seconds = json.value("seconds", 0.0);
    counters.seconds_in_children = json.value("seconds_in_children", 0.0);
    for (const auto& [engine, verdicts] :
         json.value("verdicts", nlohmann::json::object()).items()) {
      for (const auto& [verdict, count] : verdicts.items()) {
        counters.verdicts[{engine, verdict}] = count.get<int64_t>();
      }
    }
    for (const auto& [cause, count] : json.value("poisoned", nlohmann::json::object()).items()) {
      counters.poisoned[cause] = count.get<int64_t>();
    }
    for (const auto& [protocol, names] : json.value("reached", nlohmann::json::object()).items()) {
      counters.reached[protocol] = names.get<std::vector<std::string>>();
    }
  } catch (const nlohmann::json::exception&) {
    return;  // a file of another version: what was read stays
  }
}

}  // namespace

FuzzCounters& FuzzCounters::operator+=(const FuzzCounters& more) {
  executions += more.executions;
  accepted += more.accepted;
  failed_late += more.failed_late;
  disagreements += more.disagreements;
  coverage = std::max(coverage, more.coverage);
  features = std::max(features, more.features);
  seconds += more.seconds;
  seconds_in_children += more.seconds_in_children;
  for (const auto& [key, count] : more.verdicts) verdicts[key] += count;
  for (const auto& [cause, count] : more.poisoned) poisoned[cause] += count;
  for (const auto& [protocol, names] : more.reached) {
    auto& all = reached[protocol];
    std::set<std::string> merged(all.begin(), all.end());
    merged.insert(names.begin(), names.end());
    all.assign(merged.begin(), merged.end());
  }
  return *this;
}

Result<FuzzProcess> FuzzProcess::Start(const std::vector<std::string>& command,
                                       const std::string& fuzz_state, const std::string& log) {
  const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return Fail(ErrorCode::kIo, log + ": can't be written");
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid == 0) Execute(command, fuzz_state, file);
  close(file);
  if (pid < 0) return Fail(ErrorCode::kForeign, "no process to be had");
  return FuzzProcess(pid, log);
}

FuzzProcess::FuzzProcess(FuzzProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      running_(other.running_),
      status_(other.status_),
      log_(std::move(other.log_)) {}

FuzzProcess& FuzzProcess::operator=(FuzzProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(running_, other.running_);
  std::swap(status_, other.status_);
  std::swap(log_, other.log_);
  return *this;
}

FuzzProcess::~FuzzProcess() {
  if (pid_ <= 0 || !Running()) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool FuzzProcess::Running() {
  int status = 0;
  if (!running_ || waitpid(pid_, &status, WNOHANG) != pid_) return running_;
  running_ = false;
  status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return false;
}

void FuzzProcess::Interrupt() const {
  if (running_) kill(pid_, SIGINT);
}

FuzzCounters FuzzProcess::Counters(const std::string& target, const std::string& stats) const {
  FuzzCounters counters;
  ReadStatusLine(TailOf(log_), counters);
  ReadStats(fmt::format("{}/{}-{}.json", stats, target, pid_), counters);
  return counters;
}

std::string FuzzProcess::Behind(std::string_view mark) const {
  const std::string tail = TailOf(log_);
  const size_t at = tail.rfind(mark);
  if (at == std::string::npos) return "";
  const size_t begin = at + mark.size();
  return tail.substr(begin, tail.find('\n', begin) - begin);
}

std::string FuzzProcess::Summary() const {
  const std::string tail = TailOf(log_);
  for (const std::string_view mark : {"SUMMARY: ", "ERROR: "}) {
    const size_t at = tail.rfind(mark);
    if (at != std::string::npos) return tail.substr(at, tail.find('\n', at) - at);
  }
  return "";
}

void ReadStatusLine(const std::string& log, FuzzCounters& counters) {
  const size_t cov = log.rfind(" cov: ");
  if (cov != std::string::npos) {
    const size_t begin = log.rfind('\n', cov) + 1;
    const std::string line = log.substr(begin, log.find('\n', cov) - begin);
    counters.executions = NumberBehind(line, "#");
    counters.coverage = NumberBehind(line, "cov: ");
    counters.features = NumberBehind(line, "ft: ");
    counters.corpus_files = NumberBehind(line, "corp: ");
  }
  counters.executions =
      std::max(counters.executions, NumberBehind(log, "stat::number_of_executed_units: "));
}

}  // namespace pickleproof
