#pragma once
// The text arguments of protocol 0: numbers as C's strtol and Python's int() and float() read them,
// quoted strings, raw-unicode-escape, and the decoding of Python 2 strings. Pure functions, apart
// from the machine because every rule here is a table row of a test.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/error.h"

namespace pickleproof {

// An int of any size: `small` where it fits, else minimal two's complement, little-endian.
struct IntText {
  std::optional<int64_t> small;
  std::string big;
};

// What Python's int(text, base) gives, base 0 or 10; nothing where it raises ValueError, more than
// 4300 decimal digits included. Source: CPython Objects/longobject.c, PyLong_FromString.
std::optional<IntText> ParsePythonInt(std::string_view text, int base);

// The same with base 10: `digits` where it does not fit, without leading zeros.
struct MemoIndexText {
  std::optional<int64_t> small;
  std::string digits;
};
std::optional<MemoIndexText> ParseMemoIndex(std::string_view text);

// What `I` gives in _pickle: strtol with base 0 on the line up to a NUL, else Python's int(text,
// 0). `line` has no newline. `is_bool` is set for one of the two-character forms of 0 and 1.
// Source: Modules/_pickle.c, load_int.
std::optional<IntText> ParseCInt(std::string_view line, bool* is_bool);

// The first half of it: nothing where Python's int() decides.
std::optional<int64_t> ParseSmallCInt(std::string_view line, bool* is_bool);

// What Python's float(text) gives; nothing where it raises ValueError. Overflow gives infinity.
std::optional<double> ParsePythonFloat(std::string_view text);

// What `F` gives in _pickle: no spaces, no underscores; overflow is an error of its own (true in
// `*overflow`). Source: Modules/_pickle.c, load_float; Python/pystrtod.c.
std::optional<double> ParseCFloat(std::string_view line, bool* overflow);

// The contents of a quoted STRING argument, quotes included in `text`, escapes decoded. Fails with
// kBadArgument. Source: Objects/bytesobject.c, _PyBytes_DecodeEscape.
Result<std::string> DecodeQuotedString(std::string_view text);

// raw-unicode-escape to generalized UTF-8. Fails with kBadEncoding.
// Source: Objects/unicodeobject.c, PyUnicode_DecodeRawUnicodeEscape.
Result<std::string> DecodeRawUnicodeEscape(std::string_view text);

// Codecs for Python 2 strings that our own reader knows.
enum class TextEncoding : uint8_t { kAscii, kLatin1, kUtf8, kBytes, kKeep };
std::optional<TextEncoding> FindTextEncoding(std::string_view name);

// Decodes `bytes` to generalized UTF-8; `encoding` is one of the first three. Fails with
// kBadEncoding, or kUnsupported where `errors` names no known handler.
Result<std::string> DecodeText(std::string_view bytes, TextEncoding encoding,
                               std::string_view errors);

}  // namespace pickleproof
