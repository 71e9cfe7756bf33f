#pragma once
// Whether a graph is within capabilities: for shrinking without leaving them, and for the tests of
// the generator, which otherwise keeps to them by construction.

#include <optional>
#include <string>

#include "generators/graph_capabilities.h"
#include "harness/graph/graph.h"

namespace pickleproof {

// Which field of `capabilities` the graph exceeds, by its name, or nothing. `tiny_leaves` and
// `large_containers` limit what is drawn and are not looked at.
std::optional<std::string> FindExcess(const Graph& graph, const GraphCapabilities& capabilities);

inline bool IsWithin(const Graph& graph, const GraphCapabilities& capabilities) {
  return !FindExcess(graph, capabilities);
}

}  // namespace pickleproof
