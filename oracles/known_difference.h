#pragma once
// Differences that are known and have a reason: predicates with prose, not lists of inputs to skip.
// A difference that none of them explains is a finding.

#include <span>
#include <string_view>

#include "harness/adapter/engine.h"
#include "oracles/differential.h"

namespace pickleproof {

// What a predicate may look at. `writer` is nullptr for a pickle as found, `left` where the left
// side is the graph that was written.
struct Disagreement {
  std::string_view stream;
  int protocol = -1;  // that the stream was written with, where it was written
  const EngineCard* writer = nullptr;
  const EngineCard* left = nullptr;
  const EngineCard* right = nullptr;
  const Graph* left_graph = nullptr;   // where accepted
  const Graph* right_graph = nullptr;  // where accepted
  const Comparison* comparison = nullptr;
};

struct KnownDifference {
  std::string_view name;
  std::string_view reason;  // why both sides are as they are
  std::string_view link;    // upstream issue or source, may be empty
  bool (*explains)(const Disagreement&);
};

std::span<const KnownDifference> AllKnownDifferences();

// The first that explains it, or nullptr.
const KnownDifference* Explain(const Disagreement& disagreement);

}  // namespace pickleproof
