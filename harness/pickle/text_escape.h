#pragma once
// The text arguments of protocol 0 as CPython's picklers write them. Kept apart from the writer
// because nothing here depends on protocols or policies.

#include <cstddef>
#include <string_view>

namespace pickleproof {

// The largest growth of RawUnicodeEscape: a byte of UTF-8 becomes at most this many.
inline constexpr size_t kMaxEscape = 6;

// Writes well-formed generalized UTF-8 as the argument of UNICODE to `out`, which has room for
// kMaxEscape times text.size(): code points below 256 as one byte, except backslash, NUL, newline,
// carriage return and Ctrl-Z; these and the rest as \uXXXX or \UXXXXXXXX. Returns the end of what
// was written. Source: CPython Modules/_pickle.c, raw_unicode_escape.
char* RawUnicodeEscape(char* out, std::string_view text);

// Whether a str holds one of the five ASCII characters that RawUnicodeEscape escapes.
bool NeedsEscape(std::string_view text);

// The longest repr() of a float.
inline constexpr size_t kMaxFloatText = 32;

// Writes Python's repr() of a float: the shortest digits that read back as the same number. Returns
// the end of what was written. Source: CPython Python/pystrtod.c, format_float_short, for 'r'.
char* FloatText(char* out, double value);

// Writes each byte as the UTF-8 of the code point of the same number to `out`, which has room for
// twice bytes.size(). Returns the end of what was written.
char* Latin1ToUtf8(char* out, std::string_view bytes);

// The length of that UTF-8.
size_t Latin1Utf8Length(std::string_view bytes);

}  // namespace pickleproof
