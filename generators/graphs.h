#pragma once
// Random object graphs: every kind, sharing and cycles through every container, through object
// state, arguments and keys, within a budget.

#include <cstdint>

#include "generators/choices.h"
#include "generators/graph_capabilities.h"
#include "harness/graph/graph.h"

namespace pickleproof {

// How much a generator may still make. Passed by value at the start, then counted down.
struct Budget {
  uint32_t nodes = 20;    // besides None, bools and small ints, which are in every graph
  uint32_t depth = 12;    // containers within containers, at most 64
  uint32_t members = 12;  // of one container, large ones apart
};

// Around 5 to 40 nodes, with a heavy tail up to 300.
Budget DrawBudget(Choices& choices);

// A graph within `capabilities` and about `budget` (a large container may exceed it), its root set
// and nothing unreachable in it.
Graph GenerateGraph(Choices& choices, const GraphCapabilities& capabilities, Budget budget);

// The graph of a seed: the same with every compiler.
Graph GraphFromSeed(uint64_t seed, const GraphCapabilities& capabilities = EverythingWeHave());

}  // namespace pickleproof
