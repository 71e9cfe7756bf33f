#pragma once
// Why a live object did not come back as it was, where that is known: predicates with reasons, as
// in known_difference.h, over what the source has in it and what the writer is known to do.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "oracles/live/live_outcome.h"

namespace pickleproof {

struct LiveLoss {
  std::string_view name;
  std::string_view reason;
  std::string_view link;
  // Of an outcome other than kSame; of kDifferent one probe at a time.
  bool (*explains)(const LiveCell& cell, const ProbeDifference* difference);
};

std::span<const LiveLoss> AllLiveLosses();

// The reason of an outcome that is not kSame; of several differing probes the reason of the first.
// Nothing where any of it is unexplained; then `unexplained` says what.
const LiveLoss* ExplainLive(const LiveCell& cell, std::string* unexplained);

}  // namespace pickleproof
