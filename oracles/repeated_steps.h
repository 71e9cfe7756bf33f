#pragma once
// What pickle.py does to an object whose own arguments contain it: its steps stand twice. Kept
// apart from known_loss.h because it is about one writer, whatever the protocol.

#include <optional>

#include "harness/graph/graph.h"

namespace pickleproof {

// The graph with every object's steps once where they stand twice in a row; nothing where no
// object's do.
std::optional<Graph> WithoutRepeatedSteps(const Graph& graph);

}  // namespace pickleproof
