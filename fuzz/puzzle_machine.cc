#include "fuzz/puzzle_machine.h"

#include <algorithm>
#include <array>

#include "harness/pickle/graph_world.h"
#include "harness/pickle/machine.h"

namespace pickleproof {
namespace {

constexpr auto kPuzzles = std::to_array<PuzzleInfo>({
#define PICKLE_PUZZLE(name, opcode, executions, bug) \
  {Puzzle::k##name, #name, Opcode::opcode, executions, bug},
#include "fuzz/puzzle.def"
});

using Base = Machine<GraphWorld>;

class PuzzleMachine : public Base {
 public:
  PuzzleMachine(Puzzle puzzle, Graph& graph, GraphWorld& world, const LoadOptions& options)
      : Base(world, options), info_(kPuzzles[static_cast<size_t>(puzzle)]), graph_(graph) {}

  Verdict LoadPlanted(std::string_view data);

 private:
  Step One(Registers& r, Input& input);
  // The copies of opcodes, each with its bug; kCareful where the real one shall do it. `next` is
  // behind the opcode's byte.
  Step Planted(Registers& r, Input& input);
  Step Tuples(Registers& r);
  Step Numbers(Registers& r, Input& input);
  Step Memos(Registers& r, Input& input);
  Step Marked(Registers& r);
  Step Items(Registers& r);
  Step Objects(Registers& r, Input& input);

  Step FirstKeyWins(Registers& r);
  NodeId CopyOfList(NodeId list) {
    if (graph_.kind(list) != Kind::kList) return list;
    const auto items = graph_.Items(list);
    const std::vector<NodeId> copy(items.begin(), items.end());
    return world_.List(copy);
  }

  const PuzzleInfo& info_;
  Graph& graph_;
};

// As Machine::Run, one instruction at a time.
Verdict PuzzleMachine::LoadPlanted(std::string_view data) {
  Input input(data, Discipline::kMemory);
  marks_.clear();
  protocol_ = 0;
  if (stack_.data() == nullptr && !stack_.Reserve(2 * kRoom)) return Verdict::kOutOfMemory;
  stack_.clear();
  fence_ = stack_.data();
  stack_end_ = stack_.data() + stack_.capacity_bytes() / sizeof(Value);
  Registers r{input.next(), input.limit(), stack_.data()};
  error_ = {};
  uint64_t start = 0;
  Step step = Step::kDone;
  for (uint64_t left = options_.limits.steps; step == Step::kDone && left > 0; --left) {
    start = input.OffsetOf(r.next);
    step = One(r, input);
  }
  input.set_next(r.next);
  if (step == Step::kStop) {
    const bool bottom = info_.puzzle == Puzzle::kStopTakesBottom;
    value_ = bottom ? *fence_ : r.top[-1];
    consumed_ = input.consumed();
    return Verdict::kAccept;
  }
  if (step == Step::kDone) return Verdict::kOutOfMemory;
  consumed_ = input.OffsetOf(r.next);
  if (error_.offset == kNoOffset) error_.offset = start;
  if (error_.code == ErrorCode::kLimit) return Verdict::kOutOfMemory;
  return error_.code == ErrorCode::kUnsupported ? Verdict::kUnsupported : Verdict::kReject;
}

auto PuzzleMachine::One(Registers& r, Input& input) -> Step {
  if (static_cast<size_t>(stack_end_ - r.top) < kRoom && !GrowStack(r)) {
    return Fail(ErrorCode::kLimit, "the stack is full", "MemoryError");
  }
  if (r.next != r.limit && static_cast<Opcode>(*r.next) == info_.opcode) {
    const char* const opcode = r.next++;
    const Step step = Planted(r, input);
    if (step != Step::kCareful) return step;
    r.next = opcode;
  }
  steps_left_ = 1;
  Step step = RunPlain(r);
  if (step == Step::kCareful) step = Execute(r, input);
  return step;
}

auto PuzzleMachine::Planted(Registers& r, Input& input) -> Step {
  switch (info_.puzzle) {
    case Puzzle::kTuple2Order:
    case Puzzle::kTuple3Order:
    case Puzzle::kTuple1Nested: return Tuples(r);
    case Puzzle::kBinIntUnsigned:
    case Puzzle::kLong1Unsigned:
    case Puzzle::kBinInt2BigEndian:
    case Puzzle::kBinFloatLittleEndian:
    case Puzzle::kFrameEndIgnored:
    case Puzzle::kShortTextTruncates:
    case Puzzle::kProtoSix: return Numbers(r, input);
    case Puzzle::kMemoizeOffByOne:
    case Puzzle::kBinGetOffByOne:
    case Puzzle::kLongBinPutTruncates:
    case Puzzle::kGetLosesIdentity:
    case Puzzle::kDupLosesIdentity: return Memos(r, input);
    case Puzzle::kPopMarkDropsOne:
    case Puzzle::kListLeaksMark:
    case Puzzle::kPopIgnoresMark:
    case Puzzle::kDictOdd:
    case Puzzle::kFrozenSetIsSet: return Marked(r);
    case Puzzle::kFirstKeyWins:
    case Puzzle::kSetItemsLastPair:
    case Puzzle::kAppendsReversed:
    case Puzzle::kAddItemsOne: return Items(r);
    case Puzzle::kStackGlobalSwapped:
    case Puzzle::kReduceDropsArgs:
    case Puzzle::kNewObjIsCall:
    case Puzzle::kBuildNone:
    case Puzzle::kExt2OneByte:
    case Puzzle::kReadOnlyForgotten: return Objects(r, input);
    case Puzzle::kStopTakesBottom: return Above(r) == 0 ? Underflow() : Step::kStop;
  }
  return Step::kCareful;
}

auto PuzzleMachine::Tuples(Registers& r) -> Step {
  if (info_.puzzle == Puzzle::kTuple1Nested) {
    if (Above(r) == 0 || graph_.kind(r.top[-1]) != Kind::kTuple) return Step::kCareful;
    return Step::kDone;
  }
  const size_t size = info_.puzzle == Puzzle::kTuple2Order ? 2 : 3;
  if (Above(r) < size) return Step::kCareful;
  std::swap(r.top[-1], r.top[-2]);
  return FoldTuple(r, size);
}

auto PuzzleMachine::Numbers(Registers& r, Input& input) -> Step {
  const auto left = static_cast<size_t>(r.limit - r.next);
  const auto take = [&](size_t size) { return std::exchange(r.next, r.next + size); };
  switch (info_.puzzle) {
    case Puzzle::kBinIntUnsigned:
      return left < 4 ? Step::kCareful : Push(r, world_.Int(Number<uint32_t>(take(4))));
    case Puzzle::kBinInt2BigEndian:
      return left < 2 ? Step::kCareful
                      : Push(r, world_.Int(__builtin_bswap16(Number<uint16_t>(take(2)))));
    case Puzzle::kBinFloatLittleEndian:
      return left < 8 ? Step::kCareful : Push(r, world_.Float(Number<uint64_t>(take(8))));
    case Puzzle::kLong1Unsigned: {
      if (left < 1 || left < 1 + Number<uint8_t>(r.next)) return Step::kCareful;
      const size_t size = Number<uint8_t>(take(1));
      return Push(r, world_.Long(std::string(take(size), size) + '\0'));
    }
    case Puzzle::kShortTextTruncates: {
      if (left < 1 || left < 1 + Number<uint8_t>(r.next)) return Step::kCareful;
      const size_t size = Number<uint8_t>(take(1));
      const char* text = take(size);
      return PushUtf8(r, text, size < 16 ? size : size - 1);
    }
    case Puzzle::kFrameEndIgnored: {
      if (left < 8) return Step::kCareful;
      take(8);
      input.set_next(r.next);
      return Step::kDone;
    }
    default:  // kProtoSix
      if (left < 1 || *r.next != 6) return Step::kCareful;
      take(1);
      return Step::kDone;
  }
}

auto PuzzleMachine::Memos(Registers& r, Input& /*input*/) -> Step {
  const auto left = static_cast<size_t>(r.limit - r.next);
  switch (info_.puzzle) {
    case Puzzle::kMemoizeOffByOne: return Memoize(r, MemoCount() + 1);
    case Puzzle::kDupLosesIdentity:
      if (Above(r) == 0) return Step::kCareful;
      return Push(r, CopyOfList(r.top[-1]));
    case Puzzle::kLongBinPutTruncates:
      if (left < 4) return Step::kCareful;
      r.next += 4;
      return Memoize(r, Number<uint8_t>(r.next - 4));
    default: break;
  }
  if (left < 1) return Step::kCareful;
  const uint64_t index = Number<uint8_t>(r.next);
  if (MemoGet(index) == GraphWorld::kNoValue) return Step::kCareful;
  if (info_.puzzle == Puzzle::kGetLosesIdentity) {
    ++r.next;
    return Push(r, CopyOfList(MemoGet(index)));
  }
  if (index == 0 || MemoGet(index - 1) == GraphWorld::kNoValue) return Step::kCareful;
  ++r.next;
  return Push(r, MemoGet(index - 1));
}

auto PuzzleMachine::Marked(Registers& r) -> Step {
  if (info_.puzzle == Puzzle::kPopIgnoresMark) {
    return Above(r) == 0 ? Fail(ErrorCode::kStack, "the planted bug") : Step::kCareful;
  }
  const size_t above = Above(r);
  if (marks_.empty()) return Step::kCareful;
  Value* first = PopMark();
  switch (info_.puzzle) {
    case Puzzle::kPopMarkDropsOne: r.top -= above > 0 ? 1 : 0; return Step::kDone;
    case Puzzle::kListLeaksMark: {
      const Value list = world_.List(From(first, r));
      r.top = first;
      const Step marked = Mark(r);
      return marked != Step::kDone ? marked : Push(r, list);
    }
    case Puzzle::kDictOdd: {
      const Value dict = world_.Dict({first, above - above % 2});
      r.top = first;
      return Push(r, dict);
    }
    default: {  // kFrozenSetIsSet
      const Value set = world_.Empty(Kind::kSet);
      const bool added = world_.AddItems(set, From(first, r));
      r.top = first;
      return added ? Push(r, set) : WorldFailed();
    }
  }
}

auto PuzzleMachine::FirstKeyWins(Registers& r) -> Step {
  if (Above(r) < 3 || graph_.kind(r.top[-3]) != Kind::kDict) return Step::kCareful;
  const NodeId dict = r.top[-3];
  const auto items = graph_.Items(dict);
  const std::vector<NodeId> before(items.begin(), items.end());
  if (!world_.SetItems(dict, {r.top - 2, 2})) return WorldFailed();
  for (size_t i = 0; i < before.size(); ++i) {
    if (graph_.Items(dict)[i] == before[i]) continue;
    const NodeId key_and_value[] = {before[i - 1], before[i]};
    world_.SetItems(dict, key_and_value);
    break;
  }
  r.top -= 2;
  return Step::kDone;
}

auto PuzzleMachine::Items(Registers& r) -> Step {
  if (info_.puzzle == Puzzle::kFirstKeyWins) return FirstKeyWins(r);
  if (marks_.empty()) return Step::kCareful;
  const size_t above = Above(r);
  if (info_.puzzle == Puzzle::kSetItemsLastPair) {
    if (above == 6) r.top -= 2;
  } else if (info_.puzzle == Puzzle::kAddItemsOne) {
    if (above > 1) r.top -= above - 1;
  } else {
    std::reverse(r.top - above, r.top);
  }
  return Step::kCareful;
}

auto PuzzleMachine::Objects(Registers& r, Input& /*input*/) -> Step {
  const auto left = static_cast<size_t>(r.limit - r.next);
  if (info_.puzzle == Puzzle::kExt2OneByte) {
    if (left < 2 || *r.next == 0) return Step::kCareful;
    r.next += 2;
    return Push(r, world_.Extension(Number<uint8_t>(r.next - 2), protocol_));
  }
  if (info_.puzzle == Puzzle::kReadOnlyForgotten) {
    const bool is_buffer = Above(r) > 0 && graph_.kind(r.top[-1]) == Kind::kBuffer;
    return is_buffer ? Step::kDone : Step::kCareful;
  }
  if (Above(r) < 2) return Step::kCareful;
  switch (info_.puzzle) {
    case Puzzle::kStackGlobalSwapped: std::swap(r.top[-1], r.top[-2]); return Step::kCareful;
    case Puzzle::kReduceDropsArgs:
      if (graph_.kind(r.top[-1]) == Kind::kTuple) r.top[-1] = world_.Tuple({});
      return Step::kCareful;
    case Puzzle::kNewObjIsCall:
      if (!IsInert(graph_.kind(r.top[-2])) || graph_.kind(r.top[-1]) != Kind::kTuple) {
        return Step::kCareful;
      }
      r.top -= 2;
      return Push(r, world_.Call(How::kReduce, r.top[0], r.top[1]));
    default:  // kBuildNone
      if (graph_.kind(r.top[-1]) != Kind::kNone || !IsInert(graph_.kind(r.top[-2]))) {
        return Step::kCareful;
      }
      r.top[-2] = r.top[-1];
      --r.top;
      return Step::kDone;
  }
}

}  // namespace

std::span<const PuzzleInfo> AllPuzzles() { return kPuzzles; }

Outcome LoadWithPuzzle(Puzzle puzzle, std::string_view data, const LoadOptions& options) {
  Outcome outcome;
  outcome.graph.SetLimits(options.limits.nodes, options.limits.edges);
  GraphWorld world(outcome.graph, options);
  PuzzleMachine machine(puzzle, outcome.graph, world, options);
  world.Begin();
  outcome.verdict = machine.LoadPlanted(data);
  outcome.consumed = machine.consumed();
  outcome.trace = world.Trace();
  if (outcome.verdict != Verdict::kAccept) {
    outcome.error = machine.error();
    return outcome;
  }
  outcome.graph.set_root(machine.value());
  if (!world.Finish(machine.value())) outcome.verdict = Verdict::kOutOfMemory;
  return outcome;
}

}  // namespace pickleproof
