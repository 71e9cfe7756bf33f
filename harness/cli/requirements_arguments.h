#pragma once
// Which requirements are checked on which interpreters, as a command line says it; for the verb and
// for report.

#include <functional>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "oracles/requirements/requirements_run.h"

namespace pickleproof {

struct RequirementsArguments {
  std::vector<int> numbers;               // empty for all
  std::vector<std::string> interpreters;  // empty for all
  bool only_three = false;                // of those: the oldest, the embedded, the newest
  std::string checks;                     // a file with other checks
  int patience = 120;                     // seconds for one check
  size_t jobs = 0;                        // 0 for one per processor
};

// `progress` is called from several threads. kUsage where nothing can be asked as it is said,
// kForeign where nobody answers.
Result<RequirementsResult> RunRequirements(
    const RequirementsArguments& arguments,
    const std::function<void(const std::string&)>& progress = {});

}  // namespace pickleproof
