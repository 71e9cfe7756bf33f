#pragma once
// What a node is without its children: the part of equality that needs no walk. Shared by
// comparison, which checks it pair by pair, and by colouring, which sorts by it.

#include <bit>
#include <cmath>
#include <cstdint>

#include "harness/graph/compare_options.h"
#include "harness/graph/graph.h"

namespace pickleproof {

inline bool SameFloat(const Graph& a, NodeId left, const Graph& b, NodeId right,
                      const CompareOptions& options) {
  if (a.FloatBits(left) == b.FloatBits(right)) return true;
  return !options.nan_bits && std::isnan(a.FloatValue(left)) && std::isnan(b.FloatValue(right));
}

inline bool SameInt(const Graph& a, NodeId left, const Graph& b, NodeId right) {
  if (a.IsSmallInt(left) != b.IsSmallInt(right)) return false;
  return a.IsSmallInt(left) ? a.SmallInt(left) == b.SmallInt(right)
                            : a.BigInt(left) == b.BigInt(right);
}

// Whether two nodes of one effective kind agree in all but children and steps: values, lengths,
// names, how an object was made and whether it has kwargs.
bool SameLeaf(const Graph& a, NodeId left, const Graph& b, NodeId right,
              const CompareOptions& options);

// A hash of what SameLeaf compares, the kind, and the kinds and lengths of the steps. No node id
// goes into it.
uint64_t LeafHash(const Graph& graph, NodeId id, const CompareOptions& options);

// Whether the lists of steps have the same kinds and lengths.
bool SameStepShape(const Graph& a, NodeId left, const Graph& b, NodeId right);

}  // namespace pickleproof
