#pragma once
// What a generator of programs knows about values on the stack, as a machine will have them.

#include <cstdint>
#include <initializer_list>

namespace pickleproof {

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

}  // namespace pickleproof
