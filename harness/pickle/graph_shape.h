#pragma once
// What a pickler must know of a graph before it writes some of its forms: how often a node is
// referred to, and whether it lies on a cycle. Kept apart from the pickler because its usual
// policies need none of it.

#include <cstdint>
#include <vector>

#include "harness/graph/graph.h"

namespace pickleproof {

class GraphShape {
 public:
  // Looks at what is reachable from `root`. Linear in nodes and edges.
  GraphShape(const Graph& graph, NodeId root);

  // Whether the node has several references. Being the root is one.
  bool HasSeveralReferences(NodeId id) const { return references_[id] > 1; }
  // Whether a pickler may come to the node more than once: it has several references, or lies
  // directly inside a tuple, set, frozenset or object on a cycle, which is entered again before it
  // is complete.
  bool IsShared(NodeId id) const { return references_[id] > 1 || revisited_[id] != 0; }
  // Whether the node can be reached from itself.
  bool IsCyclic(NodeId id) const { return cyclic_[id] != 0; }

 private:
  void FindCycles(const std::vector<NodeId>& order, const std::vector<uint32_t>& first,
                  const std::vector<NodeId>& children);

  std::vector<uint8_t> references_;  // 0, 1, or 2 for more
  std::vector<uint8_t> cyclic_;
  std::vector<uint8_t> revisited_;
};

}  // namespace pickleproof
