#include "harness/pickle/effects.h"

#include <algorithm>
#include <queue>
#include <set>
#include <utility>
#include <vector>

#include "harness/graph/leaf.h"
#include "harness/graph/mix.h"

namespace pickleproof {
namespace {

constexpr uint64_t kPersistentSalt = uint64_t{1} << 32;  // no id of a node

// The node whose state the call may have set, or kNoNode where the call has another form.
NodeId Target(const Graph& graph, NodeId call) {
  const NodeId args = graph.Args(call);
  if (graph.kind(args) != Kind::kTuple || !MayBeEffect(graph.Length(args))) return kNoNode;
  // getattr(class, name) sets nothing; picklers write it for names with dots.
  const NodeId callable = graph.Callable(call);
  if (graph.kind(callable) == Kind::kGlobal && graph.Module(callable) == "builtins" &&
      graph.QualifiedName(callable) == "getattr" &&
      graph.kind(graph.Items(args)[1]) == Kind::kStr) {
    return kNoNode;
  }
  const NodeId first = graph.Items(args)[0];
  return IsInert(graph.kind(first)) ? first : kNoNode;
}

// What a call was made by: the callable and the arguments. Persistent ids are written anew at each
// reference, so those that are alike count as one callable.
std::pair<uint64_t, NodeId> CallKey(const Graph& graph, NodeId call) {
  const NodeId callable = graph.Callable(call);
  if (graph.kind(callable) != Kind::kPersistentId) return {callable, graph.Args(call)};
  const NodeId pid = graph.Persistent(callable);
  const bool is_leaf = graph.kind(pid) < Kind::kTuple;
  return {MixOne(is_leaf ? LeafHash(graph, pid, {}) : pid, kPersistentSalt), graph.Args(call)};
}

class Attacher {
 public:
  Attacher(Graph& graph, std::span<const NodeId> calls) : graph_(graph), calls_(calls) {}

  bool Run(NodeId root, size_t first_candidate) {
    reached_.assign(graph_.size(), false);
    for (size_t i = first_candidate; i < calls_.size(); ++i) {
      const NodeId target = Target(graph_, calls_[i]);
      if (target != kNoNode) candidates_.push_back({target, i});
    }
    std::ranges::sort(candidates_);
    Reach(root);
    std::vector<size_t> attached;
    while (!ready_.empty()) {
      const size_t call = ready_.top();
      ready_.pop();
      if (reached_[calls_[call]] || IsSecondCall(calls_[call])) continue;
      attached.push_back(call);
      Reach(calls_[call]);
    }
    std::ranges::sort(attached);
    return std::ranges::all_of(attached, [&](size_t call) {
      return graph_.AddStep(Target(graph_, calls_[call]), StepKind::kCall, {&calls_[call], 1});
    });
  }

 private:
  struct Candidate {
    NodeId target;
    size_t call;
    friend auto operator<=>(const Candidate&, const Candidate&) = default;
  };

  void Reach(NodeId start) {
    stack_.push_back(start);
    while (!stack_.empty()) {
      const NodeId id = stack_.back();
      stack_.pop_back();
      if (reached_[id]) continue;
      reached_[id] = true;
      if (IsInert(graph_.kind(id))) MakeReady(id);
      if (graph_.kind(id) == Kind::kObject) made_.insert(CallKey(graph_, id));
      graph_.ForEachChild(id, [this](NodeId child) {
        if (!reached_[child]) stack_.push_back(child);
      });
    }
  }

  // Whether an object that is reachable was made by the very same call. Picklers write an object
  // whose arguments lead back to it as a call within its own arguments, and drop the outer call
  // (Lib/pickle.py save_reduce: "if id(obj) in self.memo").
  bool IsSecondCall(NodeId call) const { return made_.contains(CallKey(graph_, call)); }

  void MakeReady(NodeId target) {
    const auto calls = std::ranges::equal_range(candidates_, target, {}, &Candidate::target);
    for (const Candidate& candidate : calls) ready_.push(candidate.call);
  }

  Graph& graph_;
  const std::span<const NodeId> calls_;
  std::vector<Candidate> candidates_;  // by target, then in call order
  std::vector<bool> reached_;
  std::set<std::pair<uint64_t, NodeId>> made_;  // by what reached objects were made
  std::vector<NodeId> stack_;
  std::priority_queue<size_t> ready_;  // calls whose target is reachable, the latest first
};

}  // namespace

bool AttachEffects(Graph& graph, NodeId root, std::span<const NodeId> calls) {
  const auto candidate =
      std::ranges::find_if(calls, [&](NodeId call) { return Target(graph, call) != kNoNode; });
  if (candidate == calls.end()) return true;
  return Attacher(graph, calls).Run(root, static_cast<size_t>(candidate - calls.begin()));
}

}  // namespace pickleproof
