#pragma once
// Tokens of the text notation. Kept apart from the parser, which decides what they mean.

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/text_arena.h"

namespace pickleproof {

class NotationLexer {
 public:
  // `text` is UTF-8 and stays where it is while the lexer and what it returns are in use.
  explicit NotationLexer(std::string_view text) : text_(text) {}

  std::string_view text() const { return text_; }
  size_t offset() const { return offset_; }
  bool AtEnd() const { return offset_ == text_.size(); }
  // The next byte; NUL at the end.
  char Peek() const { return AtEnd() ? '\0' : text_[offset_]; }
  bool AtQuote() const { return Peek() == '\'' || Peek() == '"'; }

  // Spaces, tabs and line ends.
  void SkipSpace();
  // Takes `c` and the space after it, where it is next.
  bool Take(char c);
  Result<void> Demand(char c);

  // Identifiers joined by dots, as far as they go: "os.path.join". Empty where none starts here.
  // Does not skip the space after it, because a quote must follow at once in b'' and py2''.
  std::string_view TakeWord();
  // The digits of an int, or of a float where `is_float` says so, or -inf as a float.
  Result<std::string_view> TakeNumber(bool* is_float);
  // Decimal, up to 2^32 - 1; `what` names it in the error.
  Result<uint32_t> TakeUnsigned(std::string_view what);
  // Exactly 16 hex digits after a ':', as in nan:7ff8000000000001. Takes nothing and gives false
  // where there is something else.
  bool TakeNanBits(uint64_t* bits);
  // A quoted literal; see ReadQuoted. Skips the space after it.
  Result<std::string_view> TakeQuoted(bool bytes);

  // The error that says what should be here and what is.
  std::unexpected<Error> Expected(std::string_view what) const;

 private:
  size_t CountDigits(size_t at) const;

  std::string_view text_;
  size_t offset_ = 0;
  TextArena arena_;
};

}  // namespace pickleproof
