#pragma once
// The fast loop of the machine: the instructions of which pickles mostly consist. Part of
// machine.h, which see; apart from it because here every cycle counts. It keeps its state in
// registers, asks for steps and stack once for many instructions, and reads arguments without
// asking as long as the end of the input is far. What needs more care it leaves untouched to
// machine_ops.h.

#include <algorithm>

#include "harness/pickle/machine.h"

namespace pickleproof {

// The most bytes that a plain instruction reads without asking, its opcode included.
inline constexpr ptrdiff_t kLookahead = 16;

template <class World>
auto Machine<World>::PlainPush(Registers& r, size_t size, Value v) -> Step {
  // Where a limit was hit, nothing has changed and Execute will find the words.
  if (v == World::kNoValue) [[unlikely]] {
    if constexpr (requires { World::kFailsForGood; }) return WorldFailed();
    return Step::kCareful;
  }
  r.next += size;
  *r.top++ = v;
  return Step::kDone;
}

template <class World>
template <typename T>
auto Machine<World>::PlainInt(Registers& r) -> Step {
  if (r.limit - r.next < kLookahead) [[unlikely]]
    return Step::kCareful;
  return PlainPush(r, 1 + sizeof(T), world_.Int(Number<T>(r.next + 1)));
}

template <class World>
auto Machine<World>::PlainLong(Registers& r) -> Step {
  if (r.limit - r.next < kLookahead) [[unlikely]]
    return Step::kCareful;
  const auto size = Number<uint8_t>(r.next + 1);
  if (size == 0 || size > 8) [[unlikely]]
    return Step::kCareful;
  const unsigned unused = 64 - 8 * size;
  const auto value = static_cast<int64_t>(Number<uint64_t>(r.next + 2) << unused) >> unused;
  return PlainPush(r, 2 + size, world_.Int(value));
}

template <class World>
auto Machine<World>::PlainFloat(Registers& r) -> Step {
  if (r.limit - r.next < kLookahead) [[unlikely]]
    return Step::kCareful;
  return PlainPush(r, 9, world_.Float(__builtin_bswap64(Number<uint64_t>(r.next + 1))));
}

template <class World>
auto Machine<World>::PlainText(Registers& r) -> Step {
  if (r.limit - r.next < kLookahead) [[unlikely]]
    return Step::kCareful;
  const size_t size = Number<uint8_t>(r.next + 1);
  const std::string_view text(r.next + 2, size);
  if constexpr (requires { world_.CheckedText(text); }) {
    if (static_cast<size_t>(r.limit - r.next) < 2 + size) return Step::kCareful;
    return PlainPush(r, 2 + size, world_.CheckedText(text));
  }
  if (static_cast<size_t>(r.limit - r.next) < 2 + size ||
      (!IsAsciiPadded(text) && !IsUtf8(text, true))) [[unlikely]] {
    return Step::kCareful;
  }
  return PlainPush(r, 2 + size, world_.Text(Kind::kStr, text, true));
}

template <class World>
template <typename T>
auto Machine<World>::PlainPut(Registers& r) -> Step {
  if (r.limit - r.next < kLookahead || Number<T>(r.next + 1) != memo_.size()) [[unlikely]]
    return Step::kCareful;
  if (!sparse_memo_.empty() || r.top == fence_ || !memo_.Push(r.top[-1])) [[unlikely]]
    return Step::kCareful;
  world_.Share(r.top[-1]);
  r.next += 1 + sizeof(T);
  return Step::kDone;
}

// A run of BININT1, of which lists of small ints consist.
template <class World>
auto Machine<World>::PlainSmallInts(Registers& r, uint64_t& credit) -> Step {
  if (r.limit - r.next < kLookahead) [[unlikely]]
    return Step::kCareful;
  const char* const far = r.limit - kLookahead;
  for (;; --credit) {
    const Step step = PlainPush(r, 2, world_.Int(Number<uint8_t>(r.next + 1)));
    if (step != Step::kDone) [[unlikely]]
      return step;
    if (credit == 1 || r.next > far || *r.next != static_cast<char>(Opcode::BININT1)) return step;
  }
}

// A run of BINGET and LONG_BINGET. Which of the two comes next can't be foreseen, so there is no
// branch on it; and as the place of the next opcode depends on this one, the loop reads it at both
// places that it may have, a step ahead.
template <class World>
auto Machine<World>::PlainGets(Registers& r, uint64_t& credit) -> Step {
  if (r.limit - r.next < kLookahead || memo_holes_ != 0) [[unlikely]]
    return Step::kCareful;
  constexpr auto kNarrow = static_cast<uint8_t>(Opcode::BINGET);
  static_assert((static_cast<uint8_t>(Opcode::LONG_BINGET) ^ kNarrow) == 2);
  const char* const far = r.limit - kLookahead;
  const Value* const memo = memo_.data();
  const size_t count = memo_.size();
  for (size_t wide = Number<uint8_t>(r.next) >> 1U & 1U;; --credit) {
    const size_t after_narrow = Number<uint8_t>(r.next + 2);
    const size_t after_wide = Number<uint8_t>(r.next + 5);
    const size_t next_opcode = after_narrow ^ ((after_narrow ^ after_wide) & (0U - wide));
    const size_t index = Number<uint32_t>(r.next + 1) & (0xffU | (0U - wide));
    if (index >= count) [[unlikely]]
      return Step::kCareful;
    world_.Share(memo[index]);
    *r.top++ = memo[index];
    r.next += 2 + 3 * wide;
    if (credit == 1 || r.next > far || (next_opcode & ~size_t{2}) != kNarrow) return Step::kDone;
    wide = next_opcode >> 1U & 1U;
  }
}

// Runs instructions until one needs care (kCareful, and it has not been begun), one fails (it has
// no argument, and its byte has been read), STOP, or steps or stack are used up (kDone).
template <class World>
[[gnu::noinline]] auto Machine<World>::RunPlain(Registers& registers) -> Step {
  Registers r = registers;  // a copy whose address nobody sees, so that it needs no memory
  const uint64_t granted = std::min(steps_left_, static_cast<uint64_t>(stack_end_ - r.top));
  uint64_t credit = granted;  // an instruction pushes one value at most
  Step step = Step::kDone;
  for (; credit != 0; --credit) {
    if (r.next == r.limit) [[unlikely]] {
      step = Step::kCareful;
      break;
    }
    switch (static_cast<Opcode>(*r.next)) {
      case Opcode::BININT1: step = PlainSmallInts(r, credit); break;
      case Opcode::BININT2: step = PlainInt<uint16_t>(r); break;
      case Opcode::BININT: step = PlainInt<int32_t>(r); break;
      case Opcode::LONG1: step = PlainLong(r); break;
      case Opcode::BINFLOAT: step = PlainFloat(r); break;
      case Opcode::SHORT_BINUNICODE: step = PlainText(r); break;
      case Opcode::BINPUT: step = PlainPut<uint8_t>(r); break;
      case Opcode::LONG_BINPUT: step = PlainPut<uint32_t>(r); break;
      case Opcode::BINGET:
      case Opcode::LONG_BINGET: step = PlainGets(r, credit); break;
      case Opcode::NONE: step = Push(Next(r), world_.None()); break;
      case Opcode::NEWTRUE: step = Push(Next(r), world_.Bool(true)); break;
      case Opcode::NEWFALSE: step = Push(Next(r), world_.Bool(false)); break;
      case Opcode::EMPTY_LIST: step = Push(Next(r), world_.Empty(Kind::kList)); break;
      case Opcode::EMPTY_DICT: step = Push(Next(r), world_.Empty(Kind::kDict)); break;
      case Opcode::EMPTY_TUPLE: step = Push(Next(r), world_.Tuple({})); break;
      case Opcode::MARK: step = Mark(Next(r)); break;
      case Opcode::MEMOIZE: step = Memoize(Next(r), MemoCount()); break;
      case Opcode::APPEND:
        step = Above(Next(r)) < 2 ? Underflow() : Appends(r, r.top - 1, true);
        break;
      case Opcode::APPENDS: step = Appends(Next(r), PopMark(), false); break;
      case Opcode::SETITEM: step = Above(Next(r)) < 3 ? Underflow() : SetItems(r, r.top - 2); break;
      case Opcode::SETITEMS: step = SetItems(Next(r), PopMark()); break;
      case Opcode::TUPLE: step = MarkedTuple(Next(r), PopMark()); break;
      case Opcode::TUPLE1: step = FoldTuple(Next(r), 1); break;
      case Opcode::TUPLE2: step = FoldTuple(Next(r), 2); break;
      case Opcode::TUPLE3: step = FoldTuple(Next(r), 3); break;
      case Opcode::NEWOBJ: step = NewObject(Next(r)); break;
      case Opcode::BUILD: step = Build(Next(r)); break;
      case Opcode::STOP: step = Above(Next(r)) == 0 ? Underflow() : Step::kStop; break;
      default: step = Step::kCareful;
    }
    if (step != Step::kDone) [[unlikely]]
      break;
  }
  steps_left_ -= granted - credit;
  registers = r;
  return step;
}

}  // namespace pickleproof
