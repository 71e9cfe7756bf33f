#pragma once
// What pickle.py does to an object whose own arguments contain it: its steps stand twice, or once
// for every way that leads back to it. Kept apart from known_loss.h because it is about one writer,
// whatever the protocol.

#include <optional>

#include "harness/graph/graph.h"

namespace pickleproof {

// The graph with every object's steps once where they stand several times in a row; nothing where
// no object's do. Steps are the same where their values are, be the objects in them shared or
// written anew. Graphs that differ only in how often steps stand in a row become one graph.
std::optional<Graph> WithoutRepeatedSteps(const Graph& graph);

}  // namespace pickleproof
