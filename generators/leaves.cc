#include "generators/leaves.h"

#include <algorithm>
#include <array>
#include <limits>

#include "harness/base/utf8.h"

namespace pickleproof {
namespace {

constexpr int64_t kMaxInt = std::numeric_limits<int64_t>::max();
constexpr int64_t kMinInt = std::numeric_limits<int64_t>::min();

constexpr auto kInts = std::to_array<int64_t>({
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
    kMaxInt,
    kMaxInt - 1,
    kMinInt,
    kMinInt + 1,
});

constexpr auto kFloatBits = std::to_array<uint64_t>({
    0x0000000000000000,  // 0.0
    0x3ff0000000000000,  // 1.0
    0xbff8000000000000,  // -1.5
    0x8000000000000000,  // -0.0
    0x3fb999999999999a,  // 0.1
    0x4059000000000000,  // 100.0
    0x0000000000000001,  // the smallest subnormal
    0x8000000000000001,
    0x000012688b70e62b,  // 1e-310
    0x000fffffffffffff,  // the largest subnormal
    0x0010000000000000,  // the smallest normal
    0x7fefffffffffffff,  // the largest
    0xffefffffffffffff,
    0x4340000000000000,  // 2**53
    0x4340000000000001,
    0x41dfffffffc00000,  // 2**31 - 1, equal to an int
    0x43e0000000000000,  // 2**63, equal to an int
    0x444b1ae4d6e2ef50,  // 1e21, where repr turns to exponents
    0x3eb0c6f7a0b5ed8d,  // 1e-06
    0x7ff0000000000000,  // inf
    0xfff0000000000000,  // -inf
    0x7ff8000000000000,  // nan
    0xfff8000000000000,  // -nan
    0x7ff8000000000001,  // a quiet NaN with a payload
    0x7ff0000000000001,  // a signalling NaN
    0xfff4deadbeef0001, 0xffffffffffffffff,
});

constexpr uint64_t kPythonNan = 0x7ff8000000000000;

bool IsNan(uint64_t bits) { return (bits & ~(uint64_t{1} << 63)) > 0x7ff0000000000000; }

// Short, so that distinct nodes of equal value are common.
constexpr auto kWords = std::to_array<std::string_view>(
    {"a", "b", "x", "key", "name", "value", "items", "spam", "__dict__", "_Mangled__x"});

constexpr auto kPieces = std::to_array<std::string_view>({
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

constexpr auto kSurrogatePieces = std::to_array<std::string_view>({
    "\xed\xa0\x80",              // U+D800
    "\xed\xb2\x80",              // U+DC80, what surrogateescape makes
    "\xed\xbf\xbf",              // U+DFFF
    "\xed\xa0\xbd\xed\xb8\x80",  // the pair of U+1F600, two code points
    "\xed\xb8\x80\xed\xa0\xbd",  // the same two the other way round
});

constexpr auto kGlobals = std::to_array<NamedGlobal>({
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

// Cuts surplus sign bytes.
void Minimize(std::string& bytes) {
  while (!bytes.empty()) {
    const bool negative = bytes.size() > 1 && (bytes[bytes.size() - 2] & 0x80) != 0;
    const char surplus = negative ? '\xff' : '\0';
    if (bytes.back() != surplus) return;
    bytes.pop_back();
  }
}

// Repeats a piece up to exactly `size` bytes, the rest in ASCII.
std::string Filled(std::string_view piece, size_t size) {
  std::string text;
  text.reserve(size);
  while (text.size() + piece.size() <= size) text += piece;
  text.append(size - text.size(), 'z');
  return text;
}

}  // namespace

int64_t SmallIntLeaf(Choices& choices) {
  static constexpr std::array<uint32_t, 3> kWeights = {4, 5, 1};
  switch (choices.Weighted(kWeights)) {
    case 0: return static_cast<int64_t>(choices.Below(8));
    case 1: return choices.Pick(kInts);
    default: {
      const uint64_t magnitude = choices.Skewed(static_cast<uint64_t>(kMaxInt));
      const auto value = static_cast<int64_t>(magnitude);
      return choices.Chance(1, 2) ? -value : value;
    }
  }
}

std::string PowerOfTwo(uint32_t exponent, int delta, bool negative) {
  // One byte more than the power needs keeps the sign apart.
  std::string bytes(exponent / 8 + 2, '\0');
  bytes[exponent / 8] = static_cast<char>(1U << (exponent % 8));
  int carry = delta;
  for (size_t i = 0; i < bytes.size() && carry != 0; ++i) {
    const int sum = static_cast<unsigned char>(bytes[i]) + carry;
    bytes[i] = static_cast<char>(sum & 0xff);
    carry = sum < 0 ? -1 : sum > 0xff ? 1 : 0;
  }
  if (negative) {
    bool one = true;
    for (char& byte : bytes) {
      const auto inverted = static_cast<unsigned char>(~byte);
      byte = static_cast<char>(inverted + (one ? 1 : 0));
      one = one && inverted == 0xff;
    }
  }
  Minimize(bytes);
  return bytes;
}

std::string IntLeaf(Choices& choices, uint32_t max_bits) {
  if (max_bits < 66 || !choices.Chance(1, 8)) {
    std::string bytes;
    AppendLittle(bytes, SmallIntLeaf(choices));
    Minimize(bytes);
    return bytes;
  }
  static constexpr std::array<uint32_t, 10> kExponents = {
      64, 63, 70, 71, 127, 8 * 254 - 1, 8 * 255 - 1, 8 * 255, 8 * 256 - 1, 8 * 257 - 1};
  const uint32_t exponent = std::min(choices.Pick(kExponents), max_bits - 2);
  const int delta = static_cast<int>(choices.Below(3)) - 1;
  return PowerOfTwo(exponent, delta, choices.Chance(1, 2));
}

uint64_t FloatLeaf(Choices& choices, bool nan_payloads) {
  const uint64_t bits = choices.Chance(1, 8) ? choices.Bits64() : choices.Pick(kFloatBits);
  return !nan_payloads && IsNan(bits) ? kPythonNan : bits;
}

std::string TextLeaf(Choices& choices, bool surrogates) {
  const std::array<uint32_t, 5> weights = {24, 3, 12, surrogates ? 5U : 0U, 1};
  switch (choices.Weighted(weights)) {
    case 0: return std::string(choices.Pick(kWords));
    case 1: return {};
    case 2: {
      std::string text;
      for (uint64_t left = choices.Between(1, 4); left > 0; --left) text += choices.Pick(kPieces);
      return text;
    }
    case 3: {
      std::string text(choices.Chance(1, 2) ? "a" : "");
      text += choices.Pick(kSurrogatePieces);
      if (choices.Chance(1, 3)) text += choices.Pick(kSurrogatePieces);
      return text;
    }
    default: {
      // The limit of SHORT_BINUNICODE counts bytes, not characters.
      static constexpr std::array<size_t, 5> kSizes = {255, 256, 254, 257, 1000};
      const size_t size = choices.Pick(kSizes);
      return Filled(choices.Pick(kPieces), size);
    }
  }
}

std::string AsciiLeaf(Choices& choices) {
  if (!choices.Chance(1, 4)) return std::string(choices.Pick(kWords));
  std::string text;
  for (uint64_t left = choices.Below(6); left > 0; --left) {
    const char character = static_cast<char>(choices.Between(' ', '~'));
    text += character == '\\' ? '/' : character;
  }
  return text;
}

std::string_view WordLeaf(Choices& choices) { return choices.Pick(kWords); }

std::string BytesLeaf(Choices& choices) {
  static constexpr std::array<uint32_t, 6> kWeights = {8, 3, 6, 12, 1, 1};
  switch (choices.Weighted(kWeights)) {
    case 0: return std::string(choices.Pick(kWords));
    case 1: return {};
    case 2: return std::string(1, static_cast<char>(choices.Below(256)));
    case 3: {
      std::string bytes;
      for (uint64_t left = choices.Between(1, 6); left > 0; --left) {
        bytes += static_cast<char>(choices.Below(256));
      }
      return bytes;
    }
    case 4: {
      static constexpr std::array<size_t, 4> kSizes = {255, 256, 254, 257};
      const size_t size = choices.Pick(kSizes);
      return std::string(size, static_cast<char>(choices.Below(256)));
    }
    default: {
      std::string all(256, '\0');
      for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i);
      return all;
    }
  }
}

const NamedGlobal& GlobalLeaf(Choices& choices, int protocol, bool callable) {
  // The first ones suit everybody, so that a few failed draws settle on one of them.
  for (int attempt = 0; attempt < 8; ++attempt) {
    const NamedGlobal& global = choices.Pick(kGlobals);
    if (global.protocol <= protocol && (global.inert_call || !callable)) return global;
  }
  return kGlobals[0];
}

uint32_t ExtensionCodeLeaf(Choices& choices) {
  static constexpr auto kCodes = std::to_array<uint32_t>(
      {1, 2, 127, 128, 254, 255, 256, 257, 32767, 65535, 65536, 65537, 0x7ffffffe, 0x7fffffff});
  return choices.Pick(kCodes);
}

}  // namespace pickleproof
