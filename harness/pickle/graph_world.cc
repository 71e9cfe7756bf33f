#include "harness/pickle/graph_world.h"

#include <algorithm>

#include "harness/base/utf8.h"
#include "harness/pickle/effects.h"
#include "harness/pickle/name_mapping.h"

namespace pickleproof {
namespace {

// The value of an int or bool node as an index, or nothing where it is none or doesn't fit.
std::optional<int64_t> AsIndex(const Graph& graph, NodeId id) {
  if (graph.kind(id) == Kind::kBool) return graph.BoolValue(id) ? 1 : 0;
  if (graph.kind(id) != Kind::kInt || !graph.IsSmallInt(id)) return std::nullopt;
  return graph.SmallInt(id);
}

}  // namespace

NodeId GraphWorld::LimitHit() {
  error_ = {ErrorCode::kLimit, kNoOffset, "the graph is larger than Limits allow", "MemoryError"};
  return kNoNode;
}

NodeId GraphWorld::Refuse(ErrorCode code, const char* message, const char* exception) {
  error_ = {code, kNoOffset, message, exception};
  return kNoNode;
}

bool GraphWorld::RefuseKey(Insert insert) {
  if (insert == Insert::kLimit) {
    LimitHit();
  } else {
    Refuse(ErrorCode::kUnhashable, "a key or member that is unhashable");
  }
  return false;
}

bool GraphWorld::Finish(NodeId root) {
  if (calls_.empty() || AttachEffects(graph_, root, calls_)) return true;
  LimitHit();
  return false;
}

std::vector<TraceEvent> GraphWorld::Trace() const {
  std::vector<TraceEvent> events;
  for (const TraceItem& item : trace_) {
    std::string target;
    switch (graph_.kind(item.node)) {
      case Kind::kGlobal:
        target = graph_.Module(item.node);
        target += ' ';
        target += graph_.QualifiedName(item.node);
        break;
      case Kind::kExtension:
        target = item.kind == TraceKind::kExtension
                     ? std::to_string(graph_.ExtensionCode(item.node))
                     : "ext";
        break;
      default:
        if (item.kind != TraceKind::kPersistentId) target = Name(graph_.kind(item.node));
    }
    events.push_back({item.kind, std::move(target)});
  }
  return events;
}

NodeId GraphWorld::Dict(Items items) {
  const NodeId dict = Empty(Kind::kDict);
  return dict != kNoNode && SetItems(dict, items) ? dict : kNoNode;
}

NodeId GraphWorld::FrozenSet(Items items) {
  const NodeId set = Empty(Kind::kFrozenSet);
  if (set == kNoNode) return kNoNode;
  for (const NodeId item : items) {
    if (!Inserted(graph_.AddMember(set, item))) return kNoNode;
  }
  return set;
}

NodeId GraphWorld::NextBuffer() {
  if (!options_.has_buffers) {
    return Refuse(ErrorCode::kBuffer, "an out-of-band buffer, but no buffers were given",
                  "UnpicklingError");
  }
  if (next_buffer_ >= options_.buffers.size()) {
    return Refuse(ErrorCode::kBuffer, "more out-of-band buffers than were given",
                  "UnpicklingError");
  }
  const bool read_only = options_.buffers[next_buffer_];
  return Checked(graph_.Buffer(next_buffer_++, read_only));
}

NodeId GraphWorld::ReadOnly(Value value) {
  switch (graph_.kind(value)) {
    case Kind::kBytes: return value;
    case Kind::kBuffer:
      return graph_.BufferReadOnly(value) ? value
                                          : Checked(graph_.Buffer(graph_.BufferIndex(value), true));
    case Kind::kByteArray: {
      // A read-only memoryview; there is no node for it, so it is what would make it.
      const NodeId callable = Checked(graph_.Global("builtins", "memoryview"));
      const NodeId args = callable == kNoNode ? kNoNode : Tuple({&value, 1});
      if (args == kNoNode) return kNoNode;
      const NodeId view = Checked(graph_.Object(How::kReduce, callable, args));
      if (view != kNoNode) graph_.MarkAsView(view);
      return view;
    }
    case Kind::kObject:
      if (graph_.IsView(value)) return value;
      [[fallthrough]];
    default: return Refuse(ErrorCode::kType, "READONLY_BUFFER on something without a buffer");
  }
}

bool GraphWorld::TakesSteps(Value value) const {
  return IsInert(graph_.kind(value)) && !graph_.IsView(value);
}

bool GraphWorld::ExtendByteArray(Value target, Items items) {
  std::string bytes(graph_.Text(target));
  for (const NodeId item : items) {
    const auto value = AsIndex(graph_, item);
    if (!value || *value < 0 || *value > 255) {
      Refuse(ErrorCode::kValue, "a bytearray takes ints from 0 to 255", "ValueError");
      return false;
    }
    bytes += static_cast<char>(*value);
  }
  return graph_.ReplaceText(target, bytes) || LimitHit() != kNoNode;
}

bool GraphWorld::AppendOther(Value target, Items items) {
  const Kind kind = graph_.kind(target);
  if (TakesSteps(target)) return AddStep(target, StepKind::kAppend, items);
  if (kind == Kind::kByteArray) return ExtendByteArray(target, items);
  Refuse(ErrorCode::kType, "APPEND to something without append()", "AttributeError");
  return false;
}

bool GraphWorld::SetOther(Value target, Items items) {
  const Kind kind = graph_.kind(target);
  if (TakesSteps(target)) return AddStep(target, StepKind::kSetItems, items);
  if (kind != Kind::kList && kind != Kind::kByteArray) {
    Refuse(ErrorCode::kType, "SETITEM on something that takes no items");
    return false;
  }
  for (size_t i = 0; i < items.size(); i += 2) {
    auto index = AsIndex(graph_, items[i]);
    const auto size = static_cast<int64_t>(kind == Kind::kList ? graph_.Length(target)
                                                               : graph_.Text(target).size());
    if (index && *index < 0) *index += size;
    if (!index || *index < 0 || *index >= size) {
      Refuse(ErrorCode::kValue, "SETITEM with an index outside the sequence", "IndexError");
      return false;
    }
    if (kind == Kind::kList) {
      graph_.ReplaceItem(target, static_cast<size_t>(*index), items[i + 1]);
      continue;
    }
    const auto byte = AsIndex(graph_, items[i + 1]);
    if (!byte || *byte < 0 || *byte > 255) {
      Refuse(ErrorCode::kValue, "a bytearray takes ints from 0 to 255", "ValueError");
      return false;
    }
    std::string bytes(graph_.Text(target));
    bytes[static_cast<size_t>(*index)] = static_cast<char>(*byte);
    if (!graph_.ReplaceText(target, bytes)) return LimitHit() != kNoNode;
  }
  return true;
}

bool GraphWorld::AddItems(Value target, Items items) {
  const Kind kind = graph_.kind(target);
  if (TakesSteps(target)) return AddStep(target, StepKind::kAdd, items);
  if (kind != Kind::kSet) {
    Refuse(ErrorCode::kType, "ADDITEMS to something without add()", "AttributeError");
    return false;
  }
  return std::all_of(items.begin(), items.end(),
                     [&](NodeId item) { return Inserted(graph_.AddMember(target, item)); });
}

bool GraphWorld::IsFalse(Value value) const {
  switch (graph_.kind(value)) {
    case Kind::kNone: return true;
    case Kind::kBool: return !graph_.BoolValue(value);
    case Kind::kInt: return graph_.IsSmallInt(value) && graph_.SmallInt(value) == 0;
    case Kind::kFloat: return graph_.FloatValue(value) == 0;
    case Kind::kStr:
    case Kind::kBytes:
    case Kind::kByteArray:
    case Kind::kPy2Str: return graph_.Text(value).empty();
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kFrozenSet: return graph_.Length(value) == 0;
    case Kind::kGlobal:
    case Kind::kObject:
    case Kind::kPersistentId:
    case Kind::kExtension:
    case Kind::kBuffer: return false;
  }
  return false;
}

// Whether BUILD with this state passes on a built-in object, which has neither __setstate__ nor
// __dict__ nor attributes that could be set.
bool GraphWorld::AppliesToBuiltin(Value state) const {
  const auto is_none = [&](NodeId id) { return graph_.kind(id) == Kind::kNone; };
  const bool pair = graph_.kind(state) == Kind::kTuple && graph_.Length(state) == 2;
  if (options_.profile.has(Quirk::kFalsyState)) {
    return pair ? IsFalse(graph_.Items(state)[0]) && IsFalse(graph_.Items(state)[1])
                : IsFalse(state);
  }
  if (!pair) return is_none(state);
  const NodeId slots = graph_.Items(state)[1];
  return is_none(graph_.Items(state)[0]) && graph_.kind(slots) == Kind::kDict &&
         graph_.Length(slots) == 0;
}

bool GraphWorld::Build(Value target, Value state) {
  if (TakesSteps(target)) {
    trace_.Push({TraceKind::kBuild, target});
    return AddStep(target, StepKind::kBuild, {&state, 1});
  }
  if (AppliesToBuiltin(state)) return true;
  Refuse(ErrorCode::kType, "BUILD with state on something that holds none", "AttributeError");
  return false;
}

NodeId GraphWorld::Global(std::string_view module, std::string_view name, int protocol) {
  GlobalName found{module, name};
  if (options_.fix_imports && protocol < 3) found = ToPython3(found);
  const NodeId global = Checked(graph_.Global(found.module, found.name));
  if (global != kNoNode) trace_.Push({TraceKind::kGlobal, global});
  return global;
}

NodeId GraphWorld::Extension(uint32_t code, int protocol) {
  const bool seen = std::find(known_extensions_.begin(), known_extensions_.end(), code) !=
                    known_extensions_.end();
  if (!seen) known_extensions_.push_back(code);
  if (options_.extensions == nullptr) {
    const NodeId node = Checked(graph_.Extension(code));
    if (!seen && node != kNoNode) trace_.Push({TraceKind::kExtension, node});
    return node;
  }
  const auto entry = options_.extensions->find(code);
  if (entry == options_.extensions->end()) {
    return Refuse(ErrorCode::kExtension, "an extension code that nobody registered", "ValueError");
  }
  const auto& [module, name] = entry->second;
  // A code seen before comes from copyreg's cache, without another look-up.
  return seen ? Checked(graph_.Global(module, name)) : Global(module, name, protocol);
}

NodeId GraphWorld::Persistent(Value pid) {
  const NodeId node = Checked(graph_.PersistentId(pid));
  if (node != kNoNode) trace_.Push({TraceKind::kPersistentId, node});
  return node;
}

}  // namespace pickleproof
