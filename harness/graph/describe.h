#pragma once
// One short line about a node, for differences and messages. The full text of a graph is the
// notation's business.

#include <cstdint>
#include <string>

#include "harness/graph/graph.h"

namespace pickleproof {

// What a node is, as Python's repr would put it, children of children left out: `'text'`, `1.5`,
// `[1, [...], ...] (7 items)`, `os.system`, `m.C(...) (newobj)`. No line breaks; long text and
// numbers are abbreviated, to about `width` characters.
std::string Describe(const Graph& graph, NodeId id, size_t width = 60);

// The text of a node around byte `offset`, where Describe would cut it off: `...'xyz' (from byte
// 990 of 2000)`.
std::string DescribeTextAt(const Graph& graph, NodeId id, size_t offset);

// One step of a path: `child` of `parent`, the one that ForEachChild visits as number `slot`, where
// an object's kwargs are counted as number 2 even if there are none; a set's slots do not matter.
// `[3]`,
// `['key']`, `[key #2]`, `.args`, `.then[1][0]`, `{member}`.
std::string PathStep(const Graph& graph, NodeId parent, uint32_t slot, NodeId child);

}  // namespace pickleproof
