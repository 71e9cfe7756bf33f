#include "harness/pickle/assembler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "harness/base/bytes.h"
#include "harness/base/text_arena.h"
#include "harness/base/utf8.h"
#include "harness/graph/notation_text.h"
#include "harness/pickle/argument_text.h"
#include "harness/pickle/text_codec.h"

namespace pickleproof {
namespace {

// A piece of a line.
struct Token {
  enum class Kind : uint8_t { kWord, kText, kBytes, kEnd };
  Kind kind = Kind::kEnd;
  std::string_view text;  // a word as it is; a literal with its quotes, without the b
  size_t column = 0;      // from 0

  bool IsWord(std::string_view word) const { return kind == Kind::kWord && text == word; }
  bool IsHex() const { return kind == Kind::kWord && text.starts_with("0x"); }
  bool IsLiteral() const { return kind == Kind::kText || kind == Kind::kBytes; }
};

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// A syntax error at a column of the line; line and column are put into words in one place.
std::unexpected<Error> At(size_t column, std::string message) {
  return Fail(ErrorCode::kSyntax, std::move(message), column);
}

// The number of single-letter edits between two words.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + ((a[i] & ~0x20) == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

std::string_view NearestOpcode(std::string_view word) {
  constexpr size_t kLongest = 40;
  word = word.substr(0, kLongest);
  return std::ranges::min(AllOpcodes(), {},
                          [word](const OpcodeInfo& info) { return EditDistance(word, info.name); })
      .name;
}

// Cuts a line into tokens. Comments end it.
class Scanner {
 public:
  explicit Scanner(std::string_view line) : line_(line) {}

  // Skips "12:" at the front.
  void SkipOffset() {
    SkipBlanks();
    size_t i = at_;
    while (i < line_.size() && IsDigit(line_[i])) ++i;
    if (i > at_ && i < line_.size() && line_[i] == ':') at_ = i + 1;
  }

  Result<Token> Next() {
    SkipBlanks();
    Token token{.kind = Token::Kind::kEnd, .text = {}, .column = at_};
    if (at_ == line_.size() || line_[at_] == '#') return token;
    const bool prefixed = line_[at_] == 'b' && at_ + 1 < line_.size() && IsQuote(line_[at_ + 1]);
    if (prefixed) ++at_;
    if (IsQuote(line_[at_])) {
      token.kind = prefixed ? Token::Kind::kBytes : Token::Kind::kText;
      return Quoted(token);
    }
    const size_t start = at_;
    while (at_ < line_.size() && !IsBlank(line_[at_]) && line_[at_] != '#' &&
           !IsQuote(line_[at_])) {
      ++at_;
    }
    token.kind = Token::Kind::kWord;
    token.text = line_.substr(start, at_ - start);
    return token;
  }

 private:
  static bool IsQuote(char c) { return c == '\'' || c == '"'; }

  void SkipBlanks() {
    while (at_ < line_.size() && IsBlank(line_[at_])) ++at_;
  }

  Result<Token> Quoted(Token token) {
    const size_t start = at_;
    const char quote = line_[at_++];
    while (at_ < line_.size() && line_[at_] != quote) at_ += line_[at_] == '\\' ? 2 : 1;
    if (at_ >= line_.size()) {
      return At(start, fmt::format("the text has no closing {} on this line", quote));
    }
    token.text = line_.substr(start, ++at_ - start);
    return token;
  }

  std::string_view line_;
  size_t at_ = 0;
};

// The tokens behind an opcode, one after the other.
class Arguments {
 public:
  Arguments(std::string_view opcode, std::vector<Token> tokens)
      : opcode_(opcode), tokens_(std::move(tokens)) {}

  const Token& Peek(size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  Token Take() { return next_ + 1 < tokens_.size() ? tokens_[next_++] : tokens_.back(); }

  Result<std::string> Text(const Token& token) { return Unquote(token, /*bytes=*/false); }
  Result<std::string> Bytes(const Token& token) { return Unquote(token, /*bytes=*/true); }
  Result<std::string> Hex(const Token& token) {
    Result<std::string> bytes = FromHex(token.text);
    if (bytes) return bytes;
    return At(token.column + bytes.error().offset, bytes.error().message);
  }

  // "OPCODE takes ..., as in OPCODE ..."
  std::unexpected<Error> Wrong(const Token& token, std::string_view takes,
                               std::string_view example) const {
    return At(token.column, fmt::format("{0} takes {1}; write {0}{2}{3}", opcode_, takes,
                                        example.empty() ? "" : " ", example));
  }

 private:
  Result<std::string> Unquote(const Token& token, bool bytes) {
    arena_.Clear();
    size_t offset = 0;
    const Result<std::string_view> text = ReadQuoted(token.text, &offset, bytes, arena_);
    if (text) return std::string(*text);
    return At(token.column + text.error().offset, text.error().message);
  }

  std::string_view opcode_;
  std::vector<Token> tokens_;  // the last is kEnd
  size_t next_ = 0;
  TextArena arena_;
};

// What the Make functions refuse, as a syntax error.
Result<OwnedInstruction> Located(Result<OwnedInstruction> made, const Token& token) {
  if (made) return made;
  return At(token.column, made.error().message);
}

Result<OwnedInstruction> ParseRaw(const OpcodeInfo& info, Arguments& arguments) {
  const Token token = arguments.Take();
  if (!token.IsHex() && !token.IsLiteral()) {
    return arguments.Wrong(token, "bytes after raw", "raw 0x00ff or raw 'text'");
  }
  Result<std::string> bytes = token.IsHex() ? arguments.Hex(token) : arguments.Bytes(token);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  return Located(MakeRaw(info.opcode, std::move(*bytes)), token);
}

Result<OwnedInstruction> ParseInt(const OpcodeInfo& info, Arguments& arguments) {
  const Token token = arguments.Take();
  if (info.opcode == Opcode::INT && (token.IsWord("True") || token.IsWord("False"))) {
    return MakeTextBool(token.IsWord("True"));
  }
  if (token.kind != Token::Kind::kWord || !IsCanonicalDecimal(token.text)) {
    const bool is_text = LayoutOf(info.arg).form == ArgLayout::Form::kLine;
    return arguments.Wrong(token, "a decimal int without leading zeros",
                           is_text ? "7, or raw '007' for any other text" : "7");
  }
  return Located(MakeInt(info.opcode, token.text), token);
}

Result<OwnedInstruction> ParseFloat(const OpcodeInfo& info, Arguments& arguments) {
  const Token token = arguments.Take();
  const bool is_text = info.arg == ArgKind::kFloatNl;
  if (token.IsHex() && !is_text) {
    Result<std::string> bytes = arguments.Hex(token);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    return Located(MakeRaw(info.opcode, std::move(*bytes)), token);
  }
  const std::optional<double> value =
      token.kind == Token::Kind::kWord ? ParsePythonFloat(token.text) : std::nullopt;
  if (!value || (std::isnan(*value) && token.text != "nan")) {
    return arguments.Wrong(
        token, "a float",
        is_text ? "1.5, inf, nan, or raw '1.50' for any other text"
                : "1.5, inf, nan, or 0x7ff8000000000001 for the bytes as they stand in the pickle");
  }
  return MakeFloat(info.opcode, *value);
}

Result<OwnedInstruction> ParseText(const OpcodeInfo& info, Arguments& arguments) {
  const Token token = arguments.Take();
  if (token.kind != Token::Kind::kText) {
    return arguments.Wrong(token, "text", "'text', or raw b'bytes' for what is not UTF-8");
  }
  Result<std::string> text = arguments.Text(token);
  if (!text) return std::unexpected(std::move(text.error()));
  return Located(MakeText(info.opcode, *text), token);
}

Result<OwnedInstruction> ParseBytes(const OpcodeInfo& info, Arguments& arguments) {
  const Token token = arguments.Take();
  if (!token.IsLiteral()) return arguments.Wrong(token, "bytes", "b'text\\xff'");
  Result<std::string> bytes = arguments.Bytes(token);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  return Located(MakeBytes(info.opcode, *bytes), token);
}

Result<OwnedInstruction> ParseGlobal(const OpcodeInfo& info, Arguments& arguments) {
  const Token first = arguments.Take();
  const Token& second = arguments.Peek();
  const std::string_view example = "'module name', or 'module' 'name' where one holds a space";
  if (first.kind != Token::Kind::kText) {
    return arguments.Wrong(first, "a module and a name", example);
  }
  Result<std::string> module = arguments.Text(first);
  if (!module) return std::unexpected(std::move(module.error()));
  if (second.kind == Token::Kind::kText) {
    const Result<std::string> name = arguments.Text(arguments.Take());
    if (!name) return std::unexpected(name.error());
    return Located(MakeGlobal(info.opcode, *module, *name), first);
  }
  const size_t space = module->find(' ');
  if (space == std::string::npos) return arguments.Wrong(first, "a module and a name", example);
  return Located(MakeGlobal(info.opcode, module->substr(0, space), module->substr(space + 1)),
                 first);
}

Result<OwnedInstruction> ParseInstruction(const OpcodeInfo& info, Arguments& arguments) {
  if (arguments.Peek().IsWord("raw") && info.arg != ArgKind::kNone) {
    arguments.Take();
    return ParseRaw(info, arguments);
  }
  switch (LayoutOf(info.arg).value) {
    case ArgLayout::Value::kNone: return MakeInstruction(info.opcode);
    case ArgLayout::Value::kInt: return ParseInt(info, arguments);
    case ArgLayout::Value::kFloat: return ParseFloat(info, arguments);
    case ArgLayout::Value::kText: return ParseText(info, arguments);
    case ArgLayout::Value::kBytes: return ParseBytes(info, arguments);
    case ArgLayout::Value::kGlobal: return ParseGlobal(info, arguments);
  }
  return arguments.Wrong(arguments.Peek(), "no argument", "");
}

class Assembler {
 public:
  // Errors have the column as their offset.
  Result<void> Line(std::string_view line) {
    if (const size_t bad = Utf8ErrorOffset(line, /*surrogatepass=*/false); bad < line.size()) {
      return At(bad, "the line is not UTF-8; write \\xNN in bytes and \\uNNNN in text");
    }
    Scanner scanner(line);
    scanner.SkipOffset();
    const Result<Token> head = scanner.Next();
    if (!head) return std::unexpected(head.error());
    if (head->kind == Token::Kind::kEnd) return {};
    std::vector<Token> tokens;
    do {
      const Result<Token> token = scanner.Next();
      if (!token) return std::unexpected(token.error());
      tokens.push_back(*token);
    } while (tokens.back().kind != Token::Kind::kEnd);
    Arguments arguments(head->text, std::move(tokens));
    Result<void> done = Statement(*head, arguments);
    if (!done || arguments.Peek().kind == Token::Kind::kEnd) return done;
    return At(arguments.Peek().column, fmt::format("nothing more belongs to {}; put what follows "
                                                   "on a line of its own, or behind #",
                                                   head->text));
  }

  std::string Finish() {
    EndFrame();
    return std::move(out_);
  }

 private:
  Result<void> Statement(const Token& head, Arguments& arguments) {
    if (head.IsWord("BYTES")) return RawBytes(arguments);
    if (head.kind != Token::Kind::kWord) {
      return At(head.column, "a line begins with an opcode, or with BYTES");
    }
    const OpcodeInfo* info = FindOpcode(head.text);
    if (info == nullptr) {
      return At(head.column, fmt::format("'{}' is no opcode; did you mean {}?", head.text,
                                         NearestOpcode(head.text)));
    }
    if (info->opcode == Opcode::FRAME) EndFrame();
    if (info->opcode == Opcode::FRAME && arguments.Peek().IsWord("auto")) {
      arguments.Take();
      AppendInstruction(out_, Opcode::FRAME, BytesOf(0, sizeof(uint64_t)));
      frame_ = out_.size();
      return {};
    }
    const Result<OwnedInstruction> instruction = ParseInstruction(*info, arguments);
    if (!instruction) return std::unexpected(instruction.error());
    AppendInstruction(out_, instruction->opcode, instruction->argument);
    if (info->opcode == Opcode::STOP) EndFrame();
    return {};
  }

  // BYTES, then hex and literals in any number.
  Result<void> RawBytes(Arguments& arguments) {
    do {
      const Token token = arguments.Take();
      if (!token.IsHex() && !token.IsLiteral()) {
        return arguments.Wrong(token, "hex or literals", "0x00ff 'text'");
      }
      const Result<std::string> bytes =
          token.IsHex() ? arguments.Hex(token) : arguments.Bytes(token);
      if (!bytes) return std::unexpected(bytes.error());
      out_ += *bytes;
    } while (arguments.Peek().kind != Token::Kind::kEnd);
    return {};
  }

  // Fills in the length of the last FRAME auto.
  void EndFrame() {
    if (!frame_) return;
    const std::string length = BytesOf(out_.size() - *frame_, sizeof(uint64_t));
    out_.replace(*frame_ - length.size(), length.size(), length);
    frame_.reset();
  }

  std::string out_;
  std::optional<size_t> frame_;  // where the contents of an open FRAME auto begin
};

}  // namespace

Result<std::string> Assemble(std::string_view text) {
  Assembler assembler;
  size_t number = 1;
  for (size_t start = 0; start < text.size(); ++number) {
    const size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = text.substr(start, end - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (Result<void> done = assembler.Line(line); !done) {
      const Error& error = done.error();
      return Fail(ErrorCode::kSyntax,
                  fmt::format("line {}, column {}: {}", number, error.offset + 1, error.message),
                  start + error.offset);
    }
    start = end + 1;
  }
  return assembler.Finish();
}

Result<Program> AssembleProgram(std::string_view text, AfterStop after_stop) {
  const Result<std::string> bytes = Assemble(text);
  if (!bytes) return std::unexpected(bytes.error());
  return Decode(*bytes, after_stop);
}

}  // namespace pickleproof
