#pragma once
// Text as generalized UTF-8: UTF-8 in which lone surrogates are encoded as three bytes too, as
// Python's `surrogatepass` does. A surrogate *pair* stays two code points (six bytes); nothing here
// ever joins them.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace pickleproof {

inline constexpr uint32_t kMaxCodePoint = 0x10ffff;

// The offset of the first byte that is not well formed, or the size where all of it is. Surrogates
// are accepted where `surrogatepass`. Source: CPython Objects/stringlib/codecs.h.
size_t Utf8ErrorOffset(std::string_view text, bool surrogatepass);

inline bool IsUtf8(std::string_view text, bool surrogatepass) {
  return Utf8ErrorOffset(text, surrogatepass) == text.size();
}

bool IsAscii(std::string_view text);

// The same for text at whose start eight bytes may be read however short it is.
inline bool IsAsciiPadded(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080U;
  const auto word = [&](size_t i) {
    uint64_t bytes;
    std::memcpy(&bytes, text.data() + i, sizeof bytes);
    return bytes;
  };
  if (text.size() < 8) return (word(0) & ~(~uint64_t{0} << 8 * text.size()) & kHighBits) == 0;
  uint64_t seen = word(text.size() - 8);
  for (size_t i = 0; i + 8 < text.size(); i += 8) seen |= word(i);
  return (seen & kHighBits) == 0;
}

// Appends one code point, surrogates included. `code_point` must not exceed kMaxCodePoint.
void AppendUtf8(std::string& out, uint32_t code_point);

// Reads the code point at `*offset` of well-formed generalized UTF-8 and moves the offset past it.
uint32_t NextCodePoint(std::string_view text, size_t* offset);

// Of generalized UTF-8 what a terminal or JSON can show: surrogates as the six characters `\udc80`.
// Whatever else it is given comes back as it is.
std::string WithoutSurrogates(std::string_view text);

// The number of code points of well-formed generalized UTF-8.
size_t CountCodePoints(std::string_view text);

}  // namespace pickleproof
