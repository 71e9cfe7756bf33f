#pragma once
// opcode.def as a generator of programs needs it: what each opcode accepts from the stack, as sets
// of kinds of values, and what it leaves there.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "harness/pickle/opcode.h"

namespace pickleproof {

struct ProgramShape;

// What is known about a value on the stack. One bit tells that it is hashable.
enum class StackValue : uint8_t {
  kNothing,  // what lies below the first one
  kMark,
  kList,
  kDict,
  kSet,
  kBuffer,
  kUnhashable,  // bytearray
  kTuple,       // of something that is not hashable
  kLeaf,        // None, bool, number, text
  kName,        // text that can name a module or a global
  kFrozenSet,
  kInert,
  kHashableTuple,
};
constexpr uint8_t kHashableBit = 8;

constexpr bool IsHashable(StackValue value) {
  return (static_cast<uint8_t>(value) & kHashableBit) != 0;
}

// A bit for each StackValue.
using StackValues = uint16_t;

constexpr StackValues SetOf(std::initializer_list<StackValue> values) {
  StackValues set = 0;
  for (const StackValue value : values)
    set |= static_cast<StackValues>(1U << static_cast<int>(value));
  return set;
}

constexpr bool Contains(StackValues set, StackValue value) {
  return (set >> static_cast<int>(value) & 1U) != 0;
}

constexpr StackValues kAnything = 0xffff;
constexpr StackValues kHashables = 0xff00;
constexpr StackValues kRealValues = kAnything & ~SetOf({StackValue::kNothing, StackValue::kMark});

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

  Opcode opcode = Opcode::STOP;
  // One that is written and accounted for in the same way.
  Opcode alike = Opcode::STOP;
  ArgKind arg = ArgKind::kNone;
  uint8_t protocol = 0;
  bool takes_slice = false;
  Slice slice = Slice::kAny;
  uint8_t needs = 0;  // kMemoEntry and the like
  uint8_t takes = 0;  // values, besides a slice
  bool pushes = false;
  StackValue pushed = StackValue::kLeaf;
  StackValue pushed_of_unhashables = StackValue::kLeaf;
  // The topmost comes first; where a slice is taken, its mark.
  std::array<StackValues, 3> accepts = {kAnything, kAnything, kAnything};
  // kHashableBit for those that are not taken: whether they are hashable does not matter.
  std::array<uint8_t, 3> ignored = {kHashableBit, kHashableBit, kHashableBit};
  // As the table has them, the topmost last.
  std::array<Operand, 3> operands = {};
  uint8_t operand_count = 0;
  // How many instructions the opcode takes at most when its operands are supplied, itself and those
  // that clear the stack of its result included.
  uint8_t most_supplied = 0;
};

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

 private:
  std::array<OpcodeRow, 256> rows_;
  std::vector<OpcodeRow> drawn_;
  std::vector<OpcodeRow> leaves_;
  std::vector<OpcodeRow> texts_;
};

}  // namespace pickleproof
