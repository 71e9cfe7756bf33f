#pragma once
// Byte mutation where libFuzzer isn't there: for tests, puzzles and engines without one of their
// own. It has libFuzzer's signature, and so its state is global.

#include <cstddef>
#include <cstdint>

namespace pickleproof {

void SeedByteMutation(uint64_t seed);

// Changes, inserts, erases or repeats a few bytes in place; at most `max_size` are left. Returns
// how many.
size_t MutateBytes(uint8_t* data, size_t size, size_t max_size);

}  // namespace pickleproof
