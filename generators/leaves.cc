#include "generators/leaves.h"

#include <array>

#include "generators/leaf_writing.h"

namespace pickleproof {
namespace {

// What `write` leaves in the memory that it is given.
template <typename Function>
std::string Written(Function write) {
  std::array<char, kLongestLeaf> memory;
  return {memory.data(), write(memory.data())};
}

}  // namespace

int64_t SmallIntLeaf(Choices& choices) { return DrawSmallInt(choices); }

std::string PowerOfTwo(uint32_t exponent, int delta, bool negative) {
  std::string bytes(exponent / 8 + 2, '\0');
  bytes.resize(
      static_cast<size_t>(WritePowerOfTwo(exponent, delta, negative, bytes.data()) - bytes.data()));
  return bytes;
}

std::string IntLeaf(Choices& choices, uint32_t max_bits) {
  return Written([&](char* out) { return WriteInt(choices, max_bits, out); });
}

uint64_t FloatLeaf(Choices& choices, bool nan_payloads) {
  const uint64_t bits = DrawFloat(choices);
  return !nan_payloads && IsNan(bits) ? kPythonNan : bits;
}

std::string TextLeaf(Choices& choices, bool surrogates) {
  return Written([&](char* out) { return WriteText(choices, surrogates, out); });
}

std::string AsciiLeaf(Choices& choices) {
  return Written([&](char* out) { return WriteAscii(choices, out); });
}

std::string_view WordLeaf(Choices& choices) { return choices.Pick(kWords).view(); }

std::string BytesLeaf(Choices& choices) {
  return Written([&](char* out) { return WriteBytes(choices, out); });
}

const NamedGlobal& GlobalLeaf(Choices& choices, int protocol, bool callable) {
  return DrawGlobal(choices, protocol, callable);
}

uint32_t ExtensionCodeLeaf(Choices& choices) {
  static constexpr auto kCodes = std::to_array<uint32_t>(
      {1, 2, 127, 128, 254, 255, 256, 257, 32767, 65535, 65536, 65537, 0x7ffffffe, 0x7fffffff});
  return choices.Pick(kCodes);
}

}  // namespace pickleproof
