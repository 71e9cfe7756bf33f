#pragma once
// Graphs as text for people: cases, reports and tests show them. Python-like, with labels for
// shared nodes and cycles: #0=[1, #0#]. NOTATION.md is normative; notation_parser.h reads it back.

#include <cstddef>
#include <string>

#include "harness/graph/graph.h"

namespace pickleproof {

struct NotationOptions {
  // 0: one line. Else lines are broken where one would get longer than this many bytes.
  size_t width = 0;
  // Spaces for each level of nesting, where lines are broken; never more than half of `width`.
  size_t indent = 2;
  // 0: everything. Else at most this many bytes (at least 3), ending in "..." where that leaves
  // something out. Such text does not parse.
  size_t max_length = 0;
  // Whether shared str, bytes and py2 str get labels. Without them the text is easier to read, but
  // parses to a graph in which each of them stands alone.
  bool share_atoms = true;
};

// What `graph.root()` reaches, as text. ParseNotation gives a graph with the same shape, order and
// identity back, except where the options say otherwise. Linear in the size of graph and text.
std::string ToNotation(const Graph& graph, const NotationOptions& options = {});

// The same for what `root` reaches.
std::string ToNotation(const Graph& graph, NodeId root, const NotationOptions& options = {});

}  // namespace pickleproof
