#include "harness/graph/set_alignment.h"

#include <algorithm>
#include <utility>

#include "harness/graph/leaf.h"
#include "harness/graph/mix.h"

namespace pickleproof {
namespace {

// How deep members are looked at. Deeper differences make members look alike, which costs time
// only.
constexpr int kRounds = 6;

}  // namespace

void SetAlignment::ColourLeaves(const Graph& graph, const CompareOptions& options, Part& part) {
  part.nodes = Reachable(graph, graph.root());
  part.colours.resize(graph.size());
  part.next.resize(graph.size());
  part.first.resize(graph.size());
  part.count.resize(graph.size());
  for (const NodeId id : part.nodes) part.colours[id] = LeafHash(graph, id, options);
}

void SetAlignment::Refine(const Graph& graph, Part& part) {
  for (const NodeId id : part.nodes) {
    uint64_t colour = part.colours[id];
    if (IsSetLike(graph.kind(id))) {
      uint64_t sum = 0;
      for (const NodeId member : graph.Items(id)) sum += MixOne(part.colours[member]);
      colour = MixInto(colour, sum);
    } else {
      graph.ForEachChild(id, [&](NodeId child) { colour = MixInto(colour, part.colours[child]); });
    }
    part.next[id] = colour;
  }
  std::swap(part.colours, part.next);
}

void SetAlignment::OrderSets(const Graph& graph, Part& part) {
  part.members.clear();
  const auto colour = [&](NodeId id) { return part.colours[id]; };
  const auto order = [&](NodeId id) { return std::pair(part.colours[id], id); };
  for (const NodeId id : part.nodes) {
    if (!IsSetLike(graph.kind(id))) continue;
    const auto items = graph.Items(id);
    const auto first = static_cast<ptrdiff_t>(part.members.size());
    part.first[id] = static_cast<uint32_t>(first);
    part.count[id] = static_cast<uint32_t>(items.size());
    part.members.insert(part.members.end(), items.begin(), items.end());
    const std::span<NodeId> members(part.members.begin() + first, part.members.end());
    std::ranges::sort(members, {}, order);
    ambiguous_ = ambiguous_ || std::ranges::adjacent_find(members, {}, colour) != members.end();
  }
}

void SetAlignment::Compute(const Graph& a, const Graph& b, const CompareOptions& options) {
  ambiguous_ = false;
  for (const auto& [graph, part] : {std::pair(&a, &parts_[0]), std::pair(&b, &parts_[1])}) {
    ColourLeaves(*graph, options, *part);
    for (int round = 0; round < kRounds; ++round) Refine(*graph, *part);
    OrderSets(*graph, *part);
  }
}

std::span<const SetAlignment::MemberPair> SetAlignment::Match(NodeId set_a, NodeId set_b) {
  matched_.clear();
  Part& left = parts_[0];
  Part& right = parts_[1];
  left.rest.clear();
  right.rest.clear();
  const auto a = left.Members(set_a);
  const auto b = right.Members(set_b);
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const uint64_t colour_a = left.colours[a[i]];
    const uint64_t colour_b = right.colours[b[j]];
    if (colour_a == colour_b) {
      matched_.push_back({a[i++], b[j++]});
    } else if (colour_a < colour_b) {
      left.rest.push_back(a[i++]);
    } else {
      right.rest.push_back(b[j++]);
    }
  }
  left.rest.insert(left.rest.end(), a.begin() + static_cast<ptrdiff_t>(i), a.end());
  right.rest.insert(right.rest.end(), b.begin() + static_cast<ptrdiff_t>(j), b.end());
  for (size_t k = 0; k < left.rest.size(); ++k) {
    matched_.push_back({left.rest[k], right.rest[k]});
  }
  return matched_;
}

}  // namespace pickleproof
