#pragma once
// The loop of the machine and the instructions that are worth having inside it. Part of machine.h,
// which see; apart from it because of its size only.

#include "harness/pickle/machine.h"
#include "harness/pickle/machine_ops.h"

namespace pickleproof {

template <class World>
Verdict Machine<World>::Load(std::string_view data) {
  const Discipline discipline = Has(Quirk::kPythonFrames) ? Discipline::kPython
                                : Has(Quirk::kFileFrames) ? Discipline::kFile
                                                          : Discipline::kMemory;
  Input input(data, discipline);
  marks_.clear();
  protocol_ = 0;
  if (stack_.data() == nullptr && !stack_.Reserve(64)) return Verdict::kOutOfMemory;
  stack_.clear();
  fence_ = stack_.data();
  stack_end_ = stack_.data() + stack_.capacity_bytes() / sizeof(Value);
  if (data.size() > options_.limits.bytes) {
    error_ = {ErrorCode::kLimit, 0, "the input is longer than Limits.bytes", "MemoryError"};
    return Verdict::kOutOfMemory;
  }
  return Run(input);
}

template <class World>
Verdict Machine<World>::Run(Input& input) {
  Registers r{input.next(), input.limit(), stack_.data()};
  const char* const begin = r.next;
  const char* start = begin;
  uint64_t fuel = options_.limits.steps;
  Step step = Step::kDone;
  while (step == Step::kDone) {
    start = r.next;
    if (r.top == stack_end_) [[unlikely]] {
      if (!GrowStack(r)) {
        step = Fail(ErrorCode::kLimit, "the stack is full", "MemoryError");
        break;
      }
    }
    if (fuel-- == 0) [[unlikely]] {
      step = Fail(ErrorCode::kLimit, "more instructions than Limits.steps", "MemoryError");
      break;
    }
    const char* byte = Take(r, input, 1);
    if (byte == nullptr) [[unlikely]] {
      step = Fail(ErrorCode::kTruncated, "the pickle ends without STOP", "EOFError");
      break;
    }
    const auto opcode = static_cast<Opcode>(*byte);
    switch (opcode) {
      case Opcode::BININT1: {
        const char* arg = Take(r, input, 1);
        step = arg == nullptr ? InputFailed(input)
                              : Push(r, world_.Int(static_cast<unsigned char>(*arg)));
        break;
      }
      case Opcode::BININT: {
        const char* arg = Take(r, input, 4);
        step = arg == nullptr ? InputFailed(input) : Push(r, world_.Int(Number<int32_t>(arg)));
        break;
      }
      case Opcode::BINFLOAT: {
        const char* arg = Take(r, input, 8);
        step = arg == nullptr ? InputFailed(input)
                              : Push(r, world_.Float(__builtin_bswap64(Number<uint64_t>(arg))));
        break;
      }
      case Opcode::SHORT_BINUNICODE: {
        const char* size = Take(r, input, 1);
        const char* arg =
            size == nullptr ? nullptr : Take(r, input, static_cast<unsigned char>(*size));
        step = arg == nullptr ? InputFailed(input)
                              : PushUtf8(r, arg, static_cast<unsigned char>(*size));
        break;
      }
      case Opcode::LONG1: {
        const char* size = Take(r, input, 1);
        const char* arg =
            size == nullptr ? nullptr : Take(r, input, static_cast<unsigned char>(*size));
        step = arg == nullptr ? InputFailed(input)
                              : Push(r, world_.Long({arg, static_cast<unsigned char>(*size)}));
        break;
      }
      case Opcode::NONE: *r.top++ = world_.None(); break;
      case Opcode::NEWTRUE: *r.top++ = world_.Bool(true); break;
      case Opcode::NEWFALSE: *r.top++ = world_.Bool(false); break;
      case Opcode::EMPTY_LIST: step = Push(r, world_.Empty(Kind::kList)); break;
      case Opcode::EMPTY_DICT: step = Push(r, world_.Empty(Kind::kDict)); break;
      case Opcode::EMPTY_TUPLE: step = Push(r, world_.Tuple({})); break;
      case Opcode::MARK:
        if (!marks_.Push(static_cast<size_t>(r.top - stack_.data()))) [[unlikely]] {
          step = Fail(ErrorCode::kLimit, "more marks open than Limits.depth", "MemoryError");
          break;
        }
        fence_ = r.top;
        break;
      case Opcode::MEMOIZE: step = Memoize(r, memo_count_); break;
      case Opcode::BINPUT: {
        const char* arg = Take(r, input, 1);
        step = arg == nullptr ? InputFailed(input) : Memoize(r, static_cast<unsigned char>(*arg));
        break;
      }
      case Opcode::BINGET: {
        const char* arg = Take(r, input, 1);
        step = arg == nullptr ? InputFailed(input) : Get(r, static_cast<unsigned char>(*arg));
        break;
      }
      case Opcode::LONG_BINGET: {
        const char* arg = Take(r, input, 4);
        step = arg == nullptr ? InputFailed(input) : Get(r, Number<uint32_t>(arg));
        break;
      }
      case Opcode::APPENDS: {
        Value* first = PopMark();
        step = first == nullptr ? NoMark() : Appends(r, first, false);
        break;
      }
      case Opcode::SETITEMS: {
        Value* first = PopMark();
        step = first == nullptr ? NoMark() : SetItems(r, first);
        break;
      }
      case Opcode::TUPLE1: step = FoldTuple(r, 1); break;
      case Opcode::TUPLE2: step = FoldTuple(r, 2); break;
      case Opcode::TUPLE3: step = FoldTuple(r, 3); break;
      case Opcode::STOP: step = Above(r) == 0 ? Underflow() : Step::kStop; break;
      default: step = Execute(opcode, r, input); break;
    }
  }
  input.set_next(r.next);
  if (step == Step::kStop) {
    value_ = *--r.top;
    consumed_ = input.consumed();
    DropFrom(stack_.data(), r);
    return Verdict::kAccept;
  }
  DropFrom(stack_.data(), r);
  consumed_ = static_cast<uint64_t>(r.next - begin);
  if (error_.offset == kNoOffset) error_.offset = static_cast<uint64_t>(start - begin);
  if (error_.code == ErrorCode::kLimit) return Verdict::kOutOfMemory;
  return error_.code == ErrorCode::kUnsupported ? Verdict::kUnsupported : Verdict::kReject;
}

template <class World>
auto Machine<World>::PushUtf8(Registers& r, const char* bytes, uint64_t size) -> Step {
  const std::string_view text(bytes, static_cast<size_t>(size));
  if (!IsUtf8(text, true)) [[unlikely]] {
    return Fail(ErrorCode::kBadEncoding, "a str that is no UTF-8", "UnicodeDecodeError");
  }
  return Push(r, world_.Text(Kind::kStr, text, true));
}

template <class World>
bool Machine<World>::MemoPut(uint64_t index, Value v) {
  // Indices in order, as picklers write them, lie in an array; it is filled up for small gaps only,
  // so that no index makes it allocate more than it holds.
  while (index > memo_.size() && index <= 2 * memo_.size() + 64 && sparse_memo_.empty()) {
    if (!memo_.Push(World::kNoValue)) return false;
  }
  if (index == memo_.size() && sparse_memo_.empty()) {
    ++memo_count_;
    return memo_.Push(v);
  }
  if (index < memo_.size()) {
    Value& slot = memo_[index];
    memo_count_ += slot == World::kNoValue ? 1 : 0;
    Drop(slot);
    slot = v;
    return true;
  }
  if (memo_count_ >= options_.limits.memo) return false;
  const auto [entry, fresh] = sparse_memo_.try_emplace(index, v);
  memo_count_ += fresh ? 1 : 0;
  if (!fresh) Drop(std::exchange(entry->second, v));
  return true;
}

template <class World>
auto Machine<World>::Memoize(Registers& r, uint64_t index) -> Step {
  if (r.top == fence_) [[unlikely]]
    return Underflow();
  const Value v = r.top[-1];
  world_.Share(v);
  if (index == memo_.size() && sparse_memo_.empty()) [[likely]] {
    ++memo_count_;
    if (memo_.Push(v)) [[likely]]
      return Step::kDone;
  } else if (MemoPut(index, v)) {
    return Step::kDone;
  }
  world_.Drop(v);
  return Fail(ErrorCode::kLimit, "more memo entries than Limits.memo", "MemoryError");
}

template <class World>
auto Machine<World>::Get(Registers& r, uint64_t index) -> Step {
  const Value v = MemoGet(index);
  if (v == World::kNoValue) [[unlikely]] {
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
auto Machine<World>::Appends(Registers& r, Value* first, bool single) -> Step {
  if (first <= fence_) [[unlikely]]
    return Underflow();
  if (first == r.top && !Has(Quirk::kEmptyBatchNeedsMethod)) return Step::kDone;
  const bool done = world_.Append(first[-1], From(first, r), single);
  r.top = first;
  return done ? Step::kDone : WorldFailed();
}

template <class World>
auto Machine<World>::SetItems(Registers& r, Value* first) -> Step {
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
auto Machine<World>::AddItems(Registers& r, Value* first) -> Step {
  if (first <= fence_) [[unlikely]]
    return Underflow();
  if (first == r.top && !Has(Quirk::kEmptyBatchNeedsMethod)) return Step::kDone;
  const bool done = world_.AddItems(first[-1], From(first, r));
  r.top = first;
  return done ? Step::kDone : WorldFailed();
}

}  // namespace pickleproof
