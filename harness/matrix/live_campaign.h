#pragma once
// Live objects: generated sources, written by every pickler that takes functions and classes, read
// in fresh processes without the source, and asked whether they still behave. Kept apart from
// campaign.h, whose verdict is a graph.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "generators/sources.h"
#include "harness/base/error.h"
#include "harness/matrix/record.h"

namespace pickleproof {

inline constexpr std::string_view kLiveGroup = "live";

struct LiveCampaignOptions {
  uint64_t seed = 1;
  uint64_t first = 0;  // index of the first source
  uint64_t sources = 100;
  std::vector<int> protocols = {0, 1, 2, 3, 4, 5};
  size_t processes = 1;
  std::string python;   // an interpreter with cloudpickle and dill
  int minor = 9;        // of that interpreter
  std::string scripts;  // the folder of the Python packages `live` and `picklability`
  std::string modules;  // where the module `pickleproof` for that interpreter is, may be empty
  std::string command_line;
  std::function<void(uint64_t done, uint64_t total)> progress;
};

// Runs everything and confirms each unexplained difference alone in fresh processes. A group of
// picklers that can't be asked is named in the record with the reason. Errors: kForeign where no
// worker can run.
Result<RunRecord> RunLiveCampaign(const LiveCampaignOptions& options);

// The source again, as small as it gets while the same writer and reader differ from it in an
// unexplained way. kForeign where it does not differ.
Result<Source> ShrinkLiveDifference(const LiveCampaignOptions& options, const Source& source);

// Of the sources in the record's live group: how many streams were written at all, and how many
// were read by something.
struct LiveShare {
  uint64_t cells = 0;    // of all kinds
  uint64_t reached = 0;  // a reader had a stream
};
LiveShare ShareOfLive(const RunRecord& record);

}  // namespace pickleproof
