#pragma once
// Text as generalized UTF-8: UTF-8 in which lone surrogates are encoded as three bytes too, as
// Python's `surrogatepass` does. A surrogate *pair* stays two code points (six bytes); nothing here
// ever joins them.

#include <cstdint>
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

// Appends one code point, surrogates included. `code_point` must not exceed kMaxCodePoint.
void AppendUtf8(std::string& out, uint32_t code_point);

// Reads the code point at `*offset` of well-formed generalized UTF-8 and moves the offset past it.
uint32_t NextCodePoint(std::string_view text, size_t* offset);

// The number of code points of well-formed generalized UTF-8.
size_t CountCodePoints(std::string_view text);

}  // namespace pickleproof
