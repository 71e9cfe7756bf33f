#pragma once
// Differences that are known and have a reason: predicates with prose, not lists of inputs to skip.
// A difference that none of them explains is a finding.

#include <optional>
#include <span>
#include <string_view>

#include "harness/adapter/engine.h"
#include "oracles/differential.h"

namespace pickleproof {

// What a predicate may look at. `writer` is nullptr for a pickle as found, `left` where the left
// side is the graph that was written.
struct Disagreement {
  std::string_view stream;
  const LoadOptions* options = nullptr;  // with which it was read
  int protocol = -1;                     // that the stream was written with, where it was written
  const EngineCard* writer = nullptr;
  const EngineCard* left = nullptr;
  const EngineCard* right = nullptr;
  const Graph* left_graph = nullptr;   // where accepted
  const Graph* right_graph = nullptr;  // where accepted
  const Comparison* comparison = nullptr;
};

// A way in which the identity of immutable values differs where everything else agrees.
struct KnownDifference {
  std::string_view name;
  std::string_view reason;  // why both sides are as they are
  std::string_view link;    // upstream issue or source, may be empty
  bool (*explains)(const Disagreement&);
};

std::span<const KnownDifference> AllKnownDifferences();

// Why a difference is no finding.
struct Explanation {
  std::string_view name, reason, link;
};

// What the writer or the protocol does not say (known_loss.h, then AllKnownDifferences); else the
// first of the quirks (quirks_between.h) that make our own machine differ in the same way: it reads
// the stream as the one side does without them, and as the other does with them. Nothing where
// neither is so.
std::optional<Explanation> Explain(const Disagreement& disagreement);

}  // namespace pickleproof
