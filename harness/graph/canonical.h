#pragma once
// A byte string for what a graph means: equal for two graphs exactly where they are equal under the
// options, whatever their node numbers and the orders of their sets. For de-duplication, and for
// comparison where members of a set look alike.

#include <string>

#include "harness/graph/compare_options.h"
#include "harness/graph/graph.h"

namespace pickleproof {

struct Canonical {
  std::string bytes;  // made for comparing and hashing only, not to be kept in files
  // False where the sets were so symmetric that the search was given up: then equal bytes still
  // mean equal graphs, but equal graphs may have other bytes.
  bool exact = true;

  friend bool operator==(const Canonical&, const Canonical&) = default;
};

// The canonical form of what is reachable from the root. Dicts keep their order, sets do not unless
// CompareOptions::set_order. About m log n for m edges; the search is needed only for sets whose
// members can't be told apart and refer to each other or are referred to.
Canonical CanonicalForm(const Graph& graph, const CompareOptions& options = {});

}  // namespace pickleproof
