#include "harness/graph/quotient.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "harness/base/bytes.h"
#include "harness/graph/leaf.h"

namespace pickleproof {
namespace {

// The nodes reachable from the root, the root first, and their edges, unmerged.
struct Walk {
  std::vector<NodeId> nodes;
  Digraph edges;
};

Walk WalkFromRoot(const Graph& graph, bool set_order) {
  Walk walk;
  walk.nodes = Reachable(graph, graph.root());
  std::vector<uint32_t> number(graph.size());
  for (uint32_t i = 0; i < walk.nodes.size(); ++i) number[walk.nodes[i]] = i;
  std::vector<Digraph::Edge> out;
  for (const NodeId id : walk.nodes) {
    out.clear();
    const bool unordered = !set_order && IsSetLike(graph.kind(id));
    uint32_t label = 0;
    graph.ForEachChild(
        id, [&](NodeId child) { out.push_back({number[child], unordered ? 0 : label++}); });
    walk.edges.AddNode(out);
  }
  walk.edges.Finish();
  return walk;
}

// The cells with which merging begins: each node with identity for itself, the others by leaf.
LeafOrder FirstCells(const Graph& graph, const std::vector<NodeId>& nodes,
                     const CompareOptions& options) {
  std::vector<NodeId> values;
  std::vector<uint32_t> value_numbers;
  LeafOrder first;
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    if (HasIdentity(graph, nodes[i], options.strictness)) {
      first.starts.push_back(static_cast<uint32_t>(first.nodes.size()));
      first.nodes.push_back(i);
    } else {
      values.push_back(nodes[i]);
      value_numbers.push_back(i);
    }
  }
  const auto offset = static_cast<uint32_t>(first.nodes.size());
  const LeafOrder by_leaf = OrderByLeaf(graph, values, options);
  for (const uint32_t i : by_leaf.nodes) first.nodes.push_back(value_numbers[i]);
  for (const uint32_t start : by_leaf.starts) first.starts.push_back(start + offset);
  return first;
}

}  // namespace

void AppendVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void AppendLeaf(std::string& out, const Graph& graph, NodeId id, const CompareOptions& options) {
  const Kind kind = EffectiveKind(graph.kind(id), options);
  const auto append_text = [&](std::string_view text) {
    AppendVarint(out, text.size());
    out += text;
  };
  out += static_cast<char>(kind);
  switch (kind) {
    case Kind::kNone:
    case Kind::kPersistentId: break;
    case Kind::kBool: out += graph.BoolValue(id) ? '\1' : '\0'; break;
    case Kind::kInt:
      out += graph.IsSmallInt(id) ? '\0' : '\1';
      if (graph.IsSmallInt(id)) {
        AppendLittle(out, graph.SmallInt(id));
      } else {
        append_text(graph.BigInt(id));
      }
      break;
    case Kind::kFloat:
      AppendLittle(out, !options.nan_bits && std::isnan(graph.FloatValue(id))
                            ? uint64_t{0x7ff8000000000000}
                            : graph.FloatBits(id));
      break;
    case Kind::kStr:
    case Kind::kBytes:
    case Kind::kByteArray:
    case Kind::kPy2Str: append_text(graph.Text(id)); break;
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kFrozenSet: AppendVarint(out, graph.Length(id)); break;
    case Kind::kGlobal:
      append_text(graph.Module(id));
      append_text(graph.QualifiedName(id));
      break;
    case Kind::kObject:
      out += static_cast<char>(EffectiveHow(graph.how(id), options));
      out += graph.Kwargs(id) != kNoNode ? '\1' : '\0';
      break;
    case Kind::kExtension: AppendVarint(out, graph.ExtensionCode(id)); break;
    case Kind::kBuffer:
      AppendVarint(out, uint64_t{graph.BufferIndex(id)} * 2 + (graph.BufferReadOnly(id) ? 1 : 0));
      break;
  }
  if (!IsInert(kind)) return;
  size_t steps = 0;
  graph.ForEachStep(id, [&](const Graph::Step&) { ++steps; });
  AppendVarint(out, steps);
  graph.ForEachStep(id, [&](const Graph::Step& step) {
    out += static_cast<char>(step.kind);
    AppendVarint(out, step.items.size());
  });
}

LeafOrder OrderByLeaf(const Graph& graph, std::span<const NodeId> nodes,
                      const CompareOptions& options) {
  std::vector<std::pair<uint64_t, uint32_t>> hashed(nodes.size());
  for (uint32_t i = 0; i < nodes.size(); ++i) hashed[i] = {LeafHash(graph, nodes[i], options), i};
  std::ranges::sort(hashed);
  LeafOrder order;
  order.nodes.reserve(nodes.size());
  for (size_t begin = 0; begin < hashed.size();) {
    size_t end = begin + 1;
    const NodeId first = nodes[hashed[begin].second];
    bool alike = true;
    for (; end < hashed.size() && hashed[end].first == hashed[begin].first; ++end) {
      const NodeId other = nodes[hashed[end].second];
      alike =
          alike &&
          EffectiveKind(graph.kind(first), options) == EffectiveKind(graph.kind(other), options) &&
          SameLeaf(graph, first, graph, other, options) &&
          SameStepShape(graph, first, graph, other);
    }
    // Different leaves of one hash, which hardly ever happens, are ordered by their bytes.
    std::vector<std::pair<std::string, uint32_t>> spelled;
    for (size_t i = begin; !alike && i < end; ++i) {
      spelled.emplace_back("", hashed[i].second);
      AppendLeaf(spelled.back().first, graph, nodes[hashed[i].second], options);
    }
    std::ranges::sort(spelled);
    for (size_t i = begin; i < end; ++i) {
      if (i == begin || (!alike && spelled[i - begin].first != spelled[i - begin - 1].first)) {
        order.starts.push_back(static_cast<uint32_t>(i));
      }
      order.nodes.push_back(alike ? hashed[i].second : spelled[i - begin].second);
    }
    begin = end;
  }
  return order;
}

Quotient MakeQuotient(const Graph& graph, const CompareOptions& options) {
  Walk walk = WalkFromRoot(graph, options.set_order);
  LeafOrder first = FirstCells(graph, walk.nodes, options);
  Partition merged(walk.edges, Partition::Direction::kForward, std::move(first.nodes),
                   first.starts);
  merged.Refine();
  Quotient quotient{&graph, options, {}, {}, false};
  // Cells get numbers in the order of their first nodes, so that the root is 0 again.
  constexpr uint32_t kUnseen = 0xffffffffU;
  std::vector<uint32_t> number(walk.nodes.size(), kUnseen);  // by cell
  std::vector<uint32_t> representative;
  for (uint32_t i = 0; i < walk.nodes.size(); ++i) {
    uint32_t& of_cell = number[merged.CellOf(i)];
    if (of_cell != kUnseen) continue;
    of_cell = static_cast<uint32_t>(representative.size());
    representative.push_back(i);
    quotient.nodes.push_back(walk.nodes[i]);
  }
  std::vector<Digraph::Edge> out;
  for (const uint32_t node : representative) {
    out.clear();
    for (const Digraph::Edge& edge : walk.edges.Out(node)) {
      out.push_back({number[merged.CellOf(edge.node)], edge.label});
    }
    const bool unordered = quotient.IsUnordered(number[merged.CellOf(node)]);
    if (unordered) std::ranges::sort(out, {}, &Digraph::Edge::node);
    quotient.has_unordered = quotient.has_unordered || (unordered && out.size() > 1);
    quotient.edges.AddNode(out);
  }
  quotient.edges.Finish();
  return quotient;
}

}  // namespace pickleproof
