#pragma once
// One simplification of a graph, as data: what the shrinker tries is a list of these, and only the
// one being tried is carried out.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/graph/graph.h"

namespace pickleproof {

struct ShrinkEdit {
  enum class What : uint8_t {
    kRoot,          // `to` becomes the root
    kReplace,       // every reference to `node` refers to `to` instead
    kList,          // the dict or object `node` becomes a list of its values, arguments and steps;
                    // where `count` is not 0 of its keys too, but not of None
    kReduce,        // the object `node` is made by REDUCE
    kDropEntries,   // entries `begin` to begin + count of `node` go
    kReplaceEntry,  // entry `begin` of `node` (of a pair its value) refers to `to` instead
    kText,          // the text of `node` becomes `text`
    kNumber,        // the int or float of `node` becomes this one
    kName,          // the global or extension code becomes m.f or 1
  };
  What what;
  NodeId node = kNoNode;
  NodeId to = kNoNode;
  size_t begin = 0, count = 0;
  std::string text = {};  // kText; of kNumber two's complement
  uint64_t bits = 0;      // kNumber of a float
};

// The entries of a node are the members of a tuple, list, set or frozenset; the pairs of a dict; of
// an inert node everything in its steps, each state, item and pair being one.
struct GraphEntry {
  StepKind step = StepKind::kBuild;  // of inert nodes
  NodeId first = kNoNode;
  NodeId second = kNoNode;  // the value of a pair, else kNoNode
};
std::vector<GraphEntry> Entries(const Graph& graph, NodeId id);

// The graph with the edit, trimmed; nothing where it would be no graph: a key without a hash, an
// argument that is no tuple, a callable that is not inert, a cycle of tuples alone. Where a key
// loses its hash and the value has one, they change places.
std::optional<Graph> Apply(const Graph& graph, const ShrinkEdit& edit);

}  // namespace pickleproof
