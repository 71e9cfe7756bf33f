#pragma once
// One running fuzz target: a libFuzzer program as a child process, watched through its log and
// through the counters that it leaves. A resource.

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/error.h"

namespace pickleproof {

// What libFuzzer's status lines and the target's own counters say.
struct FuzzCounters {
  int64_t executions = 0, accepted = 0, failed_late = 0, disagreements = 0;
  int64_t coverage = 0, features = 0, corpus_files = 0;
  // Of wall time; the second is what was tried in child processes because it would end this one.
  double seconds = 0, seconds_in_children = 0;
  std::map<std::pair<std::string, std::string>, int64_t> verdicts;  // engine, verdict
  std::map<std::string, int64_t> poisoned;
  std::map<std::string, std::vector<std::string>> reached;  // opcodes by protocol

  // What another process counted besides. Coverage is the larger of both.
  FuzzCounters& operator+=(const FuzzCounters& more);
};

class FuzzProcess {
 public:
  // Starts the program; its standard error goes to `log`. The child ends with this process.
  static Result<FuzzProcess> Start(const std::vector<std::string>& command,
                                   const std::string& fuzz_state, const std::string& log);
  FuzzProcess(FuzzProcess&& other) noexcept;
  FuzzProcess& operator=(FuzzProcess&& other) noexcept;
  FuzzProcess(const FuzzProcess&) = delete;
  FuzzProcess& operator=(const FuzzProcess&) = delete;
  ~FuzzProcess();  // kills

  bool Running();
  void Interrupt() const;  // SIGINT: libFuzzer ends with its final statistics
  // After it ended: exit status, 128 and more for a signal.
  int Status() const { return status_; }
  pid_t pid() const { return pid_; }

  // As far as the files tell; counters that are missing are 0.
  FuzzCounters Counters(const std::string& target, const std::string& stats) const;
  // The rest of the last line of its log with this text in it, or "".
  std::string Behind(std::string_view mark) const;
  // The line of a sanitizer or libFuzzer that sums up why it died, or "".
  std::string Summary() const;

 private:
  FuzzProcess(pid_t pid, std::string log) : pid_(pid), log_(std::move(log)) {}

  pid_t pid_ = -1;
  bool running_ = true;
  int status_ = 0;
  std::string log_;
};

// The last "#N ... cov: C ft: F corp: K/..." of a log, into the counters.
void ReadStatusLine(const std::string& log, FuzzCounters& counters);

}  // namespace pickleproof
