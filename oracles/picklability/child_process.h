#pragma once
// A program run beside this one, with pipes to its standard input and output. Its own class so that
// no path out of a function leaves a process or a descriptor behind.

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"

namespace pickleproof {

class ChildProcess {
 public:
  // `environment` holds "NAME=value" on top of this process's own. Standard error is shared. kIo
  // where the program can't be started.
  static Result<ChildProcess> Start(const std::vector<std::string>& arguments,
                                    const std::vector<std::string>& environment = {});

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  // Kills what still runs.
  ~ChildProcess();

  // kIo where the program reads no more.
  Result<void> Write(std::string_view text);
  // The next line without its end. kTruncated where the output ends before it, kLimit where it
  // takes longer than `patience`.
  Result<std::string> ReadLine(std::chrono::milliseconds patience);
  // Closes its input, reads on to the end of its output, and waits; the exit status, or 128 + the
  // signal. kLimit, and the program is killed, where it takes longer.
  Result<int> Finish(std::chrono::milliseconds patience, std::string* output = nullptr);

 private:
  ChildProcess(pid_t pid, int input, int output) : pid_(pid), input_(input), output_(output) {}
  void Release() noexcept;

  pid_t pid_;
  int input_;
  int output_;
  std::string buffer_;
};

}  // namespace pickleproof
