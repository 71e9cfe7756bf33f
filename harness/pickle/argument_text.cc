#include "harness/pickle/argument_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/base/bytes.h"
#include "harness/base/check.h"
#include "harness/graph/big_int.h"
#include "harness/pickle/text_codec.h"
#include "harness/pickle/text_escape.h"

namespace pickleproof {

uint64_t NumberOf(std::string_view bytes, bool is_signed) {
  uint64_t number = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    number |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  if (is_signed && bytes.size() < 8 && !bytes.empty() && (bytes.back() & 0x80) != 0) {
    number |= ~uint64_t{0} << (8 * bytes.size());
  }
  return number;
}

std::string BytesOf(uint64_t number, size_t width) {
  std::string bytes;
  AppendLittle(bytes, number);
  bytes.resize(width);
  return bytes;
}

bool IsCanonicalDecimal(std::string_view text) {
  if (text == "0") return true;
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text[0] != '0' &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::string> ParseDecimal(std::string_view text) {
  const std::optional<IntText> value = ParsePythonInt(text, /*base=*/10);
  if (!value) return std::nullopt;
  return value->small ? std::to_string(*value->small) : DecimalFromTwosComplement(value->big);
}

std::optional<uint64_t> ParseIndex(std::string_view text) {
  const std::optional<IntText> value = ParsePythonInt(text, /*base=*/10);
  if (!value) return std::nullopt;
  if (value->small) {
    return *value->small < 0 ? std::nullopt : std::optional(static_cast<uint64_t>(*value->small));
  }
  // From 2**63 on: eight bytes and one for the sign.
  if (value->big.size() != 9 || value->big.back() != 0) return std::nullopt;
  return NumberOf(std::string_view(value->big).substr(0, 8), /*is_signed=*/false);
}

std::string_view Minimal(std::string_view twos_complement) {
  std::string_view bytes = twos_complement;
  while (bytes.size() > 1) {
    const char sign = (bytes[bytes.size() - 2] & 0x80) != 0 ? '\xff' : '\0';
    if (bytes.back() != sign) return bytes;
    bytes.remove_suffix(1);
  }
  return bytes == std::string_view("\0", 1) ? bytes.substr(1) : bytes;
}

std::string MinimalOf(std::string_view decimal) {
  const std::optional<std::string> bytes = TwosComplementFromDigits(decimal);
  PICKLEPROOF_CHECK(bytes.has_value());
  return std::string(Minimal(*bytes));
}

bool ExceedsDecimalDigits(std::string_view twos_complement) {
  // 10**4300 has 14285 bits: all ints of 1785 bytes lie below it, no minimal one of 1787 does.
  constexpr size_t kBorder = 1786;
  const std::string_view bytes = Minimal(twos_complement);
  if (bytes.size() != kBorder) return bytes.size() > kBorder;
  const std::string decimal = DecimalFromTwosComplement(bytes);
  return decimal.size() - (decimal[0] == '-' ? 1 : 0) > kMaxDecimalDigits;
}

std::string FloatRepr(double value) {
  char text[kMaxFloatText];
  return {text, FloatText(text, value)};
}

std::string Python2Repr(std::string_view bytes) {
  const bool has_single = bytes.find('\'') != std::string_view::npos;
  const bool has_double = bytes.find('"') != std::string_view::npos;
  if (!has_single || has_double) return fmt::format("'{}'", EscapeBytes(bytes));
  std::string out = "\"";
  for (size_t i = 0; i <= bytes.size();) {
    const size_t quote = std::min(bytes.find('\'', i), bytes.size());
    out += EscapeBytes(bytes.substr(i, quote - i));
    if (quote < bytes.size()) out += '\'';
    i = quote + 1;
  }
  return out + '"';
}

std::string RawUnicodeEncode(std::string_view utf8) {
  std::string out(utf8.size() * kMaxEscape, '\0');
  const char* end = RawUnicodeEscape(out.data(), utf8);
  out.resize(static_cast<size_t>(end - out.data()));
  return out;
}

}  // namespace pickleproof
