#pragma once
// opcode.def as a generator of programs needs it: what each opcode accepts from the stack, as sets
// of kinds of values, and what it leaves there.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "generators/ready_instructions.h"
#include "generators/stack_value.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {

struct ProgramShape;

// Of a size that makes finding one in a table cheap.
struct alignas(32) OpcodeRow {
  // What must be there besides operands, as bits.
  static constexpr uint8_t kMemoEntry = 1;
  static constexpr uint8_t kLowMemoEntry = 2;  // one that BINGET can name
  static constexpr uint8_t kNoFrame = 4;
  static constexpr uint8_t kBufferLeft = 8;
  static constexpr uint8_t kNeverThere = 16;  // keywords are strings: only who supplies them knows
  // What more a slice must be.
  enum class Slice : uint8_t { kAny, kHashable, kPairs, kInstance };
  // An operand, where it is missing.
  enum class Operand : uint8_t { kAny, kList, kDict, kSet, kName, kBuffer, kMark, kSlice };

  // How it is written and accounted for. The fewer ways there are, the oftener the processor is
  // right about the next.
  enum class Way : uint8_t { kReady, kMark, kDup, kPut, kGet, kSlice, kFrame, kBuffer };

  // Of the four topmost values, the topmost in the highest byte, kHashableBit for those that are
  // not taken: whether they are hashable does not matter.
  uint32_t ignored = 0x01010101U * kHashableBit;
  // The kinds of the operands, the topmost first; where a slice is taken, of its mark.
  std::array<StackValues, 3> accepts = {kAnything, kAnything, kAnything};
  ReadyRange ready;  // empty but for Way::kReady
  Opcode opcode = Opcode::STOP;
  Way way = Way::kReady;
  ArgKind arg = ArgKind::kNone;
  uint8_t protocol = 0;
  bool takes_slice = false;
  Slice slice = Slice::kAny;
  uint8_t needs = 0;  // kMemoEntry and the like
  uint8_t takes = 0;  // values, besides a slice
  bool pushes = false;
  StackValue pushed = StackValue::kLeaf;
  StackValue pushed_of_unhashables = StackValue::kLeaf;
  // As the table has them, the topmost last.
  std::array<Operand, 3> operands = {};
  uint8_t operand_count = 0;
  // How many instructions the opcode takes at most when its operands are supplied, itself and those
  // that clear the stack of its result included.
  uint8_t most_supplied = 0;
  static constexpr uint8_t kMostSupplied = 32;  // of all of them, and a power of two
};

static_assert(sizeof(OpcodeRow) == 32);

// The rows by byte, and which of them a shape has.
class OpcodeRows {
 public:
  explicit OpcodeRows(const ProgramShape& shape);

  const OpcodeRow& Of(Opcode opcode) const { return rows_[static_cast<uint8_t>(opcode)]; }
  // What programs are drawn from: rows, repeated by weight.
  const std::vector<OpcodeRow>& drawn() const { return drawn_; }
  // Those that push something without operands and not a container.
  const std::vector<OpcodeRow>& leaves() const { return leaves_; }
  // Those among them that push a str.
  const std::vector<OpcodeRow>& texts() const { return texts_; }
  // Those that take marks or values off the stack and make one of them, by lot; they need no
  // decision more.
  struct Clearing {
    std::array<const OpcodeRow*, 6> drawn;
    const OpcodeRow* sure;  // one that fits whatever is there
  };
  const Clearing& clearing(bool marked) const { return clearing_[marked ? 1 : 0]; }
  // What OpcodeRow::ready is a range of.
  const ReadyInstruction* ready() const { return ready_.data(); }

 private:
  std::span<const OpcodeRow, 256> rows_;  // all shapes share them
  std::vector<OpcodeRow> drawn_;
  std::vector<OpcodeRow> leaves_;
  std::vector<OpcodeRow> texts_;
  std::array<Clearing, 2> clearing_;
  std::span<const ReadyInstruction> ready_;
};

}  // namespace pickleproof
