#include "harness/pickle/graph_shape.h"

#include <algorithm>

namespace pickleproof {
namespace {

// Those that are memoized behind what is in them; a set below protocol 4, where it is a call.
bool EntersTwice(Kind kind) {
  return kind == Kind::kTuple || kind == Kind::kFrozenSet || kind == Kind::kSet ||
         kind == Kind::kObject;
}

}  // namespace

GraphShape::GraphShape(const Graph& graph, NodeId root)
    : references_(graph.size(), 0), cyclic_(graph.size(), 0), revisited_(graph.size(), 0) {
  const std::vector<NodeId> order = Reachable(graph, root);
  std::vector<uint32_t> first(order.size() + 1, 0);
  std::vector<NodeId> children;
  const auto count = [&](NodeId id) {
    if (references_[id] < 2) ++references_[id];
  };
  count(root);
  for (size_t i = 0; i < order.size(); ++i) {
    graph.ForEachChild(order[i], [&](NodeId child) {
      children.push_back(child);
      count(child);
    });
    first[i + 1] = static_cast<uint32_t>(children.size());
  }
  // Some forms write the items of an argument tuple, not the tuple: a shared one is come to once
  // more for each object.
  for (const NodeId id : order) {
    if (graph.kind(id) != Kind::kObject || references_[graph.Args(id)] < 2) continue;
    if (graph.kind(graph.Args(id)) != Kind::kTuple) continue;
    for (const NodeId item : graph.Items(graph.Args(id))) references_[item] = 2;
  }
  FindCycles(order, first, children);
  for (size_t i = 0; i < order.size(); ++i) {
    if (!IsCyclic(order[i]) || !EntersTwice(graph.kind(order[i]))) continue;
    for (uint32_t c = first[i]; c < first[i + 1]; ++c) revisited_[children[c]] = 1;
  }
}

// Tarjan's strongly connected components, with a stack of our own.
void GraphShape::FindCycles(const std::vector<NodeId>& order, const std::vector<uint32_t>& first,
                            const std::vector<NodeId>& children) {
  constexpr uint32_t kUnseen = 0;
  constexpr uint32_t kDone = 0xffffffffU;
  std::vector<uint32_t> place(cyclic_.size(), 0);  // of a node in `order`
  for (size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<uint32_t>(i);
  std::vector<uint32_t> low(order.size(), kUnseen);  // lowest number reachable
  std::vector<uint32_t> next(order.size());          // the child to look at next
  std::vector<uint32_t> number(order.size());
  std::vector<uint32_t> path{0};
  std::vector<uint32_t> open{0};  // seen, component not known yet
  uint32_t counter = 1;
  low[0] = number[0] = counter;
  next[0] = first[0];
  while (!path.empty()) {
    const uint32_t at = path.back();
    if (next[at] < first[at + 1]) {
      const uint32_t child = place[children[next[at]++]];
      if (low[child] == kUnseen) {
        low[child] = number[child] = ++counter;
        next[child] = first[child];
        path.push_back(child);
        open.push_back(child);
      } else if (low[child] != kDone) {
        low[at] = std::min(low[at], number[child]);
        if (child == at) cyclic_[order[at]] = 1;
      }
      continue;
    }
    path.pop_back();
    if (!path.empty()) low[path.back()] = std::min(low[path.back()], low[at]);
    if (low[at] != number[at]) continue;
    // The component of `at` is what was opened since.
    const bool several = open.back() != at;
    uint32_t member = 0;
    do {
      member = open.back();
      open.pop_back();
      if (several) cyclic_[order[member]] = 1;
      low[member] = kDone;
    } while (member != at);
  }
}

}  // namespace pickleproof
