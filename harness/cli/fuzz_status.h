#pragma once
// What people see of a running target, and what it came to.

#include <string>

#include "harness/cli/fuzz_campaign.h"

namespace pickleproof {

// "raw_vm 0:12  1,234,567 executions, 98,765/s, ...": one line.
std::string StatusText(const FuzzPlan& plan, const RunProgress& progress, size_t findings);

// On a terminal one line that changes, elsewhere a line now and then.
class StatusLine {
 public:
  void Show(const FuzzPlan& plan, const RunProgress& progress, size_t findings);
  void End();

 private:
  bool shown_ = false;
  double printed_ = -1000;
};

// Counts, share of inputs that did real work, corpus, what is new since the last run of the target,
// and each new finding.
std::string FuzzSummary(const FuzzReport& report, History& history);

}  // namespace pickleproof
