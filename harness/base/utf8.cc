#include "harness/base/utf8.h"

#include <fmt/format.h>

#include <cstring>

#include "harness/base/check.h"

namespace pickleproof {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080u;

uint64_t Word(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

bool IsContinuation(unsigned char c) { return (c & 0xc0) == 0x80; }

// The length of the well-formed sequence at `p` (which starts with a byte >= 0x80), or 0.
size_t SequenceLength(const unsigned char* p, size_t left, bool surrogatepass) {
  const unsigned char c = p[0];
  if (c < 0xc2 || c > 0xf4) return 0;
  if (c < 0xe0) return left >= 2 && IsContinuation(p[1]) ? 2 : 0;
  if (c < 0xf0) {
    if (left < 3 || !IsContinuation(p[1]) || !IsContinuation(p[2])) return 0;
    if (c == 0xe0 && p[1] < 0xa0) return 0;
    return c == 0xed && p[1] >= 0xa0 && !surrogatepass ? 0 : 3;
  }
  if (left < 4 || !IsContinuation(p[1]) || !IsContinuation(p[2]) || !IsContinuation(p[3])) return 0;
  return (c == 0xf0 && p[1] < 0x90) || (c == 0xf4 && p[1] >= 0x90) ? 0 : 4;
}

}  // namespace

bool IsAscii(std::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    if ((Word(text.data() + i) & kHighBits) != 0) return false;
  }
  for (; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0x80U) != 0) return false;
  }
  return true;
}

size_t Utf8ErrorOffset(std::string_view text, bool surrogatepass) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  size_t i = 0;
  while (i < text.size()) {
    if (i + 8 <= text.size() && (Word(text.data() + i) & kHighBits) == 0) {
      i += 8;
    } else if (bytes[i] < 0x80) {
      ++i;
    } else {
      const size_t length = SequenceLength(bytes + i, text.size() - i, surrogatepass);
      if (length == 0) return i;
      i += length;
    }
  }
  return text.size();
}

void AppendUtf8(std::string& out, uint32_t code_point) {
  PICKLEPROOF_CHECK(code_point <= kMaxCodePoint);
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xc0 | code_point >> 6);
    out += static_cast<char>(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xe0 | code_point >> 12);
    out += static_cast<char>(0x80 | (code_point >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code_point & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code_point >> 18);
    out += static_cast<char>(0x80 | (code_point >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code_point >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code_point & 0x3f));
  }
}

uint32_t NextCodePoint(std::string_view text, size_t* offset) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data()) + *offset;
  const unsigned char c = p[0];
  if (c < 0x80) {
    *offset += 1;
    return c;
  }
  if (c < 0xe0) {
    *offset += 2;
    return (c & 0x1fU) << 6 | (p[1] & 0x3fU);
  }
  if (c < 0xf0) {
    *offset += 3;
    return (c & 0x0fU) << 12 | (p[1] & 0x3fU) << 6 | (p[2] & 0x3fU);
  }
  *offset += 4;
  return (c & 0x07U) << 18 | (p[1] & 0x3fU) << 12 | (p[2] & 0x3fU) << 6 | (p[3] & 0x3fU);
}

std::string WithoutSurrogates(std::string_view text) {
  if (IsUtf8(text, false) || !IsUtf8(text, true)) return std::string(text);
  std::string out;
  for (size_t offset = 0; offset < text.size();) {
    const uint32_t point = NextCodePoint(text, &offset);
    if (point >= 0xd800 && point < 0xe000) {
      out += fmt::format("\\u{:04x}", point);
    } else {
      AppendUtf8(out, point);
    }
  }
  return out;
}

size_t CountCodePoints(std::string_view text) {
  size_t count = 0;
  for (const unsigned char c : text) count += IsContinuation(c) ? 0 : 1;
  return count;
}

}  // namespace pickleproof
