#pragma once
// The live servers of one interpreter with its libraries, one for each group of picklers, and what
// they are as engines. Kept apart from the runners because all of them start some.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/matrix/record.h"
#include "oracles/live/live_server.h"
#include "oracles/picklability/environments.h"

namespace pickleproof {

inline constexpr std::string_view kLiveGroup = "live";

// An interpreter that pickles live objects.
struct LivePython {
  std::string python;   // the program, with cloudpickle and dill
  int minor = 9;        // its version: 3.minor
  std::string modules;  // where the module `pickleproof` for it is, may be empty
  Libraries libraries = Libraries::kNewest;  // which releases it has
  std::string unavailable;                   // why it can't be asked, or ""

  std::string Name() const;  // "3.9", or "3.9-oldest"
};

class LiveGroups {
 public:
  // Starts a server for each of `groups`, and enters it in `engines` as "live/GROUP", or
  // "live/NAME/GROUP" where a name is given; one that can't be started with the reason.
  LiveGroups(const LivePython& python, const std::string& scripts, std::string_view name,
             const std::vector<std::string_view>& groups, RunRecord& engines);

  // Nothing where the group was not started.
  LiveServer* Of(std::string_view group) const;
  // Of the library that the streams of the writer are for.
  Release ReleaseFor(std::string_view writer) const;
  // Those that run, in the order in which they were asked for.
  const std::vector<std::pair<std::string, std::unique_ptr<LiveServer>>>& all() const {
    return servers_;
  }

 private:
  std::vector<std::pair<std::string, std::unique_ptr<LiveServer>>> servers_;
};

// The groups of oracles/live/picklers.py: the standard library's picklers and cloudpickle, dill,
// which changes the former when it is imported, and this project's module.
inline constexpr std::string_view kPlainGroup = "plain";
inline constexpr std::string_view kDillGroup = "dill";
inline constexpr std::string_view kOwnGroup = "pickleproof";

// Where a writer's streams are read: what dill writes needs dill, everything else is read where
// dill is not.
std::string_view ReadingGroup(std::string_view writer);

}  // namespace pickleproof
