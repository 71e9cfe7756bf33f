#pragma once
// The main job: graphs generated from a seed and pickles as found, through all engines, in several
// processes, into one record.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/matrix/record.h"
#include "harness/matrix/runner.h"

namespace pickleproof {

struct CampaignOptions {
  uint64_t seed = 1;
  uint64_t first = 0;  // index of the first graph
  uint64_t graphs = 2000;
  std::vector<FoundPickle> found;
  size_t processes = 1;
  std::string command_line;
  std::function<void(uint64_t done, uint64_t total)> progress;
};

// Smoke-tests every engine in every process, runs everything, and confirms each unexplained
// difference alone in a fresh process. An engine that fails the smoke test is left out and named in
// the record. Errors: kForeign where no worker can run.
Result<RunRecord> RunCampaign(const CampaignOptions& options);

}  // namespace pickleproof
