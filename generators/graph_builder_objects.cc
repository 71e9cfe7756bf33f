// The part of GraphBuilder that makes objects: callable, arguments, and what was done to them. Rows
// of the reduce protocol that need no live class.

#include <algorithm>
#include <array>

#include "generators/graph_builder.h"
#include "generators/leaves.h"

namespace pickleproof {
namespace {

constexpr std::array<StepKind, 4> kSteps = {StepKind::kBuild, StepKind::kAppend,
                                            StepKind::kSetItems, StepKind::kAdd};

}  // namespace

NodeId GraphBuilder::Object() {
  const uint32_t old_ways = capabilities_.obj_and_inst ? 2 : 0;
  const std::array<uint32_t, 5> weights = {6, 6, capabilities_.newobj_ex ? 2U : 0U, old_ways,
                                           old_ways};
  const auto how = static_cast<How>(choices_.Weighted(weights));
  const NodeId id = Open(graph_.Object(how, kNoneNode, kNoneNode), false);
  const NodeId callable = Callable(how);
  const NodeId arguments = Arguments(how);
  const NodeId keywords = how == How::kNewObjEx ? KeywordArguments() : kNoNode;
  graph_.FillObject(id, how, callable, arguments, keywords);
  const bool steps = capabilities_.steps_on_recursive_args || !MayReenter(id);
  open_.back().memoized = true;
  if (steps) Steps(id);
  if (MayGetLateSteps(callable) && choices_.Chance(1, 8)) Step(callable, choices_.Pick(kSteps));
  Close();
  return id;
}

// Whether a finished node may get steps. It may lie in the value of a persistent id or in
// arguments, to which they could lead back.
bool GraphBuilder::MayGetLateSteps(NodeId id) const {
  return capabilities_.steps_on_others && capabilities_.cycles_through_args &&
         IsInert(graph_.kind(id)) && persistent_.empty() &&
         std::none_of(open_.begin(), open_.end(), [&](const Frame& frame) {
           return graph_.kind(frame.id) == Kind::kPersistentId;
         });
}

NodeId GraphBuilder::Global(bool callable) {
  const NamedGlobal& global = GlobalLeaf(choices_, capabilities_.global_protocol, callable);
  if (!capabilities_.local_names && global.name.find("<locals>") != std::string_view::npos) {
    return Keep(graph_.Global("m", "f"));
  }
  return Keep(graph_.Global(global.module, global.name));
}

// Something inert to call: mostly a global. INST names one in its argument, so that there is no
// other way.
NodeId GraphBuilder::Callable(How how) {
  if (capabilities_.any_callable && how != How::kInst && budget_.nodes > 0 &&
      open_.size() < budget_.depth && choices_.Chance(1, 8)) {
    static constexpr std::array<Kind, 3> kKinds = {Kind::kObject, Kind::kPersistentId,
                                                   Kind::kExtension};
    const Kind kind = choices_.Pick(kKinds);
    if (capabilities_.has(kind)) return Fresh(kind, false);
  }
  const NodeId global = Global(true);
  const bool instance = how == How::kNewObj || how == How::kNewObjEx;
  return instance && !capabilities_.instances_of_getattr &&
                 graph_.QualifiedName(global) == "getattr"
             ? Keep(graph_.Global("m", "C"))
             : global;
}

NodeId GraphBuilder::Arguments(How how) {
  // OBJ and INST make the tuple themselves, so that nothing else can refer to it.
  const bool shared = capabilities_.shared_args && how != How::kObj && how != How::kInst;
  static constexpr std::array<uint32_t, 4> kWeights = {4, 4, 2, 1};
  auto size = static_cast<uint32_t>(choices_.Weighted(kWeights));
  if (shared) {
    if (!kept_.empty() && choices_.Chance(1, 8)) {
      const NodeId id = choices_.Pick(kept_);
      if (graph_.kind(id) == Kind::kTuple && MayRefer(id)) return id;
    }
    if (budget_.nodes > 0) --budget_.nodes;
    return Tuple(size, false);
  }
  if (size == 0 && capabilities_.merge_interned) return Interned(Kind::kTuple, {});
  std::vector<NodeId> items;
  for (; size > 0; --size) items.push_back(Value(false));
  return graph_.Tuple(items);
}

// Python demands strings as names.
NodeId GraphBuilder::KeywordArguments() {
  const NodeId id = Open(graph_.Dict(), true, capabilities_.shared_args);
  keywords_.push_back(id);
  for (uint64_t size = choices_.Below(3); size > 0; --size) {
    const NodeId key = Text(Kind::kStr, std::string(WordLeaf(choices_)));
    graph_.SetItem(id, key, Value(false));
  }
  Close();
  return id;
}

void GraphBuilder::Steps(NodeId id) {
  if (capabilities_.any_step_order && choices_.Chance(1, 2)) {
    for (uint64_t count = choices_.Below(4); count > 0; --count) Step(id, choices_.Pick(kSteps));
    // Readers can't tell a call's place among the other steps; they put it last.
    if (choices_.Chance(1, 12)) Step(id, StepKind::kCall);
    return;
  }
  // A reduce tuple of two to six items.
  if (choices_.Chance(1, 5)) Step(id, StepKind::kAppend);
  if (choices_.Chance(1, 5)) Step(id, StepKind::kSetItems);
  static constexpr std::array<uint32_t, 3> kState = {5, 5, 1};
  const size_t state = choices_.Weighted(kState);
  if (state == 1) Step(id, StepKind::kBuild);
  if (state == 2) Step(id, StepKind::kCall);
}

void GraphBuilder::Step(NodeId id, StepKind kind) {
  std::vector<NodeId> items;
  switch (kind) {
    case StepKind::kBuild: items.push_back(State()); break;
    case StepKind::kCall:
      if (!capabilities_.state_setters) return;
      items.push_back(StateSetterCall(id));
      break;
    case StepKind::kAppend:
    case StepKind::kAdd:
      for (uint64_t size = choices_.Between(1, 4); size > 0; --size) {
        items.push_back(Value(kind == StepKind::kAdd));
      }
      break;
    case StepKind::kSetItems:
      for (uint64_t size = choices_.Between(1, 3); size > 0; --size) {
        items.push_back(Value(true));
        items.push_back(Value(false));
      }
      break;
  }
  graph_.AddStep(id, kind, items);
}

// What a __getstate__ returns: a dict of attributes, the pair of dict and slots, or anything.
// Picklers take None for no state at all.
NodeId GraphBuilder::State() {
  static constexpr std::array<uint32_t, 3> kWeights = {5, 4, 1};
  const size_t shape = choices_.Weighted(kWeights);
  if (shape == 1) {
    const NodeId value = Value(false);
    if (value != kNoneNode || capabilities_.any_step_order) return value;
  }
  const NodeId attributes = Open(graph_.Dict(), true);
  for (uint64_t size = choices_.Below(4); size > 0; --size) {
    const NodeId key = Text(Kind::kStr, std::string(WordLeaf(choices_)));
    graph_.SetItem(attributes, key, Value(false));
  }
  Close();
  if (shape != 2) return attributes;
  const std::array<NodeId, 2> pair = {choices_.Chance(1, 2) ? attributes : kNoneNode, attributes};
  return Keep(graph_.Tuple(pair));
}

// A call setter(object, state) for its effect (sixth item of a reduce tuple). getattr sets nothing:
// readers take a call of it for a nested name (harness/pickle/effects.h).
NodeId GraphBuilder::StateSetterCall(NodeId id) {
  NodeId setter = Global(true);
  if (graph_.QualifiedName(setter) == "getattr") setter = Keep(graph_.Global("m", "f"));
  NodeId state = Value(false);
  if (state == kNoneNode) state = State();
  if (state == kNoneNode) state = graph_.Int(1);
  const std::array<NodeId, 2> arguments = {id, state};
  return graph_.Object(How::kReduce, setter, graph_.Tuple(arguments));
}

}  // namespace pickleproof
