#pragma once
// How arguments are drawn and written, inline: for ProgramWriter, which writes them by the dozen
// for a driver that it knows by type. See AppendArgument() for what they are.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>

#include "generators/leaf_writing.h"
#include "generators/opcode_arguments.h"

namespace pickleproof {

inline constexpr uint32_t kMaxLong1Bits = 8 * 255;

inline constexpr auto kBigDecimals = std::to_array<std::string_view>({
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "1000000000000000000000000000000",
    "-340282366920938463463374607431768211456",
});

inline char* WriteLine(std::string_view text, char* out) {
  out = Write(text, out);
  *out++ = '\n';
  return out;
}

template <typename Driver>
char* WriteDecimal(Driver& choices, char* out) {
  if (choices.Chance(1, 8)) return Write(choices.Pick(kBigDecimals), out);
  constexpr size_t kLongest = 20;
  return std::to_chars(out, out + kLongest, DrawSmallInt(choices)).ptr;
}

template <typename Driver>
char* WriteFloatText(Driver& choices, char* out) {
  if (!choices.Chance(1, 8)) return Write(choices.Pick(kFloats).text, out);
  const auto value = std::bit_cast<double>(choices.Bits64());
  if (std::isnan(value)) return Write(std::string_view("nan"), out);
  return fmt::format_to(out, "{}", value);
}

// Of what AsciiLeaf() holds, only the quote must be escaped.
template <typename Driver>
char* WriteQuoted(Driver& choices, char* out) {
  std::array<char, kLongestLeaf> leaf;
  const std::string_view text(leaf.data(), WriteAscii(choices, leaf.data()));
  *out++ = '\'';
  for (const char character : text) {
    if (character == '\'') *out++ = '\\';
    *out++ = character;
  }
  *out++ = '\'';
  *out++ = '\n';
  return out;
}

template <typename Value>
char* WriteLittle(Value value, char* out) {
  std::memcpy(out, &value, sizeof value);
  return out + sizeof value;
}

// What `write` leaves, with its length in front.
template <typename Length, typename Function>
char* WriteCounted(Function write, char* out) {
  char* const begin = out + sizeof(Length);
  char* const end = write(begin);
  WriteLittle(static_cast<Length>(end - begin), out);
  return end;
}

// As above, of at most 255 bytes: the front of longer ones, or `filler` in their place.
template <typename Function>
char* WriteShort(Function write, char filler, char* out) {
  return WriteCounted<uint8_t>(
      [&](char* begin) {
        char* const end = write(begin);
        if (end - begin <= 255) return end;
        if (filler != 0) std::fill_n(begin, 255, filler);
        return begin + 255;
      },
      out);
}

template <typename Driver>
char* WriteArgument(Driver& choices, ArgKind kind, char* out) {
  const auto bytes = [&](char* begin) { return WriteBytes(choices, begin); };
  const auto ascii = [&](char* begin) { return WriteAscii(choices, begin); };
  const auto text = [&](char* begin) { return WriteText(choices, true, begin); };
  switch (kind) {
    case ArgKind::kNone: return out;
    case ArgKind::kDecimalNlShort:
      if (choices.Chance(1, 6)) return WriteLine(choices.Chance(1, 2) ? "01" : "00", out);
      out = WriteDecimal(choices, out);
      *out++ = '\n';
      return out;
    case ArgKind::kDecimalNlLong:
      out = WriteDecimal(choices, out);
      if (choices.Chance(7, 8)) *out++ = 'L';
      *out++ = '\n';
      return out;
    case ArgKind::kStringNl: return WriteQuoted(choices, out);
    case ArgKind::kStringNlNoEscape:
      out = ascii(out);
      *out++ = '\n';
      return out;
    case ArgKind::kStringNlNoEscapePair: {
      const NamedGlobal& global = DrawGlobal(choices, 5, true);
      return WriteLine(global.name, WriteLine(global.module, out));
    }
    case ArgKind::kFloatNl:
      out = WriteFloatText(choices, out);
      *out++ = '\n';
      return out;
    case ArgKind::kUint1: return WriteLittle(static_cast<uint8_t>(choices.Below(256)), out);
    case ArgKind::kUint2: {
      static constexpr std::array<uint16_t, 6> kValues = {256, 0, 255, 257, 32768, 65535};
      return WriteLittle(choices.Pick(kValues), out);
    }
    case ArgKind::kInt4:
    case ArgKind::kUint4: return WriteLittle(static_cast<int32_t>(DrawSmallInt(choices)), out);
    case ArgKind::kUint8: return WriteLittle(choices.Bits64(), out);
    case ArgKind::kLong1:
      return WriteCounted<uint8_t>(
          [&](char* begin) { return WriteInt(choices, kMaxLong1Bits, begin); }, out);
    case ArgKind::kLong4:
      return WriteCounted<uint32_t>(
          [&](char* begin) { return WriteInt(choices, 8 * 257 + 1, begin); }, out);
    case ArgKind::kString1: return WriteCounted<uint8_t>(ascii, out);
    case ArgKind::kString4: return WriteCounted<uint32_t>(ascii, out);
    case ArgKind::kBytes1: return WriteShort(bytes, 0, out);
    case ArgKind::kBytes4: return WriteCounted<uint32_t>(bytes, out);
    case ArgKind::kBytes8:
    case ArgKind::kByteArray8: return WriteCounted<uint64_t>(bytes, out);
    case ArgKind::kUnicodeStringNl: {
      std::array<char, kLongestLeaf> leaf;
      return WriteTextArgument(kind, {leaf.data(), text(leaf.data())}, out);
    }
    case ArgKind::kUnicodeString1: return WriteShort(text, 'z', out);
    case ArgKind::kUnicodeString4: return WriteCounted<uint32_t>(text, out);
    case ArgKind::kUnicodeString8: return WriteCounted<uint64_t>(text, out);
    case ArgKind::kFloat8: return WriteLittle(std::byteswap(DrawFloat(choices)), out);
  }
  return out;
}

}  // namespace pickleproof
