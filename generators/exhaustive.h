#pragma once
// Every small graph, each once: for properties that a random sample would only make likely.

#include <cstdint>
#include <functional>

#include "generators/choices.h"
#include "harness/graph/graph.h"

namespace pickleproof {

// What counts as small. Nodes are those that carry identity; the int 0 is in every graph and costs
// nothing.
struct SmallGraphLimits {
  uint32_t nodes = 3;
  uint32_t edges = 5;  // all together, to 0 too; at most 2 of one node
};

// Makes one small graph into `graph`, its root set. The kinds are list, tuple, dict (of at most one
// entry), set, frozenset and the str 'a'. False where the decisions taken lead to no graph: a key
// without a hash, two equal members of a set, a cycle of tuples alone.
//
// Nodes are numbered in order of first visit, which every choice of edges determines, so that no
// two sequences of decisions make the same graph; only a set whose two members are both first met
// there appears in both orders.
bool MakeSmallGraph(Choices& choices, SmallGraphLimits limits, Graph& graph);

// Calls `visit` for all graphs within the limits; the graph is the visitor's to look at until it
// returns. Returns how many there were.
uint64_t ForEachSmallGraph(SmallGraphLimits limits, const std::function<void(const Graph&)>& visit);

// Those of at most `max_nodes` nodes and max_nodes + 2 edges: 19 for 1 node, 364 for 2, 7,179 for
// 3, 166,971 for 4.
uint64_t ForEachSmallGraph(uint32_t max_nodes, const std::function<void(const Graph&)>& visit);

}  // namespace pickleproof
