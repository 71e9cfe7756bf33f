#pragma once
// 64-bit mixing for hashes inside one process: of keys, of colours. Kept apart because key.h and
// canonical.h need the same. Nothing here is stable across versions and nothing is written to disk.

#include <cstdint>
#include <string_view>

#include "harness/base/bytes.h"

namespace pickleproof {

// Both halves of the 128-bit product, folded; after wyhash (Wang Yi, public domain).
inline uint64_t Mix(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline constexpr uint64_t kMixOdd = 0xa0761d6478bd642fU;
inline constexpr uint64_t kMixEven = 0xe7037ed1a0b428dbU;

// A hash of `value` in which every bit depends on every bit.
inline uint64_t MixOne(uint64_t value, uint64_t salt = 0) {
  return Mix(value ^ kMixOdd, salt ^ kMixEven);
}

// Appends `value` to the hash of a sequence.
inline uint64_t MixInto(uint64_t hash, uint64_t value) {
  return Mix(hash ^ kMixEven, value ^ kMixOdd) + 0x9e3779b97f4a7c15U;
}

// A hash of bytes, eight at a time.
inline uint64_t MixBytes(std::string_view bytes, uint64_t salt) {
  const char* p = bytes.data();
  const size_t size = bytes.size();
  uint64_t a = 0;
  uint64_t b = 0;
  uint64_t hash = salt ^ kMixOdd;
  if (size > 16) {
    size_t left = size;
    for (; left > 16; left -= 16, p += 16) {
      hash = Mix(LoadLittle<uint64_t>(p) ^ kMixEven, LoadLittle<uint64_t>(p + 8) ^ hash);
    }
    a = LoadLittle<uint64_t>(p + left - 16);
    b = LoadLittle<uint64_t>(p + left - 8);
  } else if (size >= 8) {
    a = LoadLittle<uint64_t>(p);
    b = LoadLittle<uint64_t>(p + size - 8);
  } else if (size >= 4) {
    a = LoadLittle<uint32_t>(p);
    b = LoadLittle<uint32_t>(p + size - 4);
  } else if (size > 0) {
    a = uint64_t{static_cast<unsigned char>(p[0])} << 16 |
        uint64_t{static_cast<unsigned char>(p[size / 2])} << 8 |
        static_cast<unsigned char>(p[size - 1]);
  }
  return Mix(kMixEven ^ size, Mix(a ^ kMixEven, b ^ hash));
}

}  // namespace pickleproof
