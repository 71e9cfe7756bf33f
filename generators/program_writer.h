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
  // One decision tells the opcode and as much of what is to come of it as is decided every time:
  // there are kLots of each row. It is made one draw early, since a processor that was wrong about
  // a branch waits for the next number.
  static constexpr uint32_t kLots = 2 * ReadyRange::kLots;
  uint64_t DrawNext() { return choices_.Below(rows_.drawn().size() * kLots); }
  void DrawAndEmit() {
    const uint64_t drawn = next_;
    next_ = DrawNext();
    Emit(rows_.drawn()[drawn / kLots], drawn % kLots);
  }
  // One instruction, with what it needs before it, if need be; nothing where that would make the
  // program too long, and sometimes nothing else.
  [[gnu::always_inline]] void Emit(const OpcodeRow& row, uint32_t lot);
  // Without branches up to the slice, since none could be predicted, and shorter than a call.
  [[gnu::always_inline]] bool Fits(const OpcodeRow& row) const {
    const unsigned missing = (row.needs & ~there_) | stack_.Misfits(row);
    return missing == 0 && (row.slice == OpcodeRow::Slice::kAny || stack_.AcceptsSlice(row.slice));
  }
  // Writes an instruction whose operands are there and keeps account of what it does. `lot` is
  // below ReadyRange::kLots.
  [[gnu::always_inline]] void Apply(const OpcodeRow& row, uint32_t lot);
  [[gnu::always_inline]] void ApplyReady(const OpcodeRow& row, uint32_t lot);
  void ApplyAnew(const OpcodeRow& row);
  void ApplyPut(Opcode opcode);
  void ApplyGet(Opcode opcode);
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
  // Text that can name a module or a global.
  void PushName();
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

  void MakeRoom() {
    if (room_end_ - out_ < static_cast<ptrdiff_t>(kLongestInstruction)) Grow();
  }
  [[gnu::always_inline]] void PutReady(const OpcodeRow& row, size_t place) {
    const ReadyInstruction& ready = rows_.ready()[place];
    MakeRoom();
    std::memcpy(out_, ready.bytes.data(), ready.bytes.size());
    out_ += ready.size;
    ++count_;
    stack_.ApplyPlain(row, ready.pushed);
  }
  // An opcode, with room behind it for an argument of any kind.
  void Put(Opcode opcode) {
    MakeRoom();
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
  [[gnu::noinline]] void Grow();

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
  uint64_t next_ = 0;   // what DrawAndEmit() will take
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
  next_ = DrawNext();
}

template <typename Driver>
void ProgramWriter<Driver>::WellFormed() {
  Begin();
  const uint64_t aim = choices_.Between(shape_.min_instructions, shape_.max_instructions);
  // What is drawn costs one instruction, and another that clears the stack of it.
  const auto left = [&] {
    const uint64_t need = count_ + 1 + stack_.ClearingCost();
    return need < aim ? aim - need : uint64_t{count_ + 1 < shape_.min_instructions};
  };
  for (uint64_t most = left(); most != 0; most = left()) {
    // So often at least, since no draw costs more: asking each time takes as long as drawing.
    for (uint64_t draws = (most - 1) / OpcodeRow::kMostSupplied + 1; draws != 0; --draws) {
      DrawAndEmit();
      if (frame_ != 0 && frame_instructions_-- == 0) CloseFrame();
    }
  }
  Finish();
}

template <typename Driver>
void ProgramWriter<Driver>::Emit(const OpcodeRow& row, uint32_t lot) {
  const auto too_long = [&] {
    return count_ + stack_.ClearingCost() + row.most_supplied > shape_.max_instructions;
  };
  if (!Fits(row)) {
    // Using what is there makes deeper programs than supplying operands each time.
    if (lot % 2 == 1 || too_long() || !Supply(row)) return;
  } else if (row.opcode == Opcode::MARK && too_long()) {
    return;  // a mark alone is as costly to clear as operands are
  }
  Apply(row, lot / 2);
}

// Takes marks and all values but one off the stack, by making something of them, and stops.
template <typename Driver>
void ProgramWriter<Driver>::Finish() {
  if (!Contains(kRealValues, stack_.Top())) PushLeaf();
  // STOP does not mind what lies below its value.
  const bool tidy = !choices_.Chance(1, 16);
  while (tidy && stack_.size() > 1) {
    const OpcodeRows::Clearing& clearing = rows_.clearing(stack_.marks() != 0);
    const OpcodeRow& drawn = *choices_.Pick(clearing.drawn);
    const OpcodeRow& row = Fits(drawn) ? drawn : *clearing.sure;
    if (row.way == OpcodeRow::Way::kSlice) {
      ApplySlice(row);
    } else {
      PutReady(row, row.ready.begin);
    }
  }
  Put(Opcode::STOP);
  if (frame_ != 0) CloseFrame();
}

// ---- Single instructions.

template <typename Driver>
void ProgramWriter<Driver>::Apply(const OpcodeRow& row, uint32_t lot) {
  switch (row.way) {
    case OpcodeRow::Way::kReady: return ApplyReady(row, lot);
    case OpcodeRow::Way::kMark: return PushMark();
    case OpcodeRow::Way::kDup: return Push(row.opcode, stack_.Top());
    case OpcodeRow::Way::kPut: return ApplyPut(row.opcode);
    case OpcodeRow::Way::kGet: return ApplyGet(row.opcode);
    case OpcodeRow::Way::kSlice: return ApplySlice(row);
    case OpcodeRow::Way::kFrame: return OpenFrame();
    case OpcodeRow::Way::kBuffer:
      if (--buffers_left_ == 0) there_ &= ~unsigned{OpcodeRow::kBufferLeft};
      return Push(row.opcode, row.pushed);
  }
}

template <typename Driver>
void ProgramWriter<Driver>::ApplyReady(const OpcodeRow& row, uint32_t lot) {
  const uint32_t drawn = row.ready.Of(lot);
  if (drawn >= row.ready.count) return ApplyAnew(row);
  PutReady(row, row.ready.begin + drawn);
}

// Opcodes whose arguments may be drawn anew take nothing from the stack.
template <typename Driver>
[[gnu::noinline]] void ProgramWriter<Driver>::ApplyAnew(const OpcodeRow& row) {
  Push(row.opcode, row.pushed);
  out_ = WriteArgument(choices_, row.arg, out_);
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
