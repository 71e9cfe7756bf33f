// The part of GraphBuilder that knows what a value may refer to: what is open, what is kept, and
// which references picklers and readers could not follow.

#include <algorithm>
#include <array>

#include "generators/graph_builder.h"
#include "generators/pickling_walk.h"

namespace pickleproof {

// ---- What is open and what is kept.

NodeId GraphBuilder::Open(NodeId id, bool memoized, bool referable) {
  open_.push_back({.id = id, .memoized = memoized, .referable = referable});
  return id;
}

void GraphBuilder::Close() {
  const Frame frame = open_.back();
  open_.pop_back();
  if (frame.referable) Keep(frame.id);
}

NodeId GraphBuilder::Keep(NodeId id) {
  const Kind kind = graph_.kind(id);
  if (CarriesIdentity(kind) &&
      (kind != Kind::kPersistentId || capabilities_.shared_persistent_ids)) {
    kept_.push_back(id);
  }
  return id;
}

// ---- Referring to what exists.

std::optional<NodeId> GraphBuilder::Existing(bool key) {
  static constexpr std::array<uint32_t, 3> kAny = {16, 4, 2};
  const std::array<uint32_t, 3> weights = {kAny[0],
                                           capabilities_.sharing && !kept_.empty() ? kAny[1] : 0,
                                           capabilities_.cycles && !open_.empty() ? kAny[2] : 0};
  const size_t which = choices_.Weighted(weights);
  if (which == 0) return std::nullopt;
  const NodeId id = which == 1 ? choices_.Pick(kept_) : choices_.Pick(open_).id;
  if (key && (IsUnhashable(graph_.kind(id)) || !IsSettledKey(id))) return std::nullopt;
  if (!MayRefer(id)) return std::nullopt;
  return id;
}

// Whether a reference to `id` from where we are leaves picklers able to write the graph, and is
// within the capabilities.
bool GraphBuilder::MayRefer(NodeId id) {
  // Picklers have memoized something between `safe` and here: cycles to before it come to an end.
  size_t safe = open_.size();
  while (safe > 0 && !open_[safe - 1].memoized) --safe;
  // A reference to below `closed` would be a cycle through a persistent id, which nobody can read,
  // or one through an object's arguments.
  size_t closed = open_.size();
  for (; closed > 0; --closed) {
    const Frame& last = open_[closed - 1];
    const Kind kind = graph_.kind(last.id);
    if (kind == Kind::kPersistentId ||
        (kind == Kind::kObject && !last.memoized && !capabilities_.cycles_through_args)) {
      break;
    }
  }
  const auto frame =
      std::find_if(open_.begin(), open_.end(), [&](const Frame& f) { return f.id == id; });
  if (frame != open_.end()) {
    const auto index = static_cast<size_t>(frame - open_.begin());
    if (!frame->referable || index >= safe || index < closed) return false;
    frame->referred_to = true;
    return true;
  }
  const bool risk = std::any_of(open_.begin() + static_cast<ptrdiff_t>(safe), open_.end(),
                                [](const Frame& f) { return f.referred_to; });
  return !(risk && LeadsToOpen(id, safe, open_.size(), false)) &&
         !(closed > 0 && LeadsToOpen(id, 0, closed, true));
}

// Appends the children that picklers save before they memoize `id`.
void GraphBuilder::EdgesBeforeMemoizing(NodeId id, std::vector<NodeId>& out) const {
  const Kind kind = graph_.kind(id);
  if (IsHashedByParts(kind) || (kind == Kind::kSet && !capabilities_.cycles_through_sets)) {
    const auto items = graph_.Items(id);
    out.insert(out.end(), items.begin(), items.end());
  } else if (kind == Kind::kObject) {
    out.push_back(graph_.Callable(id));
    out.push_back(graph_.Args(id));
    if (graph_.Kwargs(id) != kNoNode) out.push_back(graph_.Kwargs(id));
  } else if (kind == Kind::kPersistentId) {
    out.push_back(graph_.Persistent(id));
  }
}

// Whether `id` leads to one of the open nodes from `begin` to `end`, along all edges or only along
// those that picklers follow before they memoize.
bool GraphBuilder::LeadsToOpen(NodeId id, size_t begin, size_t end, bool all_edges) const {
  std::vector<bool> seen(graph_.size(), false);
  std::vector<NodeId> stack{id};
  while (!stack.empty()) {
    const NodeId next = stack.back();
    stack.pop_back();
    if (seen[next]) continue;
    seen[next] = true;
    for (size_t i = begin; i < end; ++i) {
      if (open_[i].id == next) return true;
    }
    if (all_edges) {
      graph_.ForEachChild(next, [&](NodeId child) { stack.push_back(child); });
    } else {
      EdgesBeforeMemoizing(next, stack);
    }
  }
  return false;
}

// Whether picklers may come to save the open object `id` while they save its arguments: these lead
// back to it, or to something else that is not memoized yet and so is saved again from there.
bool GraphBuilder::MayReenter(NodeId id) const {
  if (open_.back().referred_to) return true;
  const bool only_this = std::all_of(open_.begin(), open_.end() - 1,
                                     [](const Frame& frame) { return frame.memoized; });
  if (only_this) return false;
  std::vector<bool> seen(graph_.size(), false);
  std::vector<NodeId> stack{graph_.Args(id)};
  if (graph_.Kwargs(id) != kNoNode) stack.push_back(graph_.Kwargs(id));
  while (!stack.empty()) {
    const NodeId next = stack.back();
    stack.pop_back();
    if (seen[next]) continue;
    seen[next] = true;
    const auto frame =
        std::find_if(open_.begin(), open_.end(), [&](const Frame& f) { return f.id == next; });
    if (frame == open_.end()) {
      graph_.ForEachChild(next, [&](NodeId child) { stack.push_back(child); });
    } else if (!frame->memoized) {
      return true;
    }
  }
  return false;
}

// Whether the hash of `id` can be told already: none of the tuples and frozensets in it is open.
bool GraphBuilder::IsSettledKey(NodeId id) const {
  if (!IsHashedByParts(graph_.kind(id))) return true;
  std::vector<bool> seen(graph_.size(), false);
  std::vector<NodeId> stack{id};
  while (!stack.empty()) {
    const NodeId next = stack.back();
    stack.pop_back();
    if (seen[next]) continue;
    seen[next] = true;
    for (const Frame& frame : open_) {
      if (frame.id == next) return false;
    }
    for (const NodeId item : graph_.Items(next)) {
      if (IsUnhashable(graph_.kind(item))) return false;
      if (IsHashedByParts(graph_.kind(item))) stack.push_back(item);
    }
  }
  return true;
}

// ---- Whether the whole can be written.

// Late edges can make one.
bool GraphBuilder::HasCycleThroughPersistentId(NodeId root) const {
  const std::vector<NodeId> reached = Reachable(graph_, root);
  for (const NodeId id : persistent_) {
    if (std::ranges::find(reached, id) == reached.end()) continue;
    for (const NodeId next : Reachable(graph_, graph_.Persistent(id))) {
      if (next == id) return true;
    }
  }
  return false;
}

// The first of `roots` from which picklers can write the graph, or kNoNode.
NodeId GraphBuilder::FirstFit(const std::vector<NodeId>& roots) const {
  for (const NodeId root : roots) {
    const PicklingWalk walk = WalkAsPickler(graph_, root, capabilities_.cycles_through_sets);
    if (walk.ends && walk.depth <= capabilities_.max_depth &&
        (capabilities_.steps_on_recursive_args || !walk.steps_reentered) &&
        !HasCycleThroughPersistentId(root)) {
      return root;
    }
  }
  return kNoNode;
}

}  // namespace pickleproof
