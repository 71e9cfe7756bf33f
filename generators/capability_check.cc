#include "generators/capability_check.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "generators/pickling_walk.h"
#include "harness/base/utf8.h"
#include "harness/pickle/name_mapping.h"

namespace pickleproof {
namespace {

constexpr uint64_t kPythonNan = 0x7ff8000000000000;

class Checker {
 public:
  Checker(const Graph& graph, const GraphCapabilities& capabilities)
      : graph_(graph), can_(capabilities), references_(graph.size(), 0) {}

  std::optional<std::string> Run() {
    order_ = Reachable(graph_, graph_.root());
    for (const NodeId id : order_) {
      graph_.ForEachChild(id, [&](NodeId child) { ++references_[child]; });
    }
    for (const NodeId id : order_) {
      if (const char* excess = CheckNode(id)) return excess;
    }
    if (const char* excess = CheckWhole()) return excess;
    return std::nullopt;
  }

 private:
  const char* CheckNode(NodeId id) {
    const Kind kind = graph_.kind(id);
    // None, bools and small ints are in every graph.
    if (kind > Kind::kInt && !can_.has(kind)) return "kinds";
    if (!can_.sharing && references_[id] > 1 && CarriesIdentity(kind) && kind != Kind::kGlobal &&
        kind != Kind::kExtension) {
      return "sharing";
    }
    const char* excess = CheckLeaf(id);
    if (excess == nullptr && kind == Kind::kObject) excess = CheckObject(id);
    if (excess == nullptr && IsInert(kind) && graph_.HasSteps(id)) excess = CheckSteps(id);
    if (excess == nullptr && kind == Kind::kPersistentId) excess = CheckPersistent(id);
    return excess;
  }

  const char* CheckLeaf(NodeId id) {
    const Kind kind = graph_.kind(id);
    if (can_.merge_interned && IsInterned(id) &&
        !interned_.emplace(kind, IsText(kind) ? graph_.Text(id) : "").second) {
      return "merge_interned";
    }
    if (kind == Kind::kStr && !can_.surrogates && !IsUtf8(graph_.Text(id), false)) {
      return "surrogates";
    }
    if (kind == Kind::kStr && !can_.shared_escaped_text && references_[id] > 1 &&
        graph_.Text(id).find_first_of(std::string_view("\\\0\n\r\x1a", 5)) !=
            std::string_view::npos) {
      return "shared_escaped_text";
    }
    if (kind == Kind::kFloat && !can_.nan_payloads && std::isnan(graph_.FloatValue(id)) &&
        graph_.FloatBits(id) != kPythonNan) {
      return "nan_payloads";
    }
    if (kind == Kind::kInt && !graph_.IsSmallInt(id) &&
        graph_.BigInt(id).size() > (can_.max_int_bits + 7) / 8) {
      return "max_int_bits";
    }
    return kind == Kind::kGlobal ? CheckName(id) : nullptr;
  }

  bool IsInterned(NodeId id) const {
    const Kind kind = graph_.kind(id);
    if (kind == Kind::kTuple || kind == Kind::kFrozenSet) return graph_.Length(id) == 0;
    if (kind == Kind::kBytes) return graph_.Text(id).size() < 2;
    return kind == Kind::kStr &&
           (graph_.Text(id).empty() ||
            (CountCodePoints(graph_.Text(id)) == 1 && graph_.Text(id) < "\xc4\x80"));
  }

  const char* CheckName(NodeId id) const {
    const GlobalName name{graph_.Module(id), graph_.QualifiedName(id)};
    if (!can_.local_names && name.name.find("<locals>") != std::string_view::npos) {
      return "local_names";
    }
    const bool dotted = name.name.find('.') != std::string_view::npos;
    const bool ascii = IsAscii(name.module) && IsAscii(name.name);
    const bool kept = ToPython3(ToPython2(name)) == name;
    const int needed = dotted ? 4 : ascii && kept ? 0 : 3;
    return needed > can_.global_protocol ? "global_protocol" : nullptr;
  }

  bool IsGetattr(NodeId id) const {
    return graph_.kind(id) == Kind::kGlobal && graph_.Module(id) == "builtins" &&
           graph_.QualifiedName(id) == "getattr";
  }

  const char* CheckObject(NodeId id) const {
    const How how = graph_.how(id);
    if ((how == How::kNewObj || how == How::kNewObjEx) && !can_.instances_of_getattr &&
        IsGetattr(graph_.Callable(id))) {
      return "instances_of_getattr";
    }
    if (how == How::kNewObjEx && !can_.newobj_ex) return "newobj_ex";
    const bool old = how == How::kObj || how == How::kInst;
    if (old && !can_.obj_and_inst) return "obj_and_inst";
    if (!can_.any_callable && graph_.kind(graph_.Callable(id)) != Kind::kGlobal) {
      return "any_callable";
    }
    const NodeId args = graph_.Args(id);
    const NodeId kwargs = graph_.Kwargs(id);
    const bool shared = (references_[args] > 1 && graph_.Length(args) > 0) ||
                        (kwargs != kNoNode && references_[kwargs] > 1);
    if (shared && (old || !can_.shared_args)) return "shared_args";
    if (!can_.cycles_through_args && LeadsTo(args, id)) return "cycles_through_args";
    return nullptr;
  }

  const char* CheckSteps(NodeId id) const {
    if (graph_.kind(id) != Kind::kObject && !can_.steps_on_others) return "steps_on_others";
    // Append, setitems, then build or call: each may come once, in this order.
    int last = -1;
    bool ordered = true;
    bool called = false;
    bool sound = true;
    graph_.ForEachStep(id, [&](const Graph::Step& step) {
      const int place = step.kind == StepKind::kAppend     ? 0
                        : step.kind == StepKind::kSetItems ? 1
                        : step.kind == StepKind::kAdd      ? -1
                                                           : 2;
      ordered = ordered && place > last;
      last = place;
      if (step.kind == StepKind::kBuild && step.items[0] == kNoneNode) ordered = false;
      if (step.kind == StepKind::kCall) {
        called = true;
        sound = sound && CallIsSound(step.items[0]);
      }
    });
    if (!sound) return "calls made for their effect";
    if (!ordered && !can_.any_step_order) return "any_step_order";
    return called && !can_.state_setters ? "state_setters" : nullptr;
  }

  // Readers know a call made for its effect by nothing else referring to it; a call of getattr is
  // none (harness/pickle/effects.h).
  bool CallIsSound(NodeId call) const {
    return references_[call] == 1 && references_[graph_.Args(call)] == 1 &&
           !IsGetattr(graph_.Callable(call));
  }

  const char* CheckPersistent(NodeId id) const {
    const NodeId value = graph_.Persistent(id);
    if (references_[id] > 1 && !can_.shared_persistent_ids) return "shared_persistent_ids";
    if (LeadsTo(value, id)) return "cycles through persistent ids";
    if (value == kNoneNode && !can_.none_persistent_ids) return "none_persistent_ids";
    if (!can_.ascii_persistent_ids) return nullptr;
    const bool ascii = graph_.kind(value) == Kind::kStr && IsAscii(graph_.Text(value)) &&
                       graph_.Text(value).find('\n') == std::string_view::npos;
    return ascii && references_[value] == 1 ? nullptr : "ascii_persistent_ids";
  }

  const char* CheckWhole() const {
    const PicklingWalk walk = WalkAsPickler(graph_, graph_.root(), can_.cycles_through_sets);
    if (!walk.ends) return "cycles_through_sets";
    if (walk.depth > can_.max_depth) return "max_depth";
    if (walk.steps_reentered && !can_.steps_on_recursive_args) return "steps_on_recursive_args";
    if (can_.cycles) return nullptr;
    for (const NodeId id : order_) {
      bool cyclic = false;
      graph_.ForEachChild(id, [&](NodeId child) { cyclic = cyclic || LeadsTo(child, id); });
      if (cyclic) return "cycles";
    }
    return nullptr;
  }

  bool LeadsTo(NodeId from, NodeId to) const {
    const std::vector<NodeId> reached = Reachable(graph_, from);
    return std::find(reached.begin(), reached.end(), to) != reached.end();
  }

  const Graph& graph_;
  const GraphCapabilities& can_;
  std::vector<NodeId> order_;
  std::vector<uint32_t> references_;
  std::set<std::pair<Kind, std::string_view>> interned_;
};

}  // namespace

std::optional<std::string> FindExcess(const Graph& graph, const GraphCapabilities& capabilities) {
  return Checker(graph, capabilities).Run();
}

}  // namespace pickleproof
