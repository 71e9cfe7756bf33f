#pragma once
// The literals of the text notation in both directions: quoted text with Python's escapes, floats.
// Kept apart from printer and parser, which both are about nesting only.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/text_arena.h"

namespace pickleproof {

// Appends generalized UTF-8 as a quoted str. Quotes are ' unless the text holds ' and no ". Control
// and invisible characters, surrogates and noncharacters are escaped; the rest stands for itself.
void AppendQuotedStr(std::string& out, std::string_view text);

// Appends bytes in '...', as Python's repr does, without the b in front.
void AppendQuotedBytes(std::string& out, std::string_view bytes);

// Appends the shortest digits that read back as the same double, always with a '.' or an exponent;
// inf, -inf, nan (7ff8000000000000), or nan:HEX with all 16 digits for every other NaN.
void AppendFloat(std::string& out, uint64_t bits);

// What a float literal (digits with '.' or exponent, as AppendFloat writes them, but not inf or
// nan) stands for; nothing where it is malformed or out of a double's range.
std::optional<double> FloatFromDigits(std::string_view digits);

// The text of a quoted literal: `text[*offset]` is the quote; moves the offset past the closing
// one. The result lies in `text` itself or in `arena`. `bytes` reads a bytes literal (\xNN is a
// byte; only ASCII stands for itself), else a str (\xNN, \uNNNN and \U00NNNNNN are code points).
// kSyntax with the offset.
Result<std::string_view> ReadQuoted(std::string_view text, size_t* offset, bool bytes,
                                    TextArena& arena);

// Whether a name needs no quotes: letters, digits, _, not starting with a digit.
bool IsIdentifier(std::string_view name);
constexpr bool IsIdentifierStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsIdentifierPart(char c) { return IsIdentifierStart(c) || IsDigit(c); }

}  // namespace pickleproof
