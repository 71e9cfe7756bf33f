#include "harness/graph/notation_lexer.h"

#include <charconv>

#include <fmt/format.h>

#include "harness/base/utf8.h"
#include "harness/graph/notation_text.h"

namespace pickleproof {

void NotationLexer::SkipSpace() {
  while (offset_ < text_.size() && (text_[offset_] == ' ' || text_[offset_] == '\n' ||
                                    text_[offset_] == '\t' || text_[offset_] == '\r')) {
    ++offset_;
  }
}

bool NotationLexer::Take(char c) {
  if (AtEnd() || text_[offset_] != c) return false;
  ++offset_;
  SkipSpace();
  return true;
}

Result<void> NotationLexer::Demand(char c) {
  if (!Take(c)) return Expected(fmt::format("'{}'", c));
  return {};
}

std::string_view NotationLexer::TakeWord() {
  const size_t start = offset_;
  const auto starts = [&](size_t at) { return at < text_.size() && IsIdentifierStart(text_[at]); };
  if (!starts(start)) return {};
  for (;;) {
    while (!AtEnd() && IsIdentifierPart(text_[offset_])) ++offset_;
    if (Peek() != '.' || !starts(offset_ + 1)) break;
    ++offset_;
  }
  return text_.substr(start, offset_ - start);
}

size_t NotationLexer::CountDigits(size_t at) const {
  const size_t start = at;
  while (at < text_.size() && IsDigit(text_[at])) ++at;
  return at - start;
}

Result<std::string_view> NotationLexer::TakeNumber(bool* is_float) {
  const size_t start = offset_;
  const auto at = [this](size_t i) { return i < text_.size() ? text_[i] : '\0'; };
  size_t end = start + (at(start) == '-' ? 1 : 0);
  const size_t digits = CountDigits(end);
  *is_float = false;
  if (text_.substr(start, 4) == "-inf") {
    *is_float = true;
    end = start + 4;
  } else if (digits == 0) {
    return Expected("digits or inf after '-'");
  } else if (digits > 1 && text_[end] == '0') {
    return Expected("a number without leading zeros");
  } else {
    end += digits;
    if (at(end) == '.' && IsDigit(at(end + 1))) {
      *is_float = true;
      end += 1 + CountDigits(end + 1);
    }
    if (at(end) == 'e' || at(end) == 'E') {
      const size_t sign = at(end + 1) == '-' || at(end + 1) == '+' ? 1 : 0;
      *is_float = true;
      end += 1 + sign + CountDigits(end + 1 + sign);
    }
  }
  const std::string_view number = text_.substr(start, end - start);
  if (IsIdentifierPart(at(end)) || at(end) == '.') {
    offset_ = end;
    return Expected("the end of the number");
  }
  if (*is_float && number != "-inf" && !FloatFromDigits(number)) {
    return Expected("a float within the range of a double, or inf");
  }
  offset_ = end;
  SkipSpace();
  return number;
}

Result<uint32_t> NotationLexer::TakeUnsigned(std::string_view what) {
  const size_t digits = CountDigits(offset_);
  uint32_t value = 0;
  const char* end = text_.data() + offset_ + digits;
  const auto [stop, problem] = std::from_chars(text_.data() + offset_, end, value);
  if (problem != std::errc()) return Expected(fmt::format("{}, a number below 2**32", what));
  offset_ += digits;
  return value;
}

bool NotationLexer::TakeNanBits(uint64_t* bits) {
  constexpr size_t kDigits = 16;
  if (Peek() != ':') return false;
  const std::string_view digits = text_.substr(offset_ + 1, kDigits);
  const char* begin = digits.data();
  const char* end = begin + digits.size();
  uint64_t value = 0;
  const auto [stop, problem] = std::from_chars(begin, end, value, 16);
  if (digits.size() != kDigits || problem != std::errc() || stop != end) return false;
  *bits = value;
  offset_ += 1 + kDigits;
  return true;
}

Result<std::string_view> NotationLexer::TakeQuoted(bool bytes) {
  if (!AtQuote()) return Expected("a quote");
  Result<std::string_view> text = ReadQuoted(text_, &offset_, bytes, arena_);
  if (text) SkipSpace();
  return text;
}

std::unexpected<Error> NotationLexer::Expected(std::string_view what) const {
  std::string found = "the end of the text";
  if (!AtEnd()) {
    size_t end = offset_;
    NextCodePoint(text_, &end);
    found.clear();
    AppendQuotedStr(found, text_.substr(offset_, end - offset_));
  }
  return Fail(ErrorCode::kSyntax, fmt::format("expected {}, found {}", what, found), offset_);
}

}  // namespace pickleproof
