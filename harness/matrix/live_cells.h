#pragma once
// Counts what became of live objects, in a record. Kept apart from the runners, which decide who
// writes and who reads.

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/matrix/record.h"
#include "oracles/live/live_outcome.h"

namespace pickleproof {

// The source that a runner is at.
struct LiveItem {
  uint64_t index = 0;     // in the campaign
  std::string name;       // "seed 7, source 12"
  std::string reproduce;  // the command that runs it again
};

// Counts the cell in `group`, and its difference, if it is one, with what explains it.
void CountLive(RunRecord& record, const std::string& group, const LiveItem& item,
               const LiveCell& cell);

// Notes that no writer of `picklers` could be asked: the source did not run, or the process died.
void NoteLiveFailure(RunRecord& record, const std::string& group, const LiveItem& item,
                     const Source& source, const std::string& picklers, const std::string& why);
// What the reader is called in the signature of such a failure.
inline constexpr std::string_view kNoReader = "none";

}  // namespace pickleproof
