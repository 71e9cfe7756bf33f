#include "harness/pickle/text_escape.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "harness/base/utf8.h"

namespace pickleproof {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

char* HexEscape(char* out, char letter, uint32_t code_point, int digits) {
  *out++ = '\\';
  *out++ = letter;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    *out++ = kHexDigits[(code_point >> static_cast<unsigned>(shift)) & 0xfU];
  }
  return out;
}

constexpr bool MustEscape(uint32_t code_point) {
  return code_point == '\\' || code_point == 0 || code_point == '\n' || code_point == '\r' ||
         code_point == 0x1a;
}

char* Copy(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* Zeros(char* out, int count) {
  for (int i = 0; i < count; ++i) *out++ = '0';
  return out;
}

}  // namespace

char* RawUnicodeEscape(char* out, std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80 && !MustEscape(byte)) {
      *out++ = text[i++];
      continue;
    }
    const uint32_t code_point = NextCodePoint(text, &i);
    if (code_point >= 0x10000) {
      out = HexEscape(out, 'U', code_point, 8);
    } else if (code_point >= 256 || MustEscape(code_point)) {
      out = HexEscape(out, 'u', code_point, 4);
    } else {
      *out++ = static_cast<char>(code_point);
    }
  }
  return out;
}

bool NeedsEscape(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return MustEscape(static_cast<unsigned char>(c)); });
}

char* FloatText(char* out, double value) {
  if (std::isnan(value)) return Copy(out, "nan");
  if (std::signbit(value)) {
    *out++ = '-';
    value = -value;
  }
  if (std::isinf(value)) return Copy(out, "inf");

  // d.ddde[+-]xx with the shortest digits; only the layout is Python's.
  char raw[kMaxFloatText];
  const char* raw_end =
      std::to_chars(raw, raw + sizeof raw, value, std::chars_format::scientific).ptr;
  const auto* e = static_cast<const char*>(std::memchr(raw, 'e', raw_end - raw));
  int exponent = 0;
  std::from_chars(e + (e[1] == '+' ? 2 : 1), raw_end, exponent);
  char digits[kMaxFloatText];
  int count = 0;
  for (const char* p = raw; p != e; ++p) {
    if (*p != '.') digits[count++] = *p;
  }
  const int point = exponent + 1;  // digits before the decimal point
  const auto take = [&](int from, int to) {
    return std::string_view(digits + from, static_cast<size_t>(to - from));
  };

  if (point > 16 || point <= -4) {
    out = Copy(out, take(0, 1));
    if (count > 1) {
      *out++ = '.';
      out = Copy(out, take(1, count));
    }
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    const int size = exponent < 0 ? -exponent : exponent;
    if (size < 10) *out++ = '0';
    return std::to_chars(out, out + 4, size).ptr;
  }
  if (point <= 0) return Copy(Zeros(Copy(out, "0."), -point), take(0, count));
  if (point >= count) return Copy(Zeros(Copy(out, take(0, count)), point - count), ".0");
  out = Copy(out, take(0, point));
  *out++ = '.';
  return Copy(out, take(point, count));
}

char* Latin1ToUtf8(char* out, std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      *out++ = c;
    } else {
      *out++ = static_cast<char>(0xc0U | (byte >> 6U));
      *out++ = static_cast<char>(0x80U | (byte & 0x3fU));
    }
  }
  return out;
}

size_t Latin1Utf8Length(std::string_view bytes) {
  size_t length = bytes.size();
  for (const char c : bytes) length += static_cast<unsigned char>(c) >> 7U;
  return length;
}

}  // namespace pickleproof
