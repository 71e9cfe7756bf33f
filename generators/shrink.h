#pragma once
// Smaller graphs that still show what a graph was found to show. Deterministic, and greedy with
// progress: what has been tried at one place is not tried again after a success at another.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "generators/shrink_edit.h"
#include "harness/graph/graph.h"

namespace pickleproof {

// The order in which graphs are small: nodes first, then edges, then edges to anything but None,
// then bytes of text, then how plain text, numbers and names are. Well-founded: nothing shrinks for
// ever.
struct GraphMeasure {
  uint64_t nodes = 0;  // that are not None, a bool or an int from 0 to 255
  uint64_t edges = 0;
  uint64_t weight = 0;  // edges to anything but None
  uint64_t bytes = 0;   // of text and of numbers, leading zeros apart
  uint64_t odd = 0;     // what could be plainer
  friend auto operator<=>(const GraphMeasure&, const GraphMeasure&) = default;
};
GraphMeasure Measure(const Graph& graph);

// One simpler graph after the other, the most drastic first; each is valid and of a smaller
// measure. For drivers that choose among them by themselves (RapidCheck).
class GraphShrinks {
 public:
  explicit GraphShrinks(const Graph& graph);
  // The next one, or nothing when there are no more.
  std::optional<Graph> Next();

 private:
  Graph graph_;
  GraphMeasure measure_;
  std::vector<ShrinkEdit> edits_;
  size_t next_ = 0;
};

// The smallest graph found of which `still_fails` is true; it must be true of `graph` itself.
// Calls it at most `max_tries` times.
Graph ShrinkGraph(const Graph& graph, const std::function<bool(const Graph&)>& still_fails,
                  uint64_t max_tries = 100000);

}  // namespace pickleproof
