#pragma once
// RapidCheck as a driver of the generators: its seeds and its loop, our graphs and our shrinking.
// The only header that includes RapidCheck; for *_prop_test.cc, since it is slow to compile.

#include <rapidcheck.h>

#include <optional>
#include <ostream>
#include <utility>

#include "generators/capability_check.h"
#include "generators/graphs.h"
#include "generators/shrink.h"
#include "harness/graph/notation.h"

namespace pickleproof {

// RapidCheck's size, 0 to 100, as a budget of nodes.
inline Budget BudgetOfSize(int size) {
  return {.nodes = 1 + static_cast<uint32_t>(size) * 2 / 3, .depth = 10};
}

// The candidates of GraphShrinks that are within the capabilities, as RapidCheck's lazy sequence.
class GraphShrinkSequence {
 public:
  GraphShrinkSequence(const Graph& graph, const GraphCapabilities& capabilities)
      : shrinks_(graph), capabilities_(capabilities) {}

  rc::Maybe<Graph> operator()() {
    while (std::optional<Graph> next = shrinks_.Next()) {
      if (IsWithin(*next, capabilities_)) return *std::move(next);
    }
    return rc::Nothing;
  }

 private:
  GraphShrinks shrinks_;
  GraphCapabilities capabilities_;
};

// Graphs within `capabilities`, shrunk by ShrinkGraph's own steps.
inline rc::Gen<Graph> Graphs(GraphCapabilities capabilities) {
  return [capabilities](const rc::Random& random, int size) {
    RandomChoices choices(rc::Random(random).next());
    Graph graph = GenerateGraph(choices, capabilities, BudgetOfSize(size));
    return rc::shrinkable::shrinkRecur(std::move(graph), [capabilities](const Graph& value) {
      return rc::makeSeq<GraphShrinkSequence>(value, capabilities);
    });
  };
}

// How RapidCheck prints a counterexample.
inline void showValue(const Graph& graph,
                      std::ostream& out) {  // NOLINT(readability-identifier-naming)
  out << ToNotation(graph, {.max_length = 4000});
}

}  // namespace pickleproof
