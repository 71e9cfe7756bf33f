#pragma once
// Writes one opcode program: ProgramGenerator's work, for one driver of decisions. A template so
// that random decisions are inlined; included by opcode_programs.cc alone.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <vector>

#include "generators/argument_writing.h"
#include "generators/opcode_programs.h"
#include "generators/opcode_rows.h"
#include "generators/stack_account.h"

namespace pickleproof {

// `Driver` is Choices& or RandomChoices, which is kept by value: each decision waits for it.
template <typename Driver>
class ProgramWriter {
 public:
  using Operand = OpcodeRow::Operand;

  // `memory` is where the program is made; it grows as needed.
  ProgramWriter(const ProgramShape& shape, const OpcodeRows& rows, StackAccount& stack,
                MemoAccount& memo, std::vector<char>& memory, const Driver& choices)
      : shape_(shape),
        rows_(rows),
        stack_(stack),
        memo_(memo),
        memory_(memory),
        choices_(choices),
        out_(memory.data()),
        room_end_(memory.data() + memory.size()),
        buffers_left_(shape.buffers),
        there_(OpcodeRow::kNoFrame | (shape.buffers != 0 ? OpcodeRow::kBufferLeft : 0)) {
    stack_.Clear();
    memo_.Clear();
  }

  void WellFormed();
  void Malformed();

  const Driver& choices() const { return choices_; }
  std::string_view program() const { return {memory_.data(), size()}; }

 private:
  size_t size() const { return static_cast<size_t>(out_ - memory_.data()); }
  void Begin();
  void Finish();
  // One instruction, and what it needs before it where `supply`; nothing where that would make more
  // than `most` of the program.
  void Emit(const OpcodeRow& row, bool supply, uint32_t most);
  // Without branches up to the slice, since none could be predicted, and shorter than a call.
  [[gnu::always_inline]] bool Fits(const OpcodeRow& row) const {
    const unsigned missing = (row.needs & ~there_) | stack_.Misfits(row);
    return missing == 0 && (row.slice == OpcodeRow::Slice::kAny || stack_.AcceptsSlice(row.slice));
  }
  // Writes an instruction whose operands are there and keeps account of what it does.
  void Apply(const OpcodeRow& row);
  template <Opcode kAlike, ArgKind kArgument>
  void ApplyLike(const OpcodeRow& row);
  void ApplyPut(Opcode opcode);
  void ApplyGet(Opcode opcode);
  void ApplyPlain(const OpcodeRow& row) {
    Put(row.opcode);
    stack_.ApplyPlain(row);
  }
  template <ArgKind kArgument>
  void ApplyText(const OpcodeRow& row);
  void ApplyExtension(Opcode opcode);
  void ApplySlice(const OpcodeRow& row);

  // False where the instruction can't follow, or has already been written.
  bool Supply(const OpcodeRow& row);
  void SupplyCall(Opcode opcode);
  void SupplyItems(Opcode opcode);
  void SupplyOperand(Operand operand);
  void Push(Opcode opcode, StackValue value) {
    Put(opcode);
    stack_.Push(value);
  }
  void PushLeaf(bool hashable = false);
  void PushInert();
  void PushName(const OpcodeRow& text, std::string_view name);
  void PushWord() {
    const OpcodeRow& text = choices_.Pick(rows_.texts());
    PushName(text, choices_.Pick(kWords).view());
  }
  void PushEmpty(Operand operand);
  void PushTuple();
  void PushKeywords();
  void PushPairs();
  void PushMark() {
    Put(Opcode::MARK);
    stack_.PushMark();
  }

  void OpenFrame();
  void CloseFrame();

  void Spoil();
  void SpoilArgument(bool well_formed);

  // An opcode, with room behind it for an argument of any kind.
  void Put(Opcode opcode) {
    if (room_end_ - out_ < static_cast<ptrdiff_t>(kLongestInstruction)) Grow();
    *out_++ = static_cast<char>(opcode);
    ++count_;
  }
  void PutByte(uint64_t byte) { *out_++ = static_cast<char>(byte); }
  template <typename Value>
  void PutLittle(Value value) {
    std::memcpy(out_, &value, sizeof value);
    out_ += sizeof value;
  }
  // The first bytes of a value, however many: the rest is written over.
  template <typename Value>
  void PutFront(Value value, int width) {
    std::memcpy(out_, &value, sizeof value);
    out_ += width;
  }
  void PutDecimal(uint64_t value) {
    constexpr size_t kLongest = 20;
    out_ = std::to_chars(out_, out_ + kLongest, value).ptr;
    *out_++ = '\n';
  }
  void PutIndex(bool decimal, bool one_byte, uint32_t index) {
    if (decimal) return PutDecimal(index);
    PutFront(index, one_byte ? 1 : 4);
  }
  void Grow();

  static constexpr size_t kLongestInstruction = 1 + kLongestArgument;
  static constexpr size_t kFrameHeader = 8;
  static constexpr int kMostDraws = 16;

  const ProgramShape& shape_;
  const OpcodeRows& rows_;
  StackAccount& stack_;
  MemoAccount& memo_;
  std::vector<char>& memory_;
  Driver choices_;
  char* out_;
  char* room_end_;
  uint32_t count_ = 0;  // instructions so far
  uint32_t buffers_left_;
  unsigned there_;                   // of what OpcodeRow::needs names
  size_t frame_ = 0;                 // where the open frame's length is; 0 where none is open
  uint32_t frame_instructions_ = 0;  // until it closes
};

template <typename Driver>
void ProgramWriter<Driver>::Grow() {
  const size_t written = size();
  memory_.resize(std::max(2 * memory_.size(), written + 8 * kLongestInstruction));
  out_ = memory_.data() + written;
  room_end_ = memory_.data() + memory_.size();
}

// ---- Whole programs.

template <typename Driver>
void ProgramWriter<Driver>::Begin() {
  if (shape_.protocol >= 2 && !choices_.Chance(1, 8)) {
    Put(Opcode::PROTO);
    PutByte(choices_.Between(2, static_cast<uint64_t>(shape_.protocol)));
  }
  // Under a mark nothing is lost: in the end it all goes into one tuple, list or dict.
  if (choices_.Chance(1, 2)) PushMark();
}

template <typename Driver>
void ProgramWriter<Driver>::WellFormed() {
  Begin();
  const uint64_t aim = choices_.Between(shape_.min_instructions, shape_.max_instructions);
  // What is drawn costs one instruction, and another that clears the stack of it.
  while (count_ + 1 < shape_.min_instructions || count_ + 1 + stack_.ClearingCost() < aim) {
    const OpcodeRow& row = choices_.Pick(rows_.drawn());
    // Using what is there makes deeper programs than supplying operands each time.
    Emit(row, choices_.Chance(1, 2), shape_.max_instructions);
    if (frame_ != 0 && frame_instructions_-- == 0) CloseFrame();
  }
  Finish();
}

template <typename Driver>
void ProgramWriter<Driver>::Emit(const OpcodeRow& row, bool supply, uint32_t most) {
  const auto too_long = [&] { return count_ + stack_.ClearingCost() + row.most_supplied > most; };
  if (!Fits(row)) {
    if (!supply || too_long() || !Supply(row)) return;
  } else if (row.opcode == Opcode::MARK && too_long()) {
    return;  // a mark alone is as costly to clear as operands are
  }
  Apply(row);
}

// Takes marks and all values but one off the stack, by making something of them, and stops.
template <typename Driver>
void ProgramWriter<Driver>::Finish() {
  if (!Contains(kRealValues, stack_.Top())) PushLeaf();
  // STOP does not mind what lies below its value.
  const bool tidy = !choices_.Chance(1, 16);
  while (tidy && stack_.size() > 1) {
    static constexpr std::array<Opcode, 6> kMarked = {Opcode::TUPLE,    Opcode::LIST,
                                                      Opcode::DICT,     Opcode::APPENDS,
                                                      Opcode::SETITEMS, Opcode::ADDITEMS};
    static constexpr std::array<Opcode, 6> kPlain = {Opcode::TUPLE2, Opcode::TUPLE3,
                                                     Opcode::APPEND, Opcode::SETITEM,
                                                     Opcode::BUILD,  Opcode::POP};
    const bool marked = stack_.marks() != 0;
    const OpcodeRow& drawn = rows_.Of(marked ? choices_.Pick(kMarked) : choices_.Pick(kPlain));
    const OpcodeRow& plain = rows_.Of(shape_.protocol >= 2 ? Opcode::TUPLE2 : Opcode::POP);
    const OpcodeRow& sure = marked ? rows_.Of(Opcode::TUPLE) : plain;
    const OpcodeRow& row = drawn.protocol <= shape_.protocol && Fits(drawn) ? drawn : sure;
    if (marked) {
      ApplySlice(row);
    } else {
      ApplyPlain(row);
    }
  }
  Put(Opcode::STOP);
  if (frame_ != 0) CloseFrame();
}

// ---- Single instructions.

// One jump, to what is compiled for the opcode and its argument: random opcodes are never
// predicted.
template <typename Driver>
void ProgramWriter<Driver>::Apply(const OpcodeRow& row) {
  switch (row.alike) {
#define PICKLE_OPCODE(name, byte, protocol, arg, before, after, doc) \
  case Opcode::name: return ApplyLike<Opcode::name, ArgKind::arg>(row);
#include "harness/pickle/opcode.def"
  }
}

template <typename Driver>
template <Opcode kAlike, ArgKind kArgument>
void ProgramWriter<Driver>::ApplyLike(const OpcodeRow& row) {
  switch (kAlike) {
    case Opcode::MARK: return PushMark();
    case Opcode::DUP: return Push(kAlike, stack_.Top());
    case Opcode::FRAME: return OpenFrame();
    case Opcode::BINPUT: return ApplyPut(row.opcode);
    case Opcode::BINGET: return ApplyGet(row.opcode);
    case Opcode::UNICODE:
    case Opcode::BINUNICODE:
    case Opcode::SHORT_BINUNICODE:
    case Opcode::BINUNICODE8: return ApplyText<kArgument>(row);
    case Opcode::EXT1: return ApplyExtension(row.opcode);
    case Opcode::INST:
    case Opcode::TUPLE: return ApplySlice(row);
    case Opcode::PROTO: Put(kAlike); return PutByte(choices_.Below(kHighestProtocol + 1));
    case Opcode::NEXT_BUFFER:
      if (--buffers_left_ == 0) there_ &= ~unsigned{OpcodeRow::kBufferLeft};
      break;
    default: break;
  }
  if (kArgument == ArgKind::kNone) return ApplyPlain(row);
  Push(row.opcode, row.pushed);
  out_ = WriteArgument(choices_, kArgument, out_);
}

template <typename Driver>
void ProgramWriter<Driver>::ApplyPut(Opcode opcode) {
  Put(opcode);
  auto index = static_cast<uint32_t>(memo_.size());
  if (opcode != Opcode::MEMOIZE) {
    static constexpr std::array<uint32_t, 6> kIndices = {255, 256, 257, 65535, 65536, 1};
    if (choices_.Chance(1, 8)) index = std::min(choices_.Pick(kIndices), shape_.max_memo);
    if (opcode == Opcode::BINPUT) index %= 256;
    PutIndex(opcode == Opcode::PUT, opcode == Opcode::BINPUT, index);
  }
  memo_.Set(index, stack_.Top());
  there_ |= OpcodeRow::kMemoEntry | (index < 256 ? OpcodeRow::kLowMemoEntry : 0);
}

template <typename Driver>
void ProgramWriter<Driver>::ApplyGet(Opcode opcode) {
  const bool one_byte = opcode == Opcode::BINGET;
  size_t at = choices_.Below(memo_.size());
  // Not until one fits: decisions that have run out pick the first for ever.
  for (int tries = 0; one_byte && memo_.at(at).index > 255 && tries < kMostDraws; ++tries) {
    at = choices_.Below(memo_.size());
  }
  while (one_byte && memo_.at(at).index > 255) at = (at + 1) % memo_.size();
  const MemoAccount::Entry entry = memo_.at(at);
  Push(opcode, entry.value);
  PutIndex(opcode == Opcode::GET, one_byte, entry.index);
}

template <typename Driver>
template <ArgKind kArgument>
void ProgramWriter<Driver>::ApplyText(const OpcodeRow& row) {
  if (choices_.Chance(1, 4)) {
    const NamedGlobal& global = DrawGlobal(choices_, 5, true);
    PushName(row, choices_.Chance(1, 2) ? global.module : global.name);
    return;
  }
  Push(row.opcode, row.pushed);
  out_ = WriteArgument(choices_, kArgument, out_);
}

template <typename Driver>
void ProgramWriter<Driver>::ApplyExtension(Opcode opcode) {
  Push(opcode, StackValue::kInert);
  const int width = opcode == Opcode::EXT1 ? 1 : opcode == Opcode::EXT2 ? 2 : 4;
  const uint32_t limit = 0xffffffffU >> (32 - 8 * width);
  PutFront(std::min(ExtensionCodeLeaf(choices_), limit), width);
}

template <typename Driver>
void ProgramWriter<Driver>::ApplySlice(const OpcodeRow& row) {
  Put(row.opcode);
  if (row.opcode == Opcode::INST) {
    // Its names must be ASCII, unlike GLOBAL's.
    const NamedGlobal& global = DrawGlobal(choices_, 0, true);
    out_ = Write(global.module, out_);
    *out_++ = '\n';
    out_ = Write(global.name, out_);
    *out_++ = '\n';
  }
  stack_.ApplySlice(row);
}

template <typename Driver>
void ProgramWriter<Driver>::OpenFrame() {
  Put(Opcode::FRAME);
  frame_ = size();
  there_ &= ~unsigned{OpcodeRow::kNoFrame};
  PutLittle(uint64_t{0});
  frame_instructions_ = static_cast<uint32_t>(choices_.Below(12));
}

template <typename Driver>
void ProgramWriter<Driver>::CloseFrame() {
  const uint64_t length = size() - frame_ - kFrameHeader;
  std::memcpy(memory_.data() + frame_, &length, sizeof length);
  frame_ = 0;
  there_ |= OpcodeRow::kNoFrame;
}

}  // namespace pickleproof
