#pragma once
// The part of ProgramWriter that supplies the operands of an opcode, and the part that spoils
// programs.

#include <array>

#include "generators/program_writer.h"

namespace pickleproof {

// ---- Pushing.

template <typename Driver>
void ProgramWriter<Driver>::PushName() {
  const OpcodeRow& text = choices_.Pick(rows_.texts());
  PutReady(text, text.ready.begin + choices_.Below(text.ready.names));
}

template <typename Driver>
void ProgramWriter<Driver>::PushLeaf(bool hashable) {
  const uint64_t drawn = choices_.Below(rows_.leaves().size() * ReadyRange::kLots);
  const OpcodeRow& leaf = rows_.leaves()[drawn / ReadyRange::kLots];
  ApplyReady(hashable && leaf.opcode == Opcode::BYTEARRAY8 ? rows_.Of(Opcode::NONE) : leaf,
             drawn % ReadyRange::kLots);
}

template <typename Driver>
void ProgramWriter<Driver>::PushInert() {
  const bool stack_global = shape_.protocol >= 4 && choices_.Chance(1, 2);
  if (!stack_global) {
    const auto lot = static_cast<uint32_t>(choices_.Below(ReadyRange::kLots));
    return ApplyReady(rows_.Of(Opcode::GLOBAL), lot);
  }
  PushName();
  PushName();
  ApplyReady(rows_.Of(Opcode::STACK_GLOBAL), 0);
}

// An empty container in the shortest way that the protocol has.
template <typename Driver>
void ProgramWriter<Driver>::PushEmpty(Operand operand) {
  const bool text = shape_.protocol < 1;
  if (text) Put(Opcode::MARK);
  if (operand == Operand::kList) {
    Push(text ? Opcode::LIST : Opcode::EMPTY_LIST, StackValue::kList);
  } else if (operand == Operand::kDict) {
    Push(text ? Opcode::DICT : Opcode::EMPTY_DICT, StackValue::kDict);
  } else {
    Push(Opcode::EMPTY_SET, StackValue::kSet);
  }
}

// An argument tuple.
template <typename Driver>
void ProgramWriter<Driver>::PushTuple() {
  PushMark();
  for (uint64_t count = choices_.Below(3); count > 0; --count) PushLeaf();
  ApplySlice(rows_.Of(Opcode::TUPLE));
}

// A dict from strings.
template <typename Driver>
void ProgramWriter<Driver>::PushKeywords() {
  PushEmpty(Operand::kDict);
  for (uint64_t count = choices_.Below(3); count > 0; --count) {
    PushName();
    PushLeaf();
    ApplyReady(rows_.Of(Opcode::SETITEM), 0);
  }
}

template <typename Driver>
void ProgramWriter<Driver>::PushPairs() {
  for (uint64_t count = choices_.Below(3); count > 0; --count) {
    PushLeaf(true);
    PushLeaf();
  }
}

// ---- Supplying what an opcode needs. How much that is at most stands in MostSupplied()
// (opcode_rows.cc).

template <typename Driver>
bool ProgramWriter<Driver>::Supply(const OpcodeRow& row) {
  switch (row.opcode) {
    // Rows that say less than is needed.
    case Opcode::REDUCE:
    case Opcode::NEWOBJ:
    case Opcode::NEWOBJ_EX:
    case Opcode::BUILD:
    case Opcode::OBJ: SupplyCall(row.opcode); return row.opcode != Opcode::NEWOBJ_EX;
    case Opcode::SETITEM:
    case Opcode::SETITEMS:
    case Opcode::DICT:
    case Opcode::ADDITEMS:
    case Opcode::FROZENSET: SupplyItems(row.opcode); return true;
    case Opcode::BINGET:
      PushLeaf();
      ApplyPut(Opcode::BINPUT);
      return true;
    // Nothing that could be supplied.
    case Opcode::FRAME:
    case Opcode::NEXT_BUFFER: return false;
    case Opcode::READONLY_BUFFER:
      if (buffers_left_ == 0) return false;
      break;
    default: break;
  }
  if (row.operand_count == 0) {
    // Only memo opcodes need what their row does not say.
    PushLeaf();
    if (memo_.size() == 0) ApplyPut(shape_.protocol >= 1 ? Opcode::BINPUT : Opcode::PUT);
  }
  for (size_t i = 0; i < row.operand_count; ++i) SupplyOperand(row.operands[i]);
  return true;
}

template <typename Driver>
void ProgramWriter<Driver>::SupplyOperand(Operand operand) {
  switch (operand) {
    case Operand::kAny: PushLeaf(); return;
    case Operand::kList:
    case Operand::kDict:
    case Operand::kSet: PushEmpty(operand); return;
    case Operand::kName: PushName(); return;
    case Operand::kBuffer: Apply(rows_.Of(Opcode::NEXT_BUFFER), 0); return;
    case Operand::kMark: PushMark(); return;
    case Operand::kSlice:
      for (uint64_t count = choices_.Below(4); count > 0; --count) PushLeaf();
      return;
  }
}

template <typename Driver>
void ProgramWriter<Driver>::SupplyCall(Opcode opcode) {
  if (opcode == Opcode::OBJ) PushMark();
  PushInert();
  if (opcode == Opcode::BUILD) return PushLeaf();
  if (opcode == Opcode::OBJ) {
    for (uint64_t count = choices_.Below(3); count > 0; --count) PushLeaf();
    return;
  }
  PushTuple();
  if (opcode != Opcode::NEWOBJ_EX) return;
  PushKeywords();
  // Keywords must be strings, which only this can vouch for: written without asking Fits().
  Put(opcode);
  stack_.Drop(3);
  stack_.Push(StackValue::kInert);
}

// Containers and what goes into them: hashable keys, pairs.
template <typename Driver>
void ProgramWriter<Driver>::SupplyItems(Opcode opcode) {
  if (opcode == Opcode::ADDITEMS) {
    PushEmpty(Operand::kSet);
  } else if (opcode == Opcode::SETITEM || opcode == Opcode::SETITEMS) {
    PushEmpty(Operand::kDict);
  }
  if (opcode == Opcode::SETITEM) {
    PushLeaf(true);
    PushLeaf();
    return;
  }
  PushMark();
  if (opcode == Opcode::DICT || opcode == Opcode::SETITEMS) return PushPairs();
  for (uint64_t count = choices_.Below(4); count > 0; --count) PushLeaf(true);
}

// ---- Spoiling.

template <typename Driver>
void ProgramWriter<Driver>::Malformed() {
  Begin();
  const uint64_t aim = choices_.Between(1, shape_.max_instructions);
  const uint64_t place = choices_.Below(aim);
  bool spoilt = false;
  while (count_ < aim) {
    if ((!spoilt && count_ >= place) || choices_.Chance(1, 8)) {
      Spoil();
      spoilt = true;
    } else {
      DrawAndEmit();
    }
    if (frame_ != 0 && frame_instructions_-- == 0 && choices_.Chance(7, 8)) CloseFrame();
  }
  if (choices_.Chance(7, 8)) Finish();
  if (choices_.Chance(1, 16)) out_ = memory_.data() + choices_.Below(size() + 1);
}

// One instruction that does not belong. The account of the stack is left alone: from here on it may
// be wrong.
template <typename Driver>
void ProgramWriter<Driver>::Spoil() {
  static constexpr std::array<uint32_t, 6> kWeights = {8, 8, 3, 2, 1, 1};
  switch (choices_.Weighted(kWeights)) {
    case 0: SpoilArgument(true); return;
    case 1: SpoilArgument(false); return;
    case 2: Put(static_cast<Opcode>(choices_.Below(256))); return;  // no opcode, mostly
    case 3:
      Put(Opcode::FRAME);
      PutLittle(choices_.Skewed(uint64_t{1} << choices_.Below(64)));
      return;
    case 4:
      Put(Opcode::PROTO);
      PutByte(choices_.Between(kHighestProtocol + 1, 255));
      return;
    default: Put(Opcode::STOP); return;
  }
}

template <typename Driver>
void ProgramWriter<Driver>::SpoilArgument(bool well_formed) {
  const OpcodeRow& row = choices_.Pick(rows_.drawn());
  Put(row.opcode);
  // An index far out makes _pickle allocate all entries before it.
  if (row.opcode == Opcode::LONG_BINPUT) {
    PutLittle(static_cast<uint32_t>(choices_.Below(shape_.max_memo)));
  } else if (row.opcode == Opcode::PUT && well_formed) {
    PutDecimal(choices_.Below(300));
  } else if (well_formed) {
    out_ = WriteArgument(choices_, row.arg, out_);
  } else {
    std::string argument;
    AppendBadArgument(choices_, row.arg, argument);
    out_ = Write(argument, out_);
  }
}

}  // namespace pickleproof
