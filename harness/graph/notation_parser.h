#pragma once
// Reads the text notation of graphs. NOTATION.md is normative; notation.h writes it.

#include <string_view>

#include "harness/base/error.h"
#include "harness/graph/graph.h"

namespace pickleproof {

// The graph that `text` denotes. ParseNotation(ToNotation(g)) has the shape, order and identity of
// what g's root reaches. kSyntax with the offset and what was expected there; otherwise the errors
// of Assembly::Assemble (equal keys, unhashable keys, impossible cycles), with the offset too.
Result<Graph> ParseNotation(std::string_view text);

}  // namespace pickleproof
