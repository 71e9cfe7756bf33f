#pragma once
// How many of the generated sources got how far with each writer: the share that says whether a
// live campaign asks anything. Apart from the record, whose cells count streams.

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "harness/base/error.h"
#include "oracles/live/live_outcome.h"

namespace pickleproof {

struct LiveProgress {
  uint64_t sources = 0;
  uint64_t written = 0;  // some protocol takes it
  uint64_t reached = 0;  // and some reader made an object of it, which was asked the probes
  uint64_t same = 0;     // and it answered all of them as at the origin

  LiveProgress& operator+=(const LiveProgress& other);
  friend bool operator==(const LiveProgress&, const LiveProgress&) = default;
};

struct LiveTally {
  std::map<std::string, LiveProgress> writers;
  uint64_t sources = 0;
  uint64_t cells = 0;

  LiveTally& operator+=(const LiveTally& other);
  friend bool operator==(const LiveTally&, const LiveTally&) = default;
};

// Collects the outcomes of one source by writer.
class LiveSourceTally {
 public:
  void Add(const LiveCell& cell);
  void AddTo(LiveTally& tally) const;

 private:
  std::map<std::string, LiveProgress, std::less<>> writers_;
  uint64_t cells_ = 0;
};

std::string ToJson(const LiveTally& tally);
// kSyntax where it is none.
Result<LiveTally> ParseLiveTally(std::string_view json);

// A few lines for the terminal; "" where nothing was counted.
std::string ToText(const LiveTally& tally);

}  // namespace pickleproof
