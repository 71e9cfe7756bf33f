#include "generators/opcode_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <iterator>

#include "generators/leaves.h"
#include "harness/base/bytes.h"
#include "harness/base/utf8.h"

namespace pickleproof {
namespace {

constexpr auto kBigDecimals = std::to_array<std::string_view>({
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "1000000000000000000000000000000",
    "-340282366920938463463374607431768211456",
});

// Text numbers on which readers part, or which all refuse.
constexpr auto kOddNumbers = std::to_array<std::string_view>({
    "",
    "x",
    "01",
    "00",
    "001",
    "010",
    "0x10",
    "0b1",
    "0o7",
    "1_0",
    "1__0",
    " 5",
    "5 ",
    "+5",
    "--5",
    "-",
    "-0",
    "5L",
    "5LL",
    "L",
    "5\r",
    "1.5",
    "1e400",
    ".5",
    "5.",
    "1e5",
    "inf",
    "-inf",
    "nan",
    "Infinity",
    "0x1p3",
    "1_0.",
    "1,5",
    "\t1 ",
    "\xd9\xa1",
    "1e",
    "True",
    "1L ",
    "9223372036854775807x",
    "99999999999999999999",
    std::string_view("5\0", 2),
});

constexpr auto kOddStrings = std::to_array<std::string_view>({
    "",      "'",      "\"",       "abc",    "'abc",    "abc'",    "'abc\"", "''",
    " 'a' ", "'a'b",   "'\\'",     "'\\x4'", "'\\xzz'", "'\\777'", "'\\q'",  "'\\u1234'",
    "'a'\r", "'\xe9'", "'\\N{A}'", "'\\",    "''''",    "'\\\n'",  "b'a'",   "u'a'",
});

constexpr auto kOddEscapes = std::to_array<std::string_view>({
    "\\u12",
    "\\u",
    "\\U0001f60",
    "\\U00110000",
    "\\ud83d\\ude00",
    "\\\\u0041",
    "\\\\\\u0041",
    "\\x41",
    "\\n",
    "\\",
    "\xff\xfe",
    "\\u00e9\xe9",
    "\\U0001F600",
    "a\rb",
    "\\N{DIGIT ONE}",
    "\x1a",
    "\\uD800",
    "\\u+123",
});

constexpr auto kBrokenUtf8 = std::to_array<std::string_view>({
    "\x80",
    "\xc0\x80",
    "\xc3",
    "\xe2\x82",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "\xf8\x88\x80\x80\x80",
    "a\xff",
    "\xed\xa0\xbd\xed\xb8\x80",
    "\xf0\x80\x80\x80",
});

void AppendLine(std::string_view text, std::string& out) {
  out += text;
  out += '\n';
}

void AppendDecimal(Choices& choices, std::string& out) {
  if (choices.Chance(1, 8)) {
    out += choices.Pick(kBigDecimals);
    return;
  }
  fmt::format_to(std::back_inserter(out), "{}", SmallIntLeaf(choices));
}

void AppendFloatText(Choices& choices, std::string& out) {
  const auto value = std::bit_cast<double>(FloatLeaf(choices, false));
  if (std::isnan(value)) {
    out += "nan";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-inf" : "inf";
  } else {
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
}

void AppendQuoted(std::string_view text, std::string& out) {
  out += '\'';
  out += EscapeBytes(text);
  out += "'\n";
}

// raw-unicode-escape with the characters escaped that would end the line or be read as escapes
// (CPython Modules/_pickle.c, raw_unicode_escape).
void AppendRawUnicodeEscape(std::string_view text, std::string& out) {
  for (size_t offset = 0; offset < text.size();) {
    const uint32_t point = NextCodePoint(text, &offset);
    if (point > 0xffff) {
      fmt::format_to(std::back_inserter(out), "\\U{:08x}", point);
    } else if (point > 0xff || point == '\\' || point == 0 || point == '\n' || point == '\r' ||
               point == 0x1a) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", point);
    } else {
      out += static_cast<char>(point);
    }
  }
  out += '\n';
}

template <typename Length>
void AppendCounted(std::string_view bytes, std::string& out) {
  AppendLittle(out, static_cast<Length>(bytes.size()));
  out += bytes;
}

std::string ShortBytes(Choices& choices) {
  std::string bytes = BytesLeaf(choices);
  if (bytes.size() > 255) bytes.resize(255);
  return bytes;
}

std::string ShortText(Choices& choices) {
  std::string text = TextLeaf(choices);
  return text.size() > 255 ? std::string(255, 'z') : text;
}

void AppendLong1(Choices& choices, std::string& out) {
  const std::string bytes = IntLeaf(choices, 255 * 8);
  AppendCounted<uint8_t>(bytes, out);
}

bool IsSigned(ArgKind kind) { return kind == ArgKind::kLong4 || kind == ArgKind::kString4; }

// A length that the input does not bear out.
void AppendBadLength(Choices& choices, ArgKind kind, int width, std::string& out) {
  static constexpr std::array<uint64_t, 6> kLengths = {
      200, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff};
  // CPython allocates a bytearray on the word of its length: one that it can, or refuses at once.
  static constexpr std::array<uint64_t, 3> kByteArrayLengths = {200, 0x8000000000000000,
                                                                0xffffffffffffffff};
  uint64_t length =
      kind == ArgKind::kByteArray8 ? choices.Pick(kByteArrayLengths) : choices.Pick(kLengths);
  if (IsSigned(kind) && choices.Chance(1, 2)) length = ~uint64_t{0} - choices.Below(300);
  for (int i = 0; i < width; ++i) out += static_cast<char>(length >> (8 * i));
  out += choices.Pick(kBrokenUtf8);
}

template <typename Length>
void AppendBadText(Choices& choices, ArgKind kind, std::string& out) {
  if (choices.Chance(1, 2)) {
    AppendBadLength(choices, kind, sizeof(Length), out);
  } else {
    AppendCounted<Length>(choices.Pick(kBrokenUtf8), out);
  }
}

}  // namespace

void AppendTextArgument(ArgKind kind, std::string_view text, std::string& out) {
  if (kind == ArgKind::kUnicodeStringNl) {
    AppendRawUnicodeEscape(text, out);
  } else if (kind == ArgKind::kUnicodeString1) {
    AppendCounted<uint8_t>(text, out);
  } else if (kind == ArgKind::kUnicodeString8) {
    AppendCounted<uint64_t>(text, out);
  } else {
    AppendCounted<uint32_t>(text, out);
  }
}

void AppendArgument(Choices& choices, ArgKind kind, std::string& out) {
  switch (kind) {
    case ArgKind::kNone: return;
    case ArgKind::kDecimalNlShort:
      if (choices.Chance(1, 6)) {
        AppendLine(choices.Chance(1, 2) ? "01" : "00", out);
        return;
      }
      AppendDecimal(choices, out);
      out += '\n';
      return;
    case ArgKind::kDecimalNlLong:
      AppendDecimal(choices, out);
      out += choices.Chance(7, 8) ? "L\n" : "\n";
      return;
    case ArgKind::kStringNl: AppendQuoted(AsciiLeaf(choices), out); return;
    case ArgKind::kStringNlNoEscape: AppendLine(AsciiLeaf(choices), out); return;
    case ArgKind::kStringNlNoEscapePair: {
      const NamedGlobal& global = GlobalLeaf(choices, 5, true);
      AppendLine(global.module, out);
      AppendLine(global.name, out);
      return;
    }
    case ArgKind::kFloatNl:
      AppendFloatText(choices, out);
      out += '\n';
      return;
    case ArgKind::kUint1: AppendLittle(out, static_cast<uint8_t>(choices.Below(256))); return;
    case ArgKind::kUint2: {
      static constexpr std::array<uint16_t, 6> kValues = {256, 0, 255, 257, 32768, 65535};
      AppendLittle(out, choices.Pick(kValues));
      return;
    }
    case ArgKind::kInt4:
    case ArgKind::kUint4: AppendLittle(out, static_cast<int32_t>(SmallIntLeaf(choices))); return;
    case ArgKind::kUint8: AppendLittle(out, choices.Bits64()); return;
    case ArgKind::kLong1: AppendLong1(choices, out); return;
    case ArgKind::kLong4: AppendCounted<uint32_t>(IntLeaf(choices), out); return;
    case ArgKind::kString1: AppendCounted<uint8_t>(AsciiLeaf(choices), out); return;
    case ArgKind::kString4: AppendCounted<uint32_t>(AsciiLeaf(choices), out); return;
    case ArgKind::kBytes1: AppendCounted<uint8_t>(ShortBytes(choices), out); return;
    case ArgKind::kBytes4: AppendCounted<uint32_t>(BytesLeaf(choices), out); return;
    case ArgKind::kBytes8:
    case ArgKind::kByteArray8: AppendCounted<uint64_t>(BytesLeaf(choices), out); return;
    case ArgKind::kUnicodeStringNl:
    case ArgKind::kUnicodeString4:
    case ArgKind::kUnicodeString8: AppendTextArgument(kind, TextLeaf(choices), out); return;
    case ArgKind::kUnicodeString1: AppendTextArgument(kind, ShortText(choices), out); return;
    case ArgKind::kFloat8: {
      const uint64_t bits = FloatLeaf(choices);
      for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift);
      return;
    }
  }
}

void AppendBadArgument(Choices& choices, ArgKind kind, std::string& out) {
  switch (kind) {
    case ArgKind::kNone:
    case ArgKind::kUint1:
    case ArgKind::kUint2:
    case ArgKind::kInt4:
    case ArgKind::kUint4:
    case ArgKind::kUint8:
    case ArgKind::kFloat8: {
      // Fixed widths can only be cut short or be too much.
      AppendArgument(choices, kind, out);
      if (kind != ArgKind::kNone && choices.Chance(1, 2)) out.pop_back();
      return;
    }
    case ArgKind::kDecimalNlShort:
    case ArgKind::kDecimalNlLong:
    case ArgKind::kFloatNl: AppendLine(choices.Pick(kOddNumbers), out); return;
    case ArgKind::kStringNl: AppendLine(choices.Pick(kOddStrings), out); return;
    case ArgKind::kStringNlNoEscape: AppendLine(choices.Pick(kBrokenUtf8), out); return;
    case ArgKind::kStringNlNoEscapePair:
      AppendLine(choices.Chance(1, 2) ? "m" : choices.Pick(kBrokenUtf8), out);
      if (choices.Chance(3, 4)) AppendLine(choices.Pick(kBrokenUtf8), out);
      return;
    case ArgKind::kUnicodeStringNl: AppendLine(choices.Pick(kOddEscapes), out); return;
    case ArgKind::kLong1:
    case ArgKind::kString1:
    case ArgKind::kBytes1:
    case ArgKind::kUnicodeString1: AppendBadText<uint8_t>(choices, kind, out); return;
    case ArgKind::kLong4:
    case ArgKind::kString4:
    case ArgKind::kBytes4:
    case ArgKind::kUnicodeString4: AppendBadText<uint32_t>(choices, kind, out); return;
    case ArgKind::kBytes8:
    case ArgKind::kByteArray8:
    case ArgKind::kUnicodeString8: AppendBadText<uint64_t>(choices, kind, out); return;
  }
}

}  // namespace pickleproof
