#pragma once
// Instructions that were made beforehand. Most of a program is copied from here, one decision for
// each: drawing an argument takes several, none of which a processor can predict.

#include <array>
#include <cstdint>
#include <vector>

#include "generators/stack_value.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {

// Copied as a whole, whatever its size.
struct alignas(32) ReadyInstruction {
  std::array<char, 30> bytes{};
  uint8_t size = 0;
  StackValue pushed = StackValue::kLeaf;  // where its operands are hashable
};

// Those of one opcode in their vector, the shortest first.
struct ReadyRange {
  static constexpr uint32_t kLots = 64;

  // Which one of `count + anew`, at most kLots, a number below kLots stands for.
  uint32_t Of(uint32_t lot) const { return (lot * (uint32_t{count} + anew)) / kLots; }

  uint16_t begin = 0;
  uint8_t count = 0;
  uint8_t names = 0;  // how many of them, the first ones, can name a module or a global
  uint8_t anew = 0;   // in so many of `count + anew` cases the argument is drawn anew
};

// Appends the instructions of an opcode that takes what the program has into no account but by its
// operands. `pushed` is what it pushes where its argument does not say.
ReadyRange AppendReady(const OpcodeInfo& info, StackValue pushed,
                       std::vector<ReadyInstruction>& out);

}  // namespace pickleproof
