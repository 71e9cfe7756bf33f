#pragma once
// The order in which CPython's picklers visit a graph, without writing anything: whether they come
// to an end, and how deep they recurse. Kept apart from the generator, which uses it to verify what
// it has made, so that tests can use it too.

#include <cstddef>

#include "harness/graph/graph.h"

namespace pickleproof {

struct PicklingWalk {
  // Without it the picklers answer with RecursionError: there is a cycle all of whose edges are
  // followed before the node that they start from is memoized (tuple and frozenset members, object
  // arguments, persistent ids; set members below protocol 4).
  bool ends = true;
  // Nested saves at the deepest point.
  size_t depth = 0;
  // An object with steps was reached again while its arguments were being saved. pickle.py then
  // writes the steps twice, _pickle once (Lib/pickle.py save_reduce, Modules/_pickle.c
  // save_reduce).
  bool steps_reentered = false;
};

// Walks what is reachable from `root`. With `sets_first` a set is memoized before its members are
// saved, as from protocol 4 on. Persistent ids are taken as memoized; CPython writes each reference
// to one anew, which makes a difference only where one is shared.
PicklingWalk WalkAsPickler(const Graph& graph, NodeId root, bool sets_first);

}  // namespace pickleproof
