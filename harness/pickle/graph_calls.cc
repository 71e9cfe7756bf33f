// What GraphWorld makes of calls: inert objects, or the value of a well-known construction.

#include "harness/base/utf8.h"
#include "harness/pickle/effects.h"
#include "harness/pickle/graph_world.h"
#include "harness/pickle/well_known.h"

namespace pickleproof {

NodeId GraphWorld::UnpackIterable(Value args) {
  std::vector<NodeId> items;
  const auto unpack_text = [&](std::string_view text) {
    for (size_t i = 0; i < text.size();) {
      const size_t start = i;
      NextCodePoint(text, &i);
      items.push_back(graph_.Str(text.substr(start, i - start)));
    }
  };
  if (IsSetLike(graph_.kind(args)) && graph_.Length(args) > 1) {
    return Refuse(ErrorCode::kUnsupported,
                  "arguments from a set, whose order is nobody's business");
  }
  if (graph_.kind(args) == Kind::kBuffer) {
    return Refuse(ErrorCode::kUnsupported,
                  "arguments from an out-of-band buffer, whose content is not given");
  }
  switch (graph_.kind(args)) {
    case Kind::kList:
    case Kind::kSet:
    case Kind::kFrozenSet:
      items.assign(graph_.Items(args).begin(), graph_.Items(args).end());
      break;
    case Kind::kDict:
      for (size_t i = 0; i < graph_.Length(args); ++i) items.push_back(graph_.Items(args)[2 * i]);
      break;
    case Kind::kStr: unpack_text(graph_.Text(args)); break;
    case Kind::kBytes:
    case Kind::kByteArray:
    case Kind::kPy2Str:
      for (const unsigned char c : graph_.Text(args)) items.push_back(graph_.Int(c));
      break;
    default: return Refuse(ErrorCode::kType, "arguments that are no iterable");
  }
  return Tuple(items);
}

NodeId GraphWorld::ArgsTuple(Value args) {
  if (graph_.kind(args) == Kind::kTuple) return args;
  if (options_.profile.has(Quirk::kIterableArgs)) return UnpackIterable(args);
  return Refuse(ErrorCode::kType, "arguments that are no tuple");
}

NodeId GraphWorld::Call(How how, Value callable, Value args) {
  const NodeId tuple = ArgsTuple(args);
  if (tuple == kNoNode) return kNoNode;
  if (!TakesSteps(callable)) {
    return Refuse(ErrorCode::kType, "a call of something that is not callable");
  }
  trace_.Push({TraceKind::kCall, callable});
  if (graph_.kind(callable) == Kind::kGlobal) {
    if (const auto value = WellKnownCall(callable, tuple)) return *value;
  }
  const NodeId object = Checked(graph_.Object(how, callable, tuple));
  const auto items = graph_.Items(tuple);
  if (object != kNoNode && MayBeEffect(items.size()) && IsInert(graph_.kind(items[0]))) {
    calls_.push_back(object);
  }
  return object;
}

// Whether a class would take the keyword arguments: their names must be str.
bool GraphWorld::AreKeywords(Value kwargs) const {
  const auto items = graph_.Items(kwargs);
  for (size_t i = 0; i < items.size(); i += 2) {
    if (graph_.kind(items[i]) != Kind::kStr) return false;
  }
  return true;
}

NodeId GraphWorld::New(Value cls, Value args, Value kwargs) {
  const How how = kwargs == kNoNode ? How::kNewObj : How::kNewObjEx;
  if (!TakesSteps(cls)) {
    return Refuse(ErrorCode::kType, "NEWOBJ of something that is no class", "UnpicklingError");
  }
  const NodeId tuple = ArgsTuple(args);
  if (tuple == kNoNode) return kNoNode;
  if (kwargs != kNoNode && graph_.kind(kwargs) != Kind::kDict) {
    return Refuse(ErrorCode::kType, "keyword arguments that are no dict", "UnpicklingError");
  }
  trace_.Push({TraceKind::kNew, cls});
  if (kwargs != kNoNode && !AreKeywords(kwargs)) {
    return Refuse(ErrorCode::kType, "keyword arguments whose names are no str");
  }
  return Checked(graph_.Object(how, cls, tuple, kwargs));
}

NodeId GraphWorld::SetFrom(Kind kind, Value list) {
  const NodeId set = Empty(kind);
  if (set == kNoNode) return kNoNode;
  for (size_t i = 0; i < graph_.Length(list); ++i) {
    if (!Inserted(graph_.AddMember(set, graph_.Items(list)[i]))) return kNoNode;
  }
  return set;
}

NodeId GraphWorld::EncodeLatin1(Value str) {
  std::string bytes;
  const std::string_view text = graph_.Text(str);
  for (size_t i = 0; i < text.size();) {
    const uint32_t code_point = NextCodePoint(text, &i);
    if (code_point > 0xff) {
      return Refuse(ErrorCode::kBadEncoding, "a character that latin1 does not have",
                    "UnicodeEncodeError");
    }
    bytes += static_cast<char>(code_point);
  }
  return Text(Kind::kBytes, bytes, false);
}

// The value of a well-known construction, nothing where the call is not exactly of its form.
// kNoNode where the real constructor raises.
std::optional<NodeId> GraphWorld::WellKnownCall(Value callable, Value args) {
  const auto row = FindWellKnown(graph_.Module(callable), graph_.QualifiedName(callable));
  if (!row) return std::nullopt;
  const auto items = graph_.Items(args);
  const size_t count = items.size();
  const auto is = [&](size_t i, Kind kind) { return i < count && graph_.kind(items[i]) == kind; };
  switch (*row) {
    case WellKnown::kSet:
    case WellKnown::kFrozenSet:
      if (count != 1 || !is(0, Kind::kList)) return std::nullopt;
      return SetFrom(*row == WellKnown::kSet ? Kind::kSet : Kind::kFrozenSet, items[0]);
    case WellKnown::kEncode:
      if (count != 2 || !is(0, Kind::kStr) || !is(1, Kind::kStr)) return std::nullopt;
      if (graph_.Text(items[1]) != "latin1") return std::nullopt;
      return EncodeLatin1(items[0]);
    case WellKnown::kBytes:
      if (count != 0) return std::nullopt;
      return Text(Kind::kBytes, {}, true);
    case WellKnown::kByteArray:
      if (count == 0) return Text(Kind::kByteArray, {}, true);
      if (count != 1 || !is(0, Kind::kBytes)) return std::nullopt;
      return Text(Kind::kByteArray, graph_.Text(items[0]), true);
    case WellKnown::kNewObj: {
      if (count == 0 || !IsInert(graph_.kind(items[0]))) return std::nullopt;
      const NodeId cls = items[0];
      const std::vector<NodeId> rest(items.begin() + 1, items.end());
      const NodeId tuple = Tuple(rest);
      return tuple == kNoNode ? kNoNode : Checked(graph_.Object(How::kNewObj, cls, tuple));
    }
    case WellKnown::kNewObjEx:
      if (count != 3 || !IsInert(graph_.kind(items[0]))) return std::nullopt;
      if (!is(1, Kind::kTuple) || !is(2, Kind::kDict)) return std::nullopt;
      if (!AreKeywords(items[2])) {
        return Refuse(ErrorCode::kType, "keyword arguments whose names are no str");
      }
      return Checked(graph_.Object(How::kNewObjEx, items[0], items[1], items[2]));
  }
  return std::nullopt;
}

}  // namespace pickleproof
