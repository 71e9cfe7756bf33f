#pragma once
// Arguments in the canonical forms that picklers write, as strings: numbers as bytes and as text,
// repr() of floats and of Python 2 strings. What readers accept beyond them is text_codec.h's
// business, and how the pickler writes them fast text_escape.h's.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pickleproof {

// int() and str() of Python 3.11 refuse more decimal digits than this (sys.int_info).
inline constexpr size_t kMaxDecimalDigits = 4300;

// At most 8 bytes as a little-endian number, the sign extended where `is_signed`.
uint64_t NumberOf(std::string_view bytes, bool is_signed);
// The low `width` bytes of a number, little-endian.
std::string BytesOf(uint64_t number, size_t width);

// Whether `text` is an int of any size as str() prints it.
bool IsCanonicalDecimal(std::string_view text);
// int(text) in base 10, as str() prints it; nothing where int() raises ValueError.
std::optional<std::string> ParseDecimal(std::string_view text);
// int(text) in base 10 where it is from 0 to 2**64-1.
std::optional<uint64_t> ParseIndex(std::string_view text);

// Two's complement, little-endian, without superfluous sign bytes at the end, as
// pickle.encode_long() writes it: 0 is empty.
std::string_view Minimal(std::string_view twos_complement);
// The same of an int in canonical decimal.
std::string MinimalOf(std::string_view decimal);
// Whether str() refuses the int for its digits.
bool ExceedsDecimalDigits(std::string_view twos_complement);

// repr() of a float: FLOAT's argument.
std::string FloatRepr(double value);
// repr() of a Python 2 str, quotes included: STRING's argument.
std::string Python2Repr(std::string_view bytes);
// raw-unicode-escape of well-formed generalized UTF-8: UNICODE's argument.
std::string RawUnicodeEncode(std::string_view utf8);

}  // namespace pickleproof
