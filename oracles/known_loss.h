#pragma once
// What a protocol can't carry: the graph that comes back where another was written, and nobody is
// to blame. Kept apart from known_difference.h because it rewrites graphs rather than judging them.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/graph/graph.h"

namespace pickleproof {

struct KnownLoss {
  std::string_view name;
  std::string_view reason;
  std::string_view link;
};

struct LossyGraph {
  Graph graph;                           // what comes back
  std::vector<const KnownLoss*> losses;  // that changed something
};

std::vector<const KnownLoss*> AllKnownLosses();

// What the names a.b.c, a.b.d and a.b have in common below protocol 4: a call of getattr for each
// of them, or, where the pickler memoizes what stands before the last dot, one for all.
enum class DottedParents : uint8_t { kEach, kShared };

// `written` as it comes back at this protocol. Nothing where nothing is lost, or where what comes
// back would be no graph.
std::optional<LossyGraph> AsItComesBack(const Graph& written, int protocol,
                                        DottedParents parents = DottedParents::kEach);

}  // namespace pickleproof
