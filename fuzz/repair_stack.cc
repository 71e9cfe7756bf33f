// What each opcode needs on the stack, how to get it, and what it leaves.

#include "fuzz/repair.h"

namespace pickleproof {

bool Repairer::SliceIsHashable(size_t begin, size_t step) const {
  for (size_t i = begin; i < stack_.size(); i += step) {
    if ((stack_[i] & kHashable) == 0) return false;
  }
  return true;
}

bool Repairer::Fits(Opcode opcode) const {
  const size_t above = Above();
  const bool marked = !marks_.empty();
  const size_t slice = SliceBegin();
  // Of what lies below the topmost mark.
  const auto below = [&](Value kind) {
    if (!marked || slice < 2) return false;
    const Value value = stack_[slice - 2];
    return value == kind || value == kInert;
  };
  const auto is = [&](size_t depth, Value kind) {
    return At(depth) == kind || At(depth) == kInert;
  };
  const auto is_tuple = [&](size_t depth) {
    return At(depth) == kTuple || At(depth) == kHashableTuple;
  };
  switch (opcode) {
    case Opcode::APPEND: return above >= 2 && is(1, kList);
    case Opcode::SETITEM: return above >= 3 && is(2, kDict) && HashableAt(1);
    case Opcode::BUILD: return above >= 2 && At(1) == kInert;
    case Opcode::REDUCE:
    case Opcode::NEWOBJ: return above >= 2 && is_tuple(0) && At(1) == kInert;
    case Opcode::NEWOBJ_EX: return above >= 3 && false;  // keywords must be strings: see Supply()
    case Opcode::STACK_GLOBAL: return above >= 2 && At(0) == kText && At(1) == kText;
    case Opcode::DUP:
    case Opcode::TUPLE1:
    case Opcode::BINPERSID: return above >= 1;
    case Opcode::POP: return above >= 1 || marked;
    case Opcode::TUPLE2: return above >= 2;
    case Opcode::TUPLE3: return above >= 3;
    case Opcode::READONLY_BUFFER: return above >= 1 && At(0) == kBuffer;
    case Opcode::NEXT_BUFFER: return buffers_left_ > 0;
    case Opcode::TUPLE:
    case Opcode::LIST:
    case Opcode::INST:
    case Opcode::POP_MARK: return marked;
    case Opcode::DICT: return marked && above % 2 == 0 && SliceIsHashable(slice, 2);
    case Opcode::FROZENSET: return marked && SliceIsHashable(slice, 1);
    case Opcode::OBJ: return marked && above >= 1 && stack_[slice] == kInert;
    case Opcode::APPENDS: return below(kList);
    case Opcode::SETITEMS: return below(kDict) && above % 2 == 0 && SliceIsHashable(slice, 2);
    case Opcode::ADDITEMS: return below(kSet) && SliceIsHashable(slice, 1);
    default: return true;
  }
}

void Repairer::PushMark() {
  Put(Opcode::MARK);
  marks_.push_back(static_cast<uint32_t>(stack_.size()));
  stack_.push_back(kMark);
}

bool Repairer::Supply(Opcode opcode) {
  static constexpr std::string_view kNone = "N", kGlobal = "cm\nn\n";
  switch (opcode) {
    case Opcode::APPEND: Push("]", kList); break;
    case Opcode::SETITEM:
      Push("}", kDict);
      Push(kNone, kLeaf);
      break;
    case Opcode::BUILD: Push(kGlobal, kInert); break;
    case Opcode::REDUCE:
    case Opcode::NEWOBJ:
    case Opcode::NEWOBJ_EX:
      Push(kGlobal, kInert);
      Push(")", kHashableTuple);
      if (opcode == Opcode::NEWOBJ_EX) Push("}", kDict);
      return true;
    case Opcode::STACK_GLOBAL:
      Push(std::string_view("\x8c\x01m", 3), kText);
      Push(std::string_view("\x8c\x01n", 3), kText);
      return true;
    case Opcode::TUPLE3: Push(kNone, kLeaf); [[fallthrough]];
    case Opcode::TUPLE2: Push(kNone, kLeaf); break;
    case Opcode::DUP:
    case Opcode::POP:
    case Opcode::TUPLE1:
    case Opcode::BINPERSID: break;
    case Opcode::APPENDS:
      Push("]", kList);
      PushMark();
      return true;
    case Opcode::SETITEMS:
      Push("}", kDict);
      PushMark();
      return true;
    case Opcode::ADDITEMS:
      Push("\x8f", kSet);
      PushMark();
      return true;
    case Opcode::TUPLE:
    case Opcode::LIST:
    case Opcode::DICT:
    case Opcode::INST:
    case Opcode::FROZENSET:
    case Opcode::POP_MARK: PushMark(); return true;
    case Opcode::OBJ:
      PushMark();
      Push(kGlobal, kInert);
      return true;
    default: return false;  // buffers
  }
  Push(kNone, kLeaf);
  return true;
}

// What opcodes that take a mark leave.
void Repairer::ApplyMarked(Opcode opcode) {
  const size_t begin = SliceBegin();
  const bool hashable = SliceIsHashable(begin, 1);
  stack_.resize(begin - 1);
  marks_.pop_back();
  switch (opcode) {
    case Opcode::TUPLE: stack_.push_back(hashable ? kHashableTuple : kTuple); break;
    case Opcode::LIST: stack_.push_back(kList); break;
    case Opcode::DICT: stack_.push_back(kDict); break;
    case Opcode::FROZENSET: stack_.push_back(kFrozenSet); break;
    case Opcode::INST:
    case Opcode::OBJ: stack_.push_back(kInert); break;
    default: break;  // APPENDS and the like change what lies below
  }
}

void Repairer::Apply(Opcode opcode) {
  const auto fold = [&](size_t count) {
    const bool hashable = SliceIsHashable(stack_.size() - count, 1);
    Drop(count);
    stack_.push_back(hashable ? kHashableTuple : kTuple);
  };
  switch (opcode) {
    case Opcode::MARK:
      marks_.push_back(static_cast<uint32_t>(stack_.size()));
      stack_.push_back(kMark);
      return;
    case Opcode::DUP: stack_.push_back(At(0)); return;
    case Opcode::POP:
      if (At(0) == kMark) marks_.pop_back();
      Drop(1);
      return;
    case Opcode::APPEND:
    case Opcode::BUILD: Drop(1); return;
    case Opcode::SETITEM: Drop(2); return;
    case Opcode::TUPLE1: fold(1); return;
    case Opcode::TUPLE2: fold(2); return;
    case Opcode::TUPLE3: fold(3); return;
    case Opcode::NEWOBJ_EX: Drop(1); [[fallthrough]];
    case Opcode::STACK_GLOBAL:
    case Opcode::REDUCE:
    case Opcode::NEWOBJ: Drop(1); [[fallthrough]];
    case Opcode::BINPERSID: stack_.back() = kInert; return;
    case Opcode::READONLY_BUFFER: return;
    case Opcode::TUPLE:
    case Opcode::LIST:
    case Opcode::DICT:
    case Opcode::FROZENSET:
    case Opcode::INST:
    case Opcode::OBJ:
    case Opcode::POP_MARK:
    case Opcode::APPENDS:
    case Opcode::SETITEMS:
    case Opcode::ADDITEMS: ApplyMarked(opcode); return;
    case Opcode::EMPTY_LIST: stack_.push_back(kList); return;
    case Opcode::EMPTY_DICT: stack_.push_back(kDict); return;
    case Opcode::EMPTY_SET: stack_.push_back(kSet); return;
    case Opcode::EMPTY_TUPLE: stack_.push_back(kHashableTuple); return;
    case Opcode::BYTEARRAY8: stack_.push_back(kUnhashable); return;
    case Opcode::NEXT_BUFFER:
      --buffers_left_;
      stack_.push_back(kBuffer);
      return;
    case Opcode::GLOBAL:
    case Opcode::EXT1:
    case Opcode::EXT2:
    case Opcode::EXT4:
    case Opcode::PERSID: stack_.push_back(kInert); return;
    case Opcode::UNICODE:
    case Opcode::BINUNICODE:
    case Opcode::SHORT_BINUNICODE:
    case Opcode::BINUNICODE8: stack_.push_back(kText); return;
    default: stack_.push_back(kLeaf); return;
  }
}

}  // namespace pickleproof
