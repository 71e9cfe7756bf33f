#include "oracles/known_difference.h"

#include <cmath>

namespace pickleproof {
namespace {

// Whether any NaN of the graph is not the one that float('nan') makes.
bool HasUnusualNan(const Graph& graph) {
  for (const NodeId id : Reachable(graph, graph.root())) {
    if (graph.kind(id) != Kind::kFloat || !std::isnan(graph.FloatValue(id))) continue;
    if (graph.FloatBits(id) != 0x7ff8000000000000U) return true;
  }
  return false;
}

// Protocol 0 writes floats as text, and every NaN as "nan": sign and payload are lost.
bool NanAsText(const Disagreement& d) {
  return d.protocol == 0 && d.comparison->kind == "value" && d.left_graph != nullptr &&
         HasUnusualNan(*d.left_graph) && d.comparison->left.starts_with("nan") &&
         d.comparison->right.find("nan") != std::string::npos;
}

constexpr KnownDifference kKnown[] = {
    {"nan-as-text",
     "Protocol 0 writes a float as its repr, and the repr of every NaN is 'nan': its sign and "
     "payload do not survive. From protocol 1 on they do.",
     "https://docs.python.org/3/library/pickle.html#data-stream-format", NanAsText},
};

}  // namespace

std::span<const KnownDifference> AllKnownDifferences() { return kKnown; }

const KnownDifference* Explain(const Disagreement& disagreement) {
  for (const KnownDifference& known : kKnown) {
    if (known.explains(disagreement)) return &known;
  }
  return nullptr;
}

}  // namespace pickleproof
