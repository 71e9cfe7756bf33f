// Walks over graphs that everything else is built on: reachability and trimming copies.

#include <utility>

#include "harness/base/check.h"
#include "harness/graph/graph.h"

namespace pickleproof {

std::vector<NodeId> Reachable(const Graph& graph, NodeId root) {
  std::vector<NodeId> order;
  std::vector<bool> seen(graph.size(), false);
  std::vector<NodeId> stack{root};
  std::vector<NodeId> children;
  while (!stack.empty()) {
    const NodeId id = stack.back();
    stack.pop_back();
    if (seen[id]) continue;
    seen[id] = true;
    order.push_back(id);
    children.clear();
    graph.ForEachChild(id, [&](NodeId child) {
      if (!seen[child]) children.push_back(child);
    });
    stack.insert(stack.end(), children.rbegin(), children.rend());
  }
  return order;
}

std::vector<NodeId> HashOrder(const Graph& graph, std::span<const NodeId> ids) {
  enum : uint8_t { kNew, kOpen, kDone };
  std::vector<uint8_t> state(graph.size(), kNew);
  std::vector<NodeId> order;
  std::vector<NodeId> stack;
  const auto hashed_by_parts = [&](NodeId id) {
    return graph.kind(id) == Kind::kTuple || graph.kind(id) == Kind::kFrozenSet;
  };
  for (const NodeId start : ids) {
    if (hashed_by_parts(start)) stack.push_back(start);
    while (!stack.empty()) {
      const NodeId id = stack.back();
      if (state[id] == kNew) {
        state[id] = kOpen;
        for (const NodeId child : graph.Items(id)) {
          if (state[child] == kNew && hashed_by_parts(child)) stack.push_back(child);
        }
        continue;
      }
      stack.pop_back();
      if (state[id] == kOpen && graph.kind(id) == Kind::kFrozenSet) order.push_back(id);
      state[id] = kDone;
    }
  }
  return order;
}

namespace {

// Copies one graph into another in two passes: every node without its parts, then the parts. Keys
// are entered last, tuples and objects first, because keys are hashed by their parts.
class Copier {
 public:
  Copier(const Graph& from, Graph& to) : from_(from), to_(to), map_(from.size(), kNoNode) {}

  NodeId Copy(NodeId root) {
    const std::vector<NodeId> order = Reachable(from_, root);
    for (const NodeId id : order) map_[id] = Declare(id);
    for (const NodeId id : order) FillParts(id);
    for (const NodeId id : HashOrder(from_, order)) FillKeys(id);
    for (const NodeId id : order) {
      if (from_.kind(id) != Kind::kFrozenSet) FillKeys(id);
    }
    return map_[root];
  }

 private:
  std::vector<NodeId> Map(std::span<const NodeId> ids) const {
    std::vector<NodeId> mapped;
    mapped.reserve(ids.size());
    for (const NodeId id : ids) mapped.push_back(map_[id]);
    return mapped;
  }

  NodeId Declare(NodeId id) {
    const Kind kind = from_.kind(id);
    switch (kind) {
      case Kind::kNone: return to_.None();
      case Kind::kBool: return to_.Bool(from_.BoolValue(id));
      case Kind::kInt:
        return from_.IsSmallInt(id) ? to_.Int(from_.SmallInt(id))
                                    : to_.IntFromBytes(from_.BigInt(id));
      case Kind::kFloat: return to_.FloatFromBits(from_.FloatBits(id));
      case Kind::kStr:
      case Kind::kBytes:
      case Kind::kByteArray:
      case Kind::kPy2Str: return to_.TextNode(kind, from_.Text(id));
      case Kind::kTuple:
      case Kind::kList:
      case Kind::kDict:
      case Kind::kSet:
      case Kind::kFrozenSet: return to_.Empty(kind);
      case Kind::kGlobal: return to_.Global(from_.Module(id), from_.QualifiedName(id));
      case Kind::kObject: return to_.Object(from_.how(id), kNoneNode, kNoneNode);
      case Kind::kPersistentId: return to_.PersistentId(kNoneNode);
      case Kind::kExtension: return to_.Extension(from_.ExtensionCode(id));
      case Kind::kBuffer: return to_.Buffer(from_.BufferIndex(id), from_.BufferReadOnly(id));
    }
    return kNoNode;
  }

  void FillParts(NodeId id) {
    const Kind kind = from_.kind(id);
    if (IsSequence(kind)) {
      PICKLEPROOF_CHECK(to_.Extend(map_[id], Map(from_.Items(id))));
    } else if (kind == Kind::kObject) {
      const NodeId kwargs = from_.Kwargs(id);
      to_.FillObject(map_[id], from_.how(id), map_[from_.Callable(id)], map_[from_.Args(id)],
                     kwargs == kNoNode ? kNoNode : map_[kwargs]);
    } else if (kind == Kind::kPersistentId) {
      to_.FillPersistentId(map_[id], map_[from_.Persistent(id)]);
    }
    if (!IsInert(kind) || to_.HasSteps(map_[id])) return;
    from_.ForEachStep(id, [&](const Graph::Step& step) {
      PICKLEPROOF_CHECK(to_.AddStep(map_[id], step.kind, Map(step.items)));
    });
  }

  void FillKeys(NodeId id) {
    const Kind kind = from_.kind(id);
    const auto items = from_.Items(id);
    if (kind == Kind::kDict) {
      for (size_t i = 0; i < items.size(); i += 2) {
        PICKLEPROOF_CHECK(to_.SetItem(map_[id], map_[items[i]], map_[items[i + 1]]) ==
                          Insert::kAdded);
      }
    } else if (IsSetLike(kind)) {
      for (const NodeId item : items) {
        PICKLEPROOF_CHECK(to_.AddMember(map_[id], map_[item]) == Insert::kAdded);
      }
    }
  }

  const Graph& from_;
  Graph& to_;
  std::vector<NodeId> map_;
};

}  // namespace

NodeId CopyReachable(const Graph& from, NodeId root, Graph& to) {
  return Copier(from, to).Copy(root);
}

}  // namespace pickleproof
