#pragma once
// The world in which the machine makes nodes of a graph. Inert: nothing is imported or run;
// globals, calls and states become nodes, and every wish to do so is traced. See machine.h for the
// concept.

#include <span>
#include <string_view>
#include <vector>

#include "harness/base/pool.h"
#include "harness/graph/graph.h"
#include "harness/pickle/load_options.h"
#include "harness/pickle/outcome.h"

namespace pickleproof {

class GraphWorld {
 public:
  using Value = NodeId;
  static constexpr Value kNoValue = kNoNode;
  using Items = std::span<const NodeId>;

  GraphWorld(Graph& graph, const LoadOptions& options) : graph_(graph), options_(options) {}

  // Before each load.
  void Begin() {
    next_buffer_ = 0;
    error_ = {};
    calls_.clear();
    if (!known_extensions_.empty()) known_extensions_.clear();
  }
  // Before a load that shares nothing with earlier ones.
  void Clear() { trace_.clear(); }

  // Attaches the calls made for their effect. False where a limit is hit.
  bool Finish(NodeId root);

  const Error& error() const { return error_; }
  std::vector<TraceEvent> Trace() const;

  static void Share(Value) {}
  static void Drop(Value) {}

  Value None() { return kNoneNode; }
  Value Bool(bool value) { return graph_.Bool(value); }
  Value Int(int64_t value) { return Checked(graph_.Int(value)); }
  Value Long(std::string_view twos_complement) {
    return Checked(graph_.IntFromBytes(twos_complement));
  }
  Value Float(uint64_t bits) { return Checked(graph_.FloatFromBits(bits)); }
  Value Text(Kind kind, std::string_view bytes, bool borrowed) {
    return Checked(borrowed ? graph_.BorrowedText(kind, bytes) : graph_.TextNode(kind, bytes));
  }
  Value Tuple(Items items) { return Checked(graph_.Sequence(Kind::kTuple, items)); }
  Value List(Items items) { return Checked(graph_.Sequence(Kind::kList, items)); }
  Value Empty(Kind kind) { return Checked(graph_.Empty(kind)); }
  Value Dict(Items items);
  Value FrozenSet(Items items);
  Value NextBuffer();

  // `single` where APPEND, not APPENDS, does it.
  bool Append(Value target, Items items, bool /*single*/) {
    if (graph_.kind(target) != Kind::kList) [[unlikely]]
      return AppendOther(target, items);
    return graph_.Extend(target, items) || LimitHit() != kNoNode;
  }
  bool SetItems(Value target, Items items) {
    if (graph_.kind(target) != Kind::kDict) [[unlikely]]
      return SetOther(target, items);
    return Inserted(graph_.SetItems(target, items));
  }
  bool AddItems(Value target, Items items);
  bool Build(Value target, Value state);
  Value ReadOnly(Value value);

  // The bytes of a str; false for anything else.
  bool AsStr(Value value, std::string_view* text) const {
    if (graph_.kind(value) != Kind::kStr) return false;
    *text = graph_.Text(value);
    return true;
  }
  Value Global(std::string_view module, std::string_view name, int protocol);
  Value Extension(uint32_t code, int protocol);
  Value Persistent(Value pid);
  Value Call(How how, Value callable, Value args);
  Value New(Value cls, Value args, Value kwargs);

 private:
  struct TraceItem {
    TraceKind kind;
    NodeId node;
  };

  Value Checked(Value value) { return value != kNoNode ? value : LimitHit(); }
  [[gnu::noinline]] Value LimitHit();
  Value Refuse(ErrorCode code, const char* message, const char* exception = "TypeError");
  bool Inserted(Insert insert) {
    if (insert <= Insert::kReplaced) [[likely]]
      return true;
    return RefuseKey(insert);
  }
  bool RefuseKey(Insert insert);
  bool AddStep(Value target, StepKind kind, Items items) {
    return graph_.AddStep(target, kind, items) || LimitHit() != kNoNode;
  }
  // Whether the value stands for something unknown, which can be called and changed. A view of a
  // bytearray of the stream can't, though its node looks like an object.
  bool TakesSteps(Value value) const;
  bool AppendOther(Value target, Items items);
  bool SetOther(Value target, Items items);
  bool ExtendByteArray(Value target, Items items);
  bool AppliesToBuiltin(Value state) const;
  bool IsFalse(Value value) const;
  // The tuple that `args` unpacks to, or kNoNode.
  Value ArgsTuple(Value args);
  Value UnpackIterable(Value args);
  std::optional<Value> WellKnownCall(Value callable, Value args);
  Value SetFrom(Kind kind, Value list);
  Value EncodeLatin1(Value str);
  bool AreKeywords(Value kwargs) const;

  Graph& graph_;
  const LoadOptions& options_;
  Pool<TraceItem> trace_;
  std::vector<NodeId> calls_;
  std::vector<uint32_t> known_extensions_;
  uint32_t next_buffer_ = 0;
  Error error_;
};

}  // namespace pickleproof
