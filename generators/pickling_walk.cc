#include "generators/pickling_walk.h"

#include <algorithm>
#include <vector>

namespace pickleproof {
namespace {

class Walker {
 public:
  Walker(const Graph& graph, bool sets_first) : graph_(graph), sets_first_(sets_first) {}

  PicklingWalk Walk(NodeId root) {
    Flatten(root);
    PicklingWalk walk;
    if (HasEndlessCycle()) {
      walk.ends = false;
      return walk;
    }
    Save(root, walk);
    return walk;
  }

 private:
  // The children of each node, those first that are saved before the node is memoized.
  struct Node {
    uint32_t first = 0, before = 0, count = 0;
  };
  struct Frame {
    NodeId id;
    uint32_t next;
  };

  void Flatten(NodeId root) {
    order_ = Reachable(graph_, root);
    nodes_.assign(graph_.size(), Node{});
    for (const NodeId id : order_) {
      Node& node = nodes_[id];
      node.first = static_cast<uint32_t>(children_.size());
      graph_.ForEachChild(id, [&](NodeId child) { children_.push_back(child); });
      node.count = static_cast<uint32_t>(children_.size()) - node.first;
      node.before = Before(id, node.count);
    }
  }

  uint32_t Before(NodeId id, uint32_t count) const {
    const Kind kind = graph_.kind(id);
    if (kind == Kind::kTuple || kind == Kind::kFrozenSet) return count;
    if (kind == Kind::kSet) return sets_first_ ? 0 : count;
    if (kind == Kind::kObject) return graph_.Kwargs(id) == kNoNode ? 2 : 3;
    return kind == Kind::kPersistentId ? 1 : 0;
  }

  // Depth-first search along the edges that are followed before memoizing.
  bool HasEndlessCycle() const {
    enum : uint8_t { kNew, kOpen, kDone };
    std::vector<uint8_t> state(graph_.size(), kNew);
    std::vector<Frame> stack;
    for (const NodeId start : order_) {
      if (state[start] == kNew) stack.push_back({start, 0});
      while (!stack.empty()) {
        const auto [id, next] = stack.back();
        state[id] = kOpen;
        if (next == nodes_[id].before) {
          state[id] = kDone;
          stack.pop_back();
          continue;
        }
        ++stack.back().next;
        const NodeId child = children_[nodes_[id].first + next];
        if (state[child] == kOpen) return true;
        if (state[child] == kNew) stack.push_back({child, 0});
      }
    }
    return false;
  }

  void Save(NodeId root, PicklingWalk& walk) const {
    std::vector<bool> memo(graph_.size(), false);
    std::vector<Frame> stack{{root, 0}};
    while (!stack.empty()) {
      walk.depth = std::max(walk.depth, stack.size());
      const auto [id, next] = stack.back();
      const Node& node = nodes_[id];
      if (next == node.before) {
        if (memo[id]) {  // saved meanwhile, from inside its own parts
          walk.steps_reentered |= node.count != node.before;
          stack.pop_back();
          continue;
        }
        memo[id] = CarriesIdentity(graph_.kind(id));
      }
      if (next == node.count) {
        stack.pop_back();
        continue;
      }
      ++stack.back().next;
      const NodeId child = children_[node.first + next];
      if (!memo[child]) stack.push_back({child, 0});
    }
  }

  const Graph& graph_;
  const bool sets_first_;
  std::vector<NodeId> order_;
  std::vector<Node> nodes_;
  std::vector<NodeId> children_;
};

}  // namespace

PicklingWalk WalkAsPickler(const Graph& graph, NodeId root, bool sets_first) {
  return Walker(graph, sets_first).Walk(root);
}

}  // namespace pickleproof
