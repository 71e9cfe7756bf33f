#pragma once
// Graphs as JSON, in the flat form of the adapter protocol and of every --json output:
//
//   {"root": 0, "nodes": [["list", [1, 0]], ["int", "5"]]}
//
// No parser's depth limit matters, since a node names its parts by their numbers.
// NODE_TABLE.md is normative. Kept apart from the text notation, which is for people.

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "harness/base/error.h"
#include "harness/graph/graph.h"

namespace pickleproof {

// What the graph's root reaches, on one line. Nodes are numbered in the order of Reachable(), the
// root is node 0.
std::string NodeTableJson(const Graph& graph);

// The same, appended to `out`.
void AppendNodeTable(const Graph& graph, std::string& out);

// Any table, written by anybody: nodes in any order, unreachable ones too. kSyntax with the number
// of the node and what to write instead; the other errors are those of Assembly::Assemble.
Result<Graph> GraphFromNodeTable(const nlohmann::json& table);

// The same from text; kSyntax with the offset where it is not JSON.
Result<Graph> GraphFromNodeTableText(std::string_view json);

}  // namespace pickleproof
