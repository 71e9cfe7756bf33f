#pragma once
// Leaves written to memory: what leaves.h returns as values, for those that make thousands of
// instructions at a time and know their driver by type. Apart from leaves.h because here is what
// leaves are made of.
//
// Each Write... function writes to `out`, which must have room for kLongestLeaf bytes, and returns
// where it ended. `Driver` is Choices or any class of it.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "generators/choices.h"
#include "generators/leaves.h"

namespace pickleproof {

constexpr size_t kLongestLeaf = 1024;

// A few bytes that are copied as a whole, whatever their number.
struct Piece {
  constexpr Piece(const char* text) : Piece(std::string_view(text)) {}
  constexpr Piece(std::string_view text) : size(static_cast<uint8_t>(text.size())) {
    std::copy(text.begin(), text.end(), bytes.begin());
  }
  constexpr std::string_view view() const { return {bytes.data(), size}; }

  std::array<char, 15> bytes{};
  uint8_t size;
};

inline char* Write(const Piece& piece, char* out) {
  std::memcpy(out, piece.bytes.data(), piece.bytes.size());
  return out + piece.size;
}

inline char* Write(std::string_view text, char* out) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// ---- What leaves are made of. The plainest come first.

// Those below 8 are drawn among themselves as well.
inline constexpr size_t kSmallInts = 8;
inline constexpr auto kInts = std::to_array<int64_t>({
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    // At the boundaries.
    0,
    1,
    -1,
    2,
    10,
    127,
    128,
    -127,
    -128,
    -129,
    255,
    256,
    257,
    -255,
    -256,
    -257,
    32767,
    32768,
    -32768,
    -32769,
    65535,
    65536,
    65537,
    -65535,
    -65536,
    0x7fffffff,
    0x80000000,
    0x80000001,
    -0x7fffffff,
    -0x80000000LL,
    -0x80000001LL,
    0xffffffff,
    0x100000000,
    0x7fffffffffLL,
    -0x8000000000LL,
    -0x8000000001LL,
    0x20000000000000,
    0x20000000000001,
    std::numeric_limits<int64_t>::max(),
    std::numeric_limits<int64_t>::max() - 1,
    std::numeric_limits<int64_t>::min(),
    std::numeric_limits<int64_t>::min() + 1,
});

struct FloatBits {
  uint64_t bits;
  std::string_view text;  // as FLOAT has it
};
inline constexpr auto kFloats = std::to_array<FloatBits>({
    {0x0000000000000000, "0"},
    {0x3ff0000000000000, "1"},
    {0xbff8000000000000, "-1.5"},
    {0x8000000000000000, "-0"},
    {0x3fb999999999999a, "0.1"},
    {0x4059000000000000, "100"},
    {0x0000000000000001, "5e-324"},  // the smallest subnormal
    {0x8000000000000001, "-5e-324"},
    {0x000012688b70e62b, "1e-310"},
    {0x000fffffffffffff, "2.225073858507201e-308"},   // the largest subnormal
    {0x0010000000000000, "2.2250738585072014e-308"},  // the smallest normal
    {0x7fefffffffffffff, "1.7976931348623157e+308"},  // the largest
    {0xffefffffffffffff, "-1.7976931348623157e+308"},
    {0x4340000000000000, "9007199254740992"},  // 2**53
    {0x4340000000000001, "9007199254740994"},
    {0x41dfffffffc00000, "2147483647"},             // 2**31 - 1, equal to an int
    {0x43e0000000000000, "9.223372036854776e+18"},  // 2**63, equal to an int
    {0x444b1ae4d6e2ef50, "1e+21"},                  // 1e21, where repr turns to exponents
    {0x3eb0c6f7a0b5ed8d, "1e-06"},
    {0x7ff0000000000000, "inf"},
    {0xfff0000000000000, "-inf"},
    {0x7ff8000000000000, "nan"},
    {0xfff8000000000000, "nan"},
    {0x7ff8000000000001, "nan"},  // a quiet NaN with a payload
    {0x7ff0000000000001, "nan"},  // a signalling NaN
    {0xfff4deadbeef0001, "nan"},
    {0xffffffffffffffff, "nan"},
});

// What Python's float('nan') gives.
inline constexpr uint64_t kPythonNan = 0x7ff8000000000000;

// Short, so that distinct nodes of equal value are common.
inline constexpr auto kWords = std::to_array<Piece>(
    {"a", "b", "x", "key", "name", "value", "items", "spam", "__dict__", "_Mangled__x"});

inline constexpr auto kPieces = std::to_array<Piece>({
    "a",
    "text",
    " ",
    "\n",
    "\r",
    "\r\n",
    std::string_view("\0", 1),
    "\x1a",
    "\\",
    "\\u1234",
    "<\\u>",
    "\\U0001F600",
    "\\x41",
    "\\\\u0041",
    "'",
    "\"",
    "\t",
    "\x7f",
    "\xc2\x80",          // U+0080
    "\xc3\xa9",          // U+00E9
    "\xc3\xbf",          // U+00FF
    "\xc4\x80",          // U+0100
    "\xe2\x82\xac",      // U+20AC
    "\xef\xbb\xbf",      // U+FEFF
    "\xef\xbf\xbf",      // U+FFFF
    "\xed\x9f\xbf",      // U+D7FF
    "\xee\x80\x80",      // U+E000
    "\xf0\x90\x80\x80",  // U+10000
    "\xf0\x9f\x98\x80",  // U+1F600
    "\xf4\x8f\xbf\xbf",  // U+10FFFF
});

inline constexpr auto kSurrogatePieces = std::to_array<Piece>({
    "\xed\xa0\x80",              // U+D800
    "\xed\xb2\x80",              // U+DC80, what surrogateescape makes
    "\xed\xbf\xbf",              // U+DFFF
    "\xed\xa0\xbd\xed\xb8\x80",  // the pair of U+1F600, two code points
    "\xed\xb8\x80\xed\xa0\xbd",  // the same two the other way round
});

inline constexpr auto kGlobals = std::to_array<NamedGlobal>({
    {"m", "f", 0, true},
    {"m", "C", 0, true},
    {"__main__", "C", 0, true},
    {"builtins", "object", 0, true},
    {"builtins", "range", 0, true},
    {"builtins", "print", 0, true},
    {"builtins", "slice", 0, true},
    {"builtins", "complex", 0, true},
    {"builtins", "getattr", 0, true},
    {"builtins", "ValueError", 0, true},
    {"collections", "OrderedDict", 0, true},
    {"collections", "deque", 0, true},
    {"collections", "defaultdict", 0, true},
    {"collections", "UserDict", 0, true},
    {"functools", "reduce", 0, true},
    {"itertools", "zip_longest", 0, true},
    {"copyreg", "_reconstructor", 0, true},
    {"datetime", "datetime", 0, true},
    {"os", "system", 0, true},
    {"urllib.parse", "quote", 0, true},
    {"package.module", "Klass", 0, true},
    {"builtins", "str", 0, true},
    {"builtins", "set", 0, false},
    {"builtins", "bytes", 0, false},
    {"builtins", "FileNotFoundError", 3, true},
    {"builtins", "ModuleNotFoundError", 3, true},
    {"__builtin__", "xrange", 3, true},
    {"copy_reg", "_reconstructor", 3, true},
    {"m", "\xce\xb1", 3, true},  // a Greek letter
    {"m\xc3\xb6"
     "dul",
     "Na\xc3\xafve", 3, true},
    {"m", "Outer.Inner", 4, true},
    {"m", "C.method", 4, true},
    {"m", "f.<locals>.g", 4, true},
});

// ---- Numbers.

template <typename Driver>
int64_t DrawSmallInt(Driver& choices) {
  static constexpr std::array<uint32_t, 3> kWeights = {4, 5, 1};
  const size_t kind = choices.Weighted(kWeights);
  if (kind < 2) {
    const size_t first = kind == 0 ? 0 : kSmallInts;
    return kInts[first + choices.Below(kind == 0 ? kSmallInts : kInts.size() - kSmallInts)];
  }
  const uint64_t magnitude =
      choices.Skewed(static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
  const auto value = static_cast<int64_t>(magnitude);
  return choices.Chance(1, 2) ? -value : value;
}

// Where two's complement ends without surplus sign bytes.
inline char* CutSign(char* begin, char* end) {
  for (; end != begin; --end) {
    const bool negative = end - begin > 1 && (end[-2] & 0x80) != 0;
    if (end[-1] != (negative ? '\xff' : '\0')) break;
  }
  return end;
}

// Needs room for exponent / 8 + 2 bytes.
inline char* WritePowerOfTwo(uint32_t exponent, int delta, bool negative, char* out) {
  // One byte more than the power needs keeps the sign apart.
  const size_t size = exponent / 8 + 2;
  std::memset(out, 0, size);
  out[exponent / 8] = static_cast<char>(1U << (exponent % 8));
  int carry = delta;
  for (size_t i = 0; i < size && carry != 0; ++i) {
    const int sum = static_cast<unsigned char>(out[i]) + carry;
    out[i] = static_cast<char>(sum & 0xff);
    carry = sum < 0 ? -1 : sum > 0xff ? 1 : 0;
  }
  bool one = negative;
  for (size_t i = 0; negative && i < size; ++i) {
    const auto inverted = static_cast<unsigned char>(~out[i]);
    out[i] = static_cast<char>(inverted + (one ? 1 : 0));
    one = one && inverted == 0xff;
  }
  return CutSign(out, out + size);
}

template <typename Driver>
char* WriteInt(Driver& choices, uint32_t max_bits, char* out) {
  if (max_bits < 66 || !choices.Chance(1, 8)) {
    const int64_t value = DrawSmallInt(choices);
    std::memcpy(out, &value, sizeof value);
    // A sign bit on top of those that differ from it.
    const auto differing = static_cast<uint64_t>(value ^ (value >> 63));
    return value == 0 ? out : out + (std::bit_width(differing) + 8) / 8;
  }
  static constexpr std::array<uint32_t, 10> kExponents = {
      64, 63, 70, 71, 127, 8 * 254 - 1, 8 * 255 - 1, 8 * 255, 8 * 256 - 1, 8 * 257 - 1};
  const uint32_t exponent = std::min(choices.Pick(kExponents), max_bits - 2);
  const int delta = static_cast<int>(choices.Below(3)) - 1;
  return WritePowerOfTwo(exponent, delta, choices.Chance(1, 2), out);
}

inline bool IsNan(uint64_t bits) { return (bits & ~(uint64_t{1} << 63)) > 0x7ff0000000000000; }

template <typename Driver>
uint64_t DrawFloat(Driver& choices) {
  return choices.Chance(1, 8) ? choices.Bits64() : choices.Pick(kFloats).bits;
}

// ---- Text and bytes.

// Repeats a piece up to exactly `size` bytes, the rest in ASCII.
inline char* WriteFilled(const Piece& piece, size_t size, char* out) {
  char* const end = out + size;
  while (out + piece.size <= end) out = Write(piece, out);
  std::fill(out, end, 'z');
  return end;
}

template <typename Driver>
char* WriteText(Driver& choices, bool surrogates, char* out) {
  const std::array<uint32_t, 5> weights = {24, 3, 12, surrogates ? 5U : 0U, 1};
  switch (choices.Weighted(weights)) {
    case 0: return Write(choices.Pick(kWords), out);
    case 1: return out;
    case 2:
      for (uint64_t left = choices.Between(1, 4); left > 0; --left) {
        out = Write(choices.Pick(kPieces), out);
      }
      return out;
    case 3:
      if (choices.Chance(1, 2)) *out++ = 'a';
      out = Write(choices.Pick(kSurrogatePieces), out);
      return choices.Chance(1, 3) ? Write(choices.Pick(kSurrogatePieces), out) : out;
    default: {
      // The limit of SHORT_BINUNICODE counts bytes, not characters.
      static constexpr std::array<size_t, 5> kSizes = {255, 256, 254, 257, 1000};
      const size_t size = choices.Pick(kSizes);
      return WriteFilled(choices.Pick(kPieces), size, out);
    }
  }
}

template <typename Driver>
char* WriteAscii(Driver& choices, char* out) {
  if (!choices.Chance(1, 4)) return Write(choices.Pick(kWords), out);
  for (uint64_t left = choices.Below(6); left > 0; --left) {
    const char character = static_cast<char>(choices.Between(' ', '~'));
    *out++ = character == '\\' ? '/' : character;
  }
  return out;
}

template <typename Driver>
char* WriteBytes(Driver& choices, char* out) {
  static constexpr std::array<uint32_t, 6> kWeights = {8, 3, 6, 12, 1, 1};
  switch (choices.Weighted(kWeights)) {
    case 0: return Write(choices.Pick(kWords), out);
    case 1: return out;
    case 2: *out = static_cast<char>(choices.Below(256)); return out + 1;
    case 3:
      for (uint64_t left = choices.Between(1, 6); left > 0; --left) {
        *out++ = static_cast<char>(choices.Below(256));
      }
      return out;
    case 4: {
      static constexpr std::array<size_t, 4> kSizes = {255, 256, 254, 257};
      const size_t size = choices.Pick(kSizes);
      return std::fill_n(out, size, static_cast<char>(choices.Below(256)));
    }
    default:
      for (int byte = 0; byte < 256; ++byte) *out++ = static_cast<char>(byte);
      return out;
  }
}

// ---- Names.

template <typename Driver>
const NamedGlobal& DrawGlobal(Driver& choices, int protocol, bool callable) {
  // The first ones suit everybody, so that a few failed draws settle on one of them.
  for (int attempt = 0; attempt < 8; ++attempt) {
    const NamedGlobal& global = choices.Pick(kGlobals);
    if (global.protocol <= protocol && (global.inert_call || !callable)) return global;
  }
  return kGlobals[0];
}

}  // namespace pickleproof
