#include "generators/opcode_arguments.h"

#include <array>

#include "generators/argument_writing.h"
#include "harness/base/bytes.h"
#include "harness/base/check.h"
#include "harness/base/utf8.h"

namespace pickleproof {
namespace {

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

char* WriteHex(uint32_t value, int digits, char* out) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    *out++ = "0123456789abcdef"[value >> shift & 0xfU];
  }
  return out;
}

// raw-unicode-escape with the characters escaped that would end the line or be read as escapes
// (CPython Modules/_pickle.c, raw_unicode_escape).
char* WriteRawUnicodeEscape(std::string_view text, char* out) {
  for (size_t offset = 0; offset < text.size();) {
    const uint32_t point = NextCodePoint(text, &offset);
    const bool escaped = point > 0xff || point == '\\' || point == 0 || point == '\n' ||
                         point == '\r' || point == 0x1a;
    if (!escaped) {
      *out++ = static_cast<char>(point);
      continue;
    }
    *out++ = '\\';
    *out++ = point > 0xffff ? 'U' : 'u';
    out = WriteHex(point, point > 0xffff ? 8 : 4, out);
  }
  *out++ = '\n';
  return out;
}

template <typename Length>
void AppendCounted(std::string_view bytes, std::string& out) {
  AppendLittle(out, static_cast<Length>(bytes.size()));
  out += bytes;
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

char* WriteTextArgument(ArgKind kind, std::string_view text, char* out) {
  if (kind == ArgKind::kUnicodeStringNl) return WriteRawUnicodeEscape(text, out);
  const uint64_t size = text.size();
  std::memcpy(out, &size, sizeof size);  // and the text over what is too much
  const int width = kind == ArgKind::kUnicodeString1 ? 1 : kind == ArgKind::kUnicodeString8 ? 8 : 4;
  return Write(text, out + width);
}

void AppendTextArgument(ArgKind kind, std::string_view text, std::string& out) {
  PICKLEPROOF_CHECK(text.size() <= kLongestLeaf);
  std::array<char, kLongestArgument> memory;
  out.append(memory.data(), WriteTextArgument(kind, text, memory.data()));
}

void AppendArgument(Choices& choices, ArgKind kind, std::string& out) {
  std::array<char, kLongestArgument> memory;
  out.append(memory.data(), WriteArgument(choices, kind, memory.data()));
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
