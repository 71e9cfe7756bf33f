#pragma once
// What one load may cost. Checked before allocation, never on the word of a length in the input.

#include <cstddef>
#include <cstdint>

namespace pickleproof {

struct Limits {
  size_t bytes = size_t{4} << 30;  // of the input and of text made from it
  size_t nodes = size_t{1} << 28;  // of the graph
  size_t edges = size_t{1} << 29;
  size_t memo = size_t{1} << 28;   // entries, and the largest dense index
  uint64_t steps = ~uint64_t{0};   // instructions
  size_t depth = size_t{1} << 28;  // marks open at once
};

}  // namespace pickleproof
