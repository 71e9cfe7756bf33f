#pragma once
// Live objects: generated sources, written by every pickler that takes functions and classes, read
// in fresh processes without the source, and asked whether they still behave. Kept apart from
// campaign.h, whose verdict is a graph.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "generators/sources.h"
#include "harness/base/error.h"
#include "harness/matrix/live_groups.h"
#include "harness/matrix/live_tally.h"
#include "harness/matrix/record.h"

namespace pickleproof {

struct LiveCampaignOptions {
  uint64_t seed = 1;
  uint64_t first = 0;  // index of the first source
  uint64_t sources = 100;
  std::vector<int> protocols = {0, 1, 2, 3, 4, 5};
  size_t processes = 1;
  LivePython home;
  // Other versions of Python, and of the libraries. For each `versions_every`th source, what each
  // of all these writes, it reads again itself, and so does every other that differs from it in one
  // of both, in groups of their own: "live/3.9", "live/3.9-to-3.13", "live/3.11-oldest-to-3.11".
  std::vector<LivePython> others;
  uint64_t versions_every = 1;
  std::string scripts;  // the folder of the Python packages `live` and `picklability`
  std::string command_line;
  std::string reproduce_arguments;  // behind "--seed S --first I --sources 1"
  std::function<void(uint64_t done, uint64_t total)> progress;
};

struct LiveRun {
  RunRecord record;
  LiveTally tally;  // of the interpreter `home` alone
};

// Runs everything and confirms each unexplained difference alone in fresh processes. A group of
// picklers that can't be asked is named in the record with the reason. Errors: kForeign where no
// worker can run.
Result<LiveRun> RunLiveCampaign(const LiveCampaignOptions& options);

// The source of that index as all versions take it.
Source SourceForVersions(const LiveCampaignOptions& options, uint64_t index);

// The source again, as small as it gets while the same writer and reader differ from it in an
// unexplained way: those of `home`, or those across versions. kForeign where it does not differ.
Result<Source> ShrinkLiveDifference(const LiveCampaignOptions& options, const Source& source);
Result<Source> ShrinkVersionDifference(const LiveCampaignOptions& options, const Source& source);

}  // namespace pickleproof
