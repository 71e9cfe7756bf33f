#pragma once
// Runs numbered items in several processes. Processes, not threads: an interpreter is one per
// process, and a crash must cost no more than the item that caused it.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/error.h"

namespace pickleproof {

// What one process does. Made after the fork, so that it may start an interpreter.
class Worker {
 public:
  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  virtual ~Worker() = default;
  virtual void Run(uint64_t item) = 0;
  // Everything since the last call, as bytes.
  virtual std::string TakeResult() = 0;
};

struct WorkersOptions {
  size_t processes = 1;
  // Called every tenth of a second or so with the number of items that are done.
  std::function<void(uint64_t)> progress;
};

struct CrashedItem {
  uint64_t item;
  std::string how;  // "signal 11 (Segmentation fault)", "exit status 3"
};

struct WorkersResult {
  std::vector<std::string> results;  // of TakeResult, in no particular order
  std::vector<CrashedItem> crashed;  // each confirmed alone in a fresh process
};

// Runs the items 0 to `count` - 1. Items are handed out in chunks; when a process dies, the items
// of its chunk are run again, each alone in a fresh process. kForeign where no process can be made.
Result<WorkersResult> RunWorkers(uint64_t count, const WorkersOptions& options,
                                 const std::function<std::unique_ptr<Worker>()>& make_worker);

}  // namespace pickleproof
