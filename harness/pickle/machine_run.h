#pragma once
// The frame around the machine's loops, and the parts of instructions that both share. Part of
// machine.h, which see; apart from it because of its size only.

#include "harness/pickle/machine.h"
#include "harness/pickle/machine_memo.h"
#include "harness/pickle/machine_ops.h"
#include "harness/pickle/machine_plain.h"

namespace pickleproof {

template <class World>
Verdict Machine<World>::Load(std::string_view data) {
  const Discipline discipline = Has(Quirk::kPythonFrames) ? Discipline::kPython
                                : Has(Quirk::kFileFrames) ? Discipline::kFile
                                                          : Discipline::kMemory;
  Input input(data, discipline);
  if (data.size() > options_.limits.bytes) {
    error_ = {ErrorCode::kLimit, 0, "the input is longer than Limits.bytes", "MemoryError"};
    return Verdict::kOutOfMemory;
  }
  return Load(input);
}

template <class World>
Verdict Machine<World>::Load(Input& input) {
  marks_.clear();
  protocol_ = 0;
  if (stack_.data() == nullptr && !stack_.Reserve(2 * kRoom)) return Verdict::kOutOfMemory;
  stack_.clear();
  fence_ = stack_.data();
  stack_end_ = stack_.data() + stack_.capacity_bytes() / sizeof(Value);
  return Run(input);
}

template <class World>
Verdict Machine<World>::Run(Input& input) {
  Registers r{input.next(), input.limit(), stack_.data()};
  uint64_t start = 0;  // of the instruction that runs
  steps_left_ = options_.limits.steps;
  Step step = Step::kDone;
  while (step == Step::kDone) {
    step = RunPlain(r);
    start = input.OffsetOf(r.next) - (step == Step::kFailed ? 1 : 0);
    if (step == Step::kDone) step = Refuel(r);
    if (step == Step::kCareful) step = Execute(r, input);
  }
  input.set_next(r.next);
  if (step == Step::kStop) {
    value_ = *--r.top;
    consumed_ = input.consumed();
    DropFrom(stack_.data(), r);
    return Verdict::kAccept;
  }
  DropFrom(stack_.data(), r);
  consumed_ = input.OffsetOf(r.next);
  if (error_.offset == kNoOffset) error_.offset = start;
  if (error_.code == ErrorCode::kLimit) return Verdict::kOutOfMemory;
  return error_.code == ErrorCode::kUnsupported ? Verdict::kUnsupported : Verdict::kReject;
}

// What RunPlain ran out of: room on the stack, or steps.
template <class World>
auto Machine<World>::Refuel(Registers& r) -> Step {
  if (static_cast<size_t>(stack_end_ - r.top) < kRoom && !GrowStack(r)) {
    return Fail(ErrorCode::kLimit, "the stack is full", "MemoryError");
  }
  if (steps_left_ != 0) return Step::kDone;
  return Fail(ErrorCode::kLimit, "more instructions than Limits.steps", "MemoryError");
}

template <class World>
auto Machine<World>::PushUtf8(Registers& r, const char* bytes, uint64_t size) -> Step {
  const std::string_view text(bytes, static_cast<size_t>(size));
  if constexpr (requires { world_.CheckedText(text); }) {
    return Push(r, world_.CheckedText(text));
  }
  if (!IsUtf8(text, true)) [[unlikely]] {
    return Fail(ErrorCode::kBadEncoding, "a str that is no UTF-8", "UnicodeDecodeError");
  }
  return Push(r, world_.Text(Kind::kStr, text, true));
}

template <class World>
[[gnu::noinline]] bool Machine<World>::MemoPut(uint64_t index, Value v) {
  // Indices in order, as picklers write them, lie in an array; it is filled up for small gaps only,
  // so that no index makes it allocate more than it holds.
  while (index > memo_.size() && index <= 2 * memo_.size() + 64 && sparse_memo_.empty()) {
    if (!memo_.Push(World::kNoValue)) return false;
    ++memo_holes_;
  }
  if (index == memo_.size() && sparse_memo_.empty()) return memo_.Push(v);
  if (index < memo_.size()) {
    Value& slot = memo_[index];
    memo_holes_ -= slot == World::kNoValue ? 1 : 0;
    Drop(std::exchange(slot, v));
    return true;
  }
  if (MemoCount() >= options_.limits.memo) return false;
  const auto [entry, fresh] = sparse_memo_.try_emplace(index, v);
  if (!fresh) Drop(std::exchange(entry->second, v));
  return true;
}

template <class World>
auto Machine<World>::Memoize(Registers& r, uint64_t index) -> Step {
  if (r.top == fence_) [[unlikely]]
    return Underflow();
  const Value v = r.top[-1];
  world_.Share(v);
  const bool in_order = index == memo_.size() && sparse_memo_.empty();
  if (in_order ? memo_.Push(v) : MemoPut(index, v)) [[likely]]
    return Step::kDone;
  world_.Drop(v);
  return Fail(ErrorCode::kLimit, "more memo entries than Limits.memo", "MemoryError");
}

template <class World>
auto Machine<World>::Mark(Registers& r) -> Step {
  if (!marks_.Push(static_cast<size_t>(r.top - stack_.data()))) [[unlikely]] {
    return Fail(ErrorCode::kLimit, "more marks open than Limits.depth", "MemoryError");
  }
  fence_ = r.top;
  return Step::kDone;
}

template <class World>
auto Machine<World>::Get(Registers& r, uint64_t index) -> Step {
  const Value v = MemoGet(index);
  if (v == World::kNoValue) [[unlikely]] {
    missing_memo_ = index;
    return Fail(ErrorCode::kMemo, "a memo index that was never set");
  }
  world_.Share(v);
  *r.top++ = v;
  return Step::kDone;
}

template <class World>
auto Machine<World>::FoldTuple(Registers& r, size_t size) -> Step {
  if (Above(r) < size) [[unlikely]]
    return Underflow();
  const Value tuple = world_.Tuple({r.top - size, size});
  r.top -= size;
  return Push(r, tuple);
}

template <class World>
auto Machine<World>::MarkedTuple(Registers& r, Value* first) -> Step {
  if (first == nullptr) [[unlikely]]
    return NoMark();
  const Value tuple = world_.Tuple(From(first, r));
  r.top = first;
  return Push(r, tuple);
}

template <class World>
auto Machine<World>::Appends(Registers& r, Value* first, bool single) -> Step {
  if (first == nullptr) [[unlikely]]
    return NoMark();
  if (first <= fence_) [[unlikely]]
    return Underflow();
  if (first == r.top && !Has(Quirk::kEmptyBatchNeedsMethod)) return Step::kDone;
  const bool done = world_.Append(first[-1], From(first, r), single);
  r.top = first;
  return done ? Step::kDone : WorldFailed();
}

template <class World>
auto Machine<World>::SetItems(Registers& r, Value* first) -> Step {
  if (first == nullptr) [[unlikely]]
    return NoMark();
  if (first <= fence_) [[unlikely]]
    return Underflow();
  if (first == r.top) return Step::kDone;
  if ((r.top - first) % 2 != 0) {
    return Fail(ErrorCode::kStack, "an odd number of values for keys and values");
  }
  const bool done = world_.SetItems(first[-1], From(first, r));
  r.top = first;
  return done ? Step::kDone : WorldFailed();
}

template <class World>
auto Machine<World>::NewObject(Registers& r) -> Step {
  if (Above(r) < 2) return Underflow();
  r.top -= 2;
  return Push(r, world_.New(r.top[0], r.top[1], World::kNoValue));
}

template <class World>
auto Machine<World>::Build(Registers& r) -> Step {
  if (Above(r) < 2) return Underflow();
  --r.top;
  return world_.Build(r.top[-1], r.top[0]) ? Step::kDone : WorldFailed();
}

template <class World>
auto Machine<World>::AddItems(Registers& r, Value* first) -> Step {
  if (first == nullptr) [[unlikely]]
    return NoMark();
  if (first <= fence_) [[unlikely]]
    return Underflow();
  if (first == r.top && !Has(Quirk::kEmptyBatchNeedsMethod)) return Step::kDone;
  const bool done = world_.AddItems(first[-1], From(first, r));
  r.top = first;
  return done ? Step::kDone : WorldFailed();
}

}  // namespace pickleproof
