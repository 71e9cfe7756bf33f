#pragma once
// A graph with its nodes merged where they are equal as values, so that what is left corresponds
// one to one between equal graphs. The first half of canonical form.

#include <cstdint>
#include <string>
#include <vector>

#include "harness/graph/compare_options.h"
#include "harness/graph/graph.h"
#include "harness/graph/partition.h"

namespace pickleproof {

struct Quotient {
  const Graph* graph = nullptr;
  CompareOptions options;
  Digraph edges;               // node 0 is the root; a set's edges have label 0
  std::vector<NodeId> nodes;   // one node of the graph for each node of the quotient
  bool has_unordered = false;  // whether there is a set of two members or more, to be ordered

  uint32_t size() const { return static_cast<uint32_t>(nodes.size()); }
  // Whether the order of a node's edges says nothing.
  bool IsUnordered(uint32_t node) const {
    return !options.set_order && IsSetLike(graph->kind(nodes[node]));
  }
};

// Merges nodes without identity (HasIdentity) that are equal by value: the coarsest partition in
// which nodes of one cell have equal leaves and children in the same cells.
Quotient MakeQuotient(const Graph& graph, const CompareOptions& options);

// The nodes of the quotient by what they are without children, and where each kind of leaf begins:
// the order depends on contents only.
struct LeafOrder {
  std::vector<uint32_t> nodes;
  std::vector<uint32_t> starts;
};
LeafOrder OrderByLeaf(const Graph& graph, std::span<const NodeId> nodes,
                      const CompareOptions& options);

// What LeafHash hashes and SameLeaf compares, as bytes that end where they say they end.
void AppendLeaf(std::string& out, const Graph& graph, NodeId id, const CompareOptions& options);

void AppendVarint(std::string& out, uint64_t value);

}  // namespace pickleproof
