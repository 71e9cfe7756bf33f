#include "generators/shrink_edit.h"

#include <algorithm>
#include <array>

#include "generators/pickling_walk.h"

namespace pickleproof {
namespace {

// Copies a graph as it looks with one edit.
class EditedCopy {
 public:
  EditedCopy(const Graph& from, const ShrinkEdit& edit)
      : from_(from), edit_(edit), map_(from.size(), kNoNode) {}

  std::optional<Graph> Copy() {
    const NodeId root = edit_.what == ShrinkEdit::What::kRoot ? edit_.to : Target(from_.root());
    Declare(root);
    for (const NodeId id : order_) {
      if (!FillParts(id)) return std::nullopt;
    }
    state_.assign(from_.size(), kNew);
    for (const NodeId id : order_) {
      if (!FillFrozenSets(id)) return std::nullopt;
    }
    for (const NodeId id : order_) {
      const Kind kind = EditedKind(id);
      if ((kind == Kind::kDict || kind == Kind::kSet) && !FillKeys(id)) return std::nullopt;
    }
    to_.set_root(map_[root]);
    if (!ObjectsAreSound() || !WalkAsPickler(to_, to_.root(), true).ends) return std::nullopt;
    // Keys that have become equal may have left something behind.
    Graph trimmed;
    trimmed.set_root(CopyReachable(to_, to_.root(), trimmed));
    return trimmed;
  }

 private:
  enum : uint8_t { kNew, kOpen, kDone };

  NodeId Target(NodeId id) const {
    return edit_.what == ShrinkEdit::What::kReplace && id == edit_.node ? edit_.to : id;
  }

  bool Is(NodeId id, ShrinkEdit::What what) const { return id == edit_.node && edit_.what == what; }

  Kind EditedKind(NodeId id) const {
    return Is(id, ShrinkEdit::What::kList) ? Kind::kList : from_.kind(id);
  }

  // What a dict or object holds, as the members of a list.
  std::vector<GraphEntry> Members(NodeId id) const {
    std::vector<GraphEntry> members;
    if (from_.kind(id) == Kind::kObject) {
      for (const NodeId item : from_.Items(from_.Args(id))) members.push_back({.first = item});
    }
    for (const GraphEntry& entry : Entries(from_, id)) {
      if (entry.second == kNoNode || (edit_.count != 0 && entry.first != kNoneNode)) {
        members.push_back({.first = entry.first});
      }
      if (entry.second != kNoNode && (edit_.count == 0 || entry.second != kNoneNode)) {
        members.push_back({.first = entry.second});
      }
    }
    return members;
  }

  // As the copy shall have them.
  std::vector<GraphEntry> EditedEntries(NodeId id) const {
    std::vector<GraphEntry> entries =
        Is(id, ShrinkEdit::What::kList) ? Members(id) : Entries(from_, id);
    if (id == edit_.node && edit_.what == ShrinkEdit::What::kDropEntries) {
      const auto begin = entries.begin() + static_cast<ptrdiff_t>(edit_.begin);
      entries.erase(begin, begin + static_cast<ptrdiff_t>(edit_.count));
    }
    if (id == edit_.node && edit_.what == ShrinkEdit::What::kReplaceEntry) {
      GraphEntry& entry = entries[edit_.begin];
      (entry.second == kNoNode ? entry.first : entry.second) = edit_.to;
    }
    for (GraphEntry& entry : entries) {
      entry.first = Target(entry.first);
      if (entry.second != kNoNode) entry.second = Target(entry.second);
    }
    return entries;
  }

  How EditedHow(NodeId id) const {
    return Is(id, ShrinkEdit::What::kReduce) ? How::kReduce : from_.how(id);
  }

  std::vector<NodeId> Parts(NodeId id) const {
    std::vector<NodeId> parts;
    if (EditedKind(id) == Kind::kObject) {
      parts = {Target(from_.Callable(id)), Target(from_.Args(id))};
      if (EditedHow(id) == How::kNewObjEx) parts.push_back(Target(from_.Kwargs(id)));
    } else if (from_.kind(id) == Kind::kPersistentId) {
      parts = {Target(from_.Persistent(id))};
    }
    return parts;
  }

  void Declare(NodeId root) {
    std::vector<NodeId> stack{root};
    while (!stack.empty()) {
      const NodeId id = stack.back();
      stack.pop_back();
      if (map_[id] != kNoNode) continue;
      map_[id] = MakeEmpty(id);
      order_.push_back(id);
      for (const NodeId part : Parts(id)) stack.push_back(part);
      for (const GraphEntry& entry : EditedEntries(id)) {
        stack.push_back(entry.first);
        if (entry.second != kNoNode) stack.push_back(entry.second);
      }
    }
  }

  NodeId MakeEmpty(NodeId id) {
    const bool text = Is(id, ShrinkEdit::What::kText);
    const bool number = Is(id, ShrinkEdit::What::kNumber);
    const bool name = Is(id, ShrinkEdit::What::kName);
    const Kind kind = EditedKind(id);
    switch (kind) {
      case Kind::kNone:
      case Kind::kBool: return id;
      case Kind::kInt:
        if (number) return to_.IntFromBytes(edit_.text);
        return from_.IsSmallInt(id) ? to_.Int(from_.SmallInt(id))
                                    : to_.IntFromBytes(from_.BigInt(id));
      case Kind::kFloat: return to_.FloatFromBits(number ? edit_.bits : from_.FloatBits(id));
      case Kind::kStr:
      case Kind::kBytes:
      case Kind::kByteArray:
      case Kind::kPy2Str: return to_.TextNode(kind, text ? edit_.text : from_.Text(id));
      case Kind::kTuple:
      case Kind::kList:
      case Kind::kDict:
      case Kind::kSet:
      case Kind::kFrozenSet: return to_.Empty(kind);
      case Kind::kGlobal:
        return name ? to_.Global("m", "f") : to_.Global(from_.Module(id), from_.QualifiedName(id));
      case Kind::kObject: return to_.Object(EditedHow(id), kNoneNode, kNoneNode);
      case Kind::kPersistentId: return to_.PersistentId(kNoneNode);
      case Kind::kExtension: return to_.Extension(name ? 1 : from_.ExtensionCode(id));
      case Kind::kBuffer: return to_.Buffer(from_.BufferIndex(id), from_.BufferReadOnly(id));
    }
    return kNoNode;
  }

  bool FillParts(NodeId id) {
    const Kind kind = EditedKind(id);
    const std::vector<NodeId> parts = Parts(id);
    if (kind == Kind::kObject) {
      to_.FillObject(map_[id], EditedHow(id), map_[parts[0]], map_[parts[1]],
                     parts.size() > 2 ? map_[parts[2]] : kNoNode);
    } else if (kind == Kind::kPersistentId) {
      to_.FillPersistentId(map_[id], map_[parts[0]]);
    }
    if (!IsSequence(kind) && !IsInert(kind)) return true;
    if (IsInert(kind) && to_.HasSteps(map_[id])) return true;  // two names that became one
    for (const GraphEntry& entry : EditedEntries(id)) {
      const std::array<NodeId, 2> items = {map_[entry.first],
                                           entry.second == kNoNode ? 0 : map_[entry.second]};
      const std::span<const NodeId> used(items.data(), entry.second == kNoNode ? 1 : 2);
      const bool done =
          IsSequence(kind) ? to_.Extend(map_[id], used) : to_.AddStep(map_[id], entry.step, used);
      if (!done) return false;
    }
    return true;
  }

  // The frozensets inside `id` before itself, since they are hashed by their members.
  bool FillFrozenSets(NodeId start) {
    std::vector<NodeId> stack{start};
    while (!stack.empty()) {
      const NodeId id = stack.back();
      const Kind kind = from_.kind(id);
      if (state_[id] == kNew && (kind == Kind::kTuple || kind == Kind::kFrozenSet)) {
        state_[id] = kOpen;
        for (const GraphEntry& entry : EditedEntries(id)) {
          if (state_[entry.first] == kNew) stack.push_back(entry.first);
        }
        continue;
      }
      stack.pop_back();
      if (state_[id] == kOpen && kind == Kind::kFrozenSet && !FillKeys(id)) return false;
      state_[id] = kDone;
    }
    return true;
  }

  bool FillKeys(NodeId id) {
    for (const GraphEntry& entry : EditedEntries(id)) {
      Insert insert = Insert::kAdded;
      if (entry.second == kNoNode) {
        insert = to_.AddMember(map_[id], map_[entry.first]);
      } else {
        insert = to_.SetItem(map_[id], map_[entry.first], map_[entry.second]);
        if (insert == Insert::kUnhashable) {
          insert = to_.SetItem(map_[id], map_[entry.second], map_[entry.first]);
        }
      }
      if (insert == Insert::kUnhashable || insert == Insert::kLimit) return false;
    }
    return true;
  }

  bool ObjectsAreSound() const {
    return std::all_of(order_.begin(), order_.end(),
                       [&](NodeId id) {
                         return EditedKind(id) != Kind::kObject || ObjectIsSound(map_[id]);
                       }) &&
           std::all_of(order_.begin(), order_.end(),
                       [&](NodeId id) { return CallsAreSound(map_[id]); });
  }

  bool ObjectIsSound(NodeId id) const {
    const Kind callable = to_.kind(to_.Callable(id));
    if (to_.kind(to_.Args(id)) != Kind::kTuple) return false;
    if (to_.how(id) == How::kInst ? callable != Kind::kGlobal : !IsInert(callable)) return false;
    const NodeId kwargs = to_.Kwargs(id);
    if (kwargs == kNoNode) return true;
    if (to_.kind(kwargs) != Kind::kDict) return false;
    const auto items = to_.Items(kwargs);
    for (size_t i = 0; i < items.size(); i += 2) {
      if (to_.kind(items[i]) != Kind::kStr) return false;
    }
    return true;
  }

  // A call made for its effect has the object and one more argument.
  bool CallsAreSound(NodeId id) const {
    if (!IsInert(to_.kind(id))) return true;
    bool sound = true;
    to_.ForEachStep(id, [&](const Graph::Step& step) {
      if (step.kind != StepKind::kCall) return;
      const NodeId call = step.items[0];
      sound = sound && to_.kind(call) == Kind::kObject &&
              to_.kind(to_.Args(call)) == Kind::kTuple && to_.Length(to_.Args(call)) == 2 &&
              to_.Items(to_.Args(call))[0] == id;
    });
    return sound;
  }

  const Graph& from_;
  const ShrinkEdit& edit_;
  std::vector<NodeId> map_;
  std::vector<NodeId> order_;
  std::vector<uint8_t> state_;
  Graph to_;
};

}  // namespace

std::vector<GraphEntry> Entries(const Graph& graph, NodeId id) {
  std::vector<GraphEntry> entries;
  const Kind kind = graph.kind(id);
  if (kind == Kind::kDict) {
    const auto items = graph.Items(id);
    for (size_t i = 0; i < items.size(); i += 2) {
      entries.push_back({.first = items[i], .second = items[i + 1]});
    }
  } else if (IsSequence(kind) || IsSetLike(kind)) {
    for (const NodeId item : graph.Items(id)) entries.push_back({.first = item});
  } else if (IsInert(kind)) {
    graph.ForEachStep(id, [&](const Graph::Step& step) {
      const size_t stride = step.kind == StepKind::kSetItems ? 2 : 1;
      for (size_t i = 0; i < step.items.size(); i += stride) {
        entries.push_back({.step = step.kind,
                           .first = step.items[i],
                           .second = stride == 2 ? step.items[i + 1] : kNoNode});
      }
    });
  }
  return entries;
}

std::optional<Graph> Apply(const Graph& graph, const ShrinkEdit& edit) {
  return EditedCopy(graph, edit).Copy();
}

}  // namespace pickleproof
