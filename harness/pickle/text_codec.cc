#include "harness/pickle/text_codec.h"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "harness/base/utf8.h"
#include "harness/graph/big_int.h"

namespace pickleproof {
namespace {

// Python's default limit on decimal digits, sys.int_info.default_max_str_digits.
constexpr size_t kMaxDecimalDigits = 4300;

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int DigitValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

std::string_view Strip(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// The base that the prefix of `digits` asks for, after which the prefix is cut off.
int TakeBase(std::string_view* digits, bool* must_be_zero) {
  if (!digits->starts_with('0')) return 10;
  const char mark = digits->size() > 1 ? (*digits)[1] : '\0';
  const int base = mark == 'x' || mark == 'X'   ? 16
                   : mark == 'o' || mark == 'O' ? 8
                   : mark == 'b' || mark == 'B' ? 2
                                                : 0;
  if (base == 0) {
    *must_be_zero = true;
    return 10;
  }
  digits->remove_prefix(2);
  if (digits->starts_with('_')) digits->remove_prefix(1);
  return base;
}

// The sign and the digits without underscores; nothing where they are no number, or too many.
std::optional<std::string> PlainDigits(std::string_view digits, bool negative, int base) {
  std::string plain = negative ? "-" : "";
  bool after_digit = false;
  for (const char c : digits) {
    if (c == '_') {
      if (!after_digit) return std::nullopt;
    } else if (DigitValue(c) >= base) {
      return std::nullopt;
    } else {
      plain += c;
    }
    after_digit = c != '_';
  }
  if (!after_digit) return std::nullopt;
  if (base == 10 && plain.size() - (negative ? 1 : 0) > kMaxDecimalDigits) return std::nullopt;
  return plain;
}

std::optional<int64_t> SmallFrom(const std::string& plain, int base) {
  errno = 0;
  const long long value = std::strtoll(plain.c_str(), nullptr, base);
  if (errno != 0) return std::nullopt;
  return value;
}

std::optional<IntText> FromDigits(const std::string& plain, int base) {
  if (const auto small = SmallFrom(plain, base)) return IntText{small, {}};
  auto big = TwosComplementFromDigits(plain, base);
  if (!big) return std::nullopt;
  return IntText{std::nullopt, std::move(*big)};
}

// The length of the longest prefix that is a float as PyOS_string_to_double takes it, or 0.
size_t FloatLength(std::string_view text, bool* is_word) {
  size_t i = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  *is_word = false;
  for (const std::string_view word : {"infinity", "inf", "nan"}) {
    if (text.size() - i >= word.size() &&
        strncasecmp(text.data() + i, word.data(), word.size()) == 0) {
      *is_word = true;
      return i + word.size();
    }
  }
  size_t digits = 0;
  for (; i < text.size() && IsDigit(text[i]); ++i) ++digits;
  if (i < text.size() && text[i] == '.') {
    for (++i; i < text.size() && IsDigit(text[i]); ++i) ++digits;
  }
  if (digits == 0) return 0;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    size_t j = i + 1;
    if (j < text.size() && (text[j] == '+' || text[j] == '-')) ++j;
    if (j < text.size() && IsDigit(text[j])) {
      while (j < text.size() && IsDigit(text[j])) ++j;
      i = j;
    }
  }
  return i;
}

double FloatOf(const std::string& text, bool is_word) {
  if (!is_word) return std::strtod(text.c_str(), nullptr);
  const bool negative = text[0] == '-';
  const bool nan = text.find_first_of("aA") != std::string::npos;
  const double value = nan ? std::nan("") : HUGE_VAL;
  return negative ? -value : value;
}

}  // namespace

std::optional<IntText> ParsePythonInt(std::string_view text, int base) {
  std::string_view digits = Strip(text);
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  bool must_be_zero = false;
  if (base == 0) base = TakeBase(&digits, &must_be_zero);
  const auto plain = PlainDigits(digits, negative, base);
  if (!plain) return std::nullopt;
  auto value = FromDigits(*plain, base);
  if (value && must_be_zero && value->small != 0) return std::nullopt;
  return value;
}

std::optional<MemoIndexText> ParseMemoIndex(std::string_view text) {
  std::string_view digits = Strip(text);
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  auto plain = PlainDigits(digits, negative, 10);
  if (!plain) return std::nullopt;
  if (const auto small = SmallFrom(*plain, 10)) return MemoIndexText{small, {}};
  const size_t sign = negative ? 1 : 0;
  plain->erase(sign, plain->find_first_not_of('0', sign) - sign);
  return MemoIndexText{std::nullopt, std::move(*plain)};
}

std::optional<int64_t> ParseSmallCInt(std::string_view line, bool* is_bool) {
  const std::string text(line.substr(0, line.find('\0')));
  const bool cut = text.size() != line.size();
  errno = 0;
  char* end = nullptr;
  const long value = std::strtol(text.c_str(), &end, 0);
  *is_bool = false;
  // Where nothing could be read, strtol leaves `end` at the start: an error unless a NUL is there.
  const bool whole = *end == '\0' && (end != text.c_str() || (cut && text.empty()));
  if (errno == 0 && whole) {
    *is_bool = line.size() == 2 && (value == 0 || value == 1);
    return value;
  }
  return std::nullopt;
}

std::optional<IntText> ParseCInt(std::string_view line, bool* is_bool) {
  if (const auto small = ParseSmallCInt(line, is_bool)) return IntText{small, {}};
  return ParsePythonInt(line.substr(0, line.find('\0')), 0);
}

std::optional<double> ParsePythonFloat(std::string_view text) {
  const std::string_view stripped = Strip(text);
  std::string plain;
  for (size_t i = 0; i < stripped.size(); ++i) {
    if (stripped[i] != '_') {
      plain += stripped[i];
    } else if (i == 0 || !IsDigit(stripped[i - 1]) || i + 1 == stripped.size() ||
               !IsDigit(stripped[i + 1])) {
      return std::nullopt;
    }
  }
  bool is_word = false;
  if (plain.empty() || FloatLength(plain, &is_word) != plain.size()) return std::nullopt;
  return FloatOf(plain, is_word);
}

std::optional<double> ParseCFloat(std::string_view line, bool* overflow) {
  const std::string text(line.substr(0, line.find('\0')));
  bool is_word = false;
  *overflow = false;
  const size_t length = FloatLength(text, &is_word);
  if (length == 0) return std::nullopt;
  const double value = FloatOf(text.substr(0, length), is_word);
  *overflow = !is_word && std::isinf(value);
  if (*overflow || length != text.size()) return std::nullopt;
  return value;
}

namespace {

std::unexpected<Error> BadEscape(std::string message) {
  return std::unexpected(
      Error{ErrorCode::kBadArgument, kNoOffset, std::move(message), "ValueError"});
}

}  // namespace

Result<std::string> DecodeQuotedString(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == text.back() &&
                      (text.front() == '\'' || text.front() == '"');
  if (!quoted) return Fail(ErrorCode::kBadArgument, "the STRING argument must be quoted");
  const std::string_view body = text.substr(1, text.size() - 2);
  static constexpr std::string_view kNames = "\\'\"bftnrva";
  static constexpr std::string_view kValues = "\\'\"\b\f\t\n\r\v\a";
  std::string out;
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\') {
      out += body[i];
      continue;
    }
    if (++i == body.size()) return BadEscape("a backslash ends the STRING argument");
    const char c = body[i];
    const size_t simple = kNames.find(c);
    if (simple != std::string_view::npos) {
      out += kValues[simple];
    } else if (c >= '0' && c <= '7') {
      int value = 0;
      size_t count = 0;
      for (;
           count < 3 && i + count < body.size() && body[i + count] >= '0' && body[i + count] <= '7';
           ++count) {
        value = value * 8 + (body[i + count] - '0');
      }
      i += count - 1;
      out += static_cast<char>(value);
    } else if (c == 'x') {
      if (i + 2 >= body.size() || DigitValue(body[i + 1]) >= 16 || DigitValue(body[i + 2]) >= 16) {
        return BadEscape("\\x in the STRING argument needs two hex digits");
      }
      out += static_cast<char>(DigitValue(body[i + 1]) * 16 + DigitValue(body[i + 2]));
      i += 2;
    } else if (c != '\n') {
      out += '\\';
      out += c;
    }
  }
  return out;
}

Result<std::string> DecodeRawUnicodeEscape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte != '\\' || i + 1 == text.size()) {
      AppendUtf8(out, byte);
      continue;
    }
    const char kind = text[++i];
    const size_t count = kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (count == 0) {
      out += '\\';
      AppendUtf8(out, static_cast<unsigned char>(kind));
      continue;
    }
    uint32_t code_point = 0;
    for (size_t j = 1; j <= count; ++j) {
      const int digit = i + j < text.size() ? DigitValue(text[i + j]) : 99;
      if (digit >= 16) return Fail(ErrorCode::kBadEncoding, "a truncated \\u or \\U escape");
      code_point = code_point * 16 + static_cast<uint32_t>(digit);
    }
    if (code_point > kMaxCodePoint) return Fail(ErrorCode::kBadEncoding, "\\U beyond U+10FFFF");
    AppendUtf8(out, code_point);
    i += count;
  }
  return out;
}

}  // namespace pickleproof
