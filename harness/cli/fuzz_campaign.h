#pragma once
// Runs one fuzz target for a time, with several processes and one corpus, and turns what it leaves
// into findings: what fuzz does once and nightly for every target.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/cli/fuzz_process.h"
#include "harness/cli/fuzz_targets.h"
#include "harness/history/collector.h"
#include "harness/history/history.h"
#include "harness/history/state_folder.h"

namespace pickleproof {

struct FuzzPlan {
  FuzzTargetEntry target;
  double seconds = 600;
  size_t jobs = 1;
  std::string binaries;  // the folder of fuzz_<name>
  std::string command;   // for the record
  bool seeds = true;     // also read the committed ones
};

struct FuzzReport {
  std::string target;
  RunProgress progress;
  FuzzCounters counters;
  Collected collected;
  size_t deaths = 0;  // processes that ended by themselves
  bool interrupted = false;
};

// Called about once a second.
using FuzzStatus = std::function<void(const FuzzPlan&, const RunProgress&, size_t findings)>;

// Set by SIGINT and SIGTERM while an object lives, so that a campaign ends in order.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();
  static bool Interrupted();
};

Result<FuzzReport> RunFuzzPlan(const FuzzPlan& plan, const StateFolder& state, History& history,
                               const FuzzStatus& status);

}  // namespace pickleproof
