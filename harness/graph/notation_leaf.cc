#include "harness/graph/notation_leaf.h"

#include <bit>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "harness/graph/notation_text.h"

namespace pickleproof {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

NodeSpec FloatLeaf(double value) {
  return {.kind = Kind::kFloat, .bits = std::bit_cast<uint64_t>(value)};
}

Result<NodeSpec> TakeNan(NotationLexer& lexer) {
  const size_t start = lexer.offset();
  uint64_t bits = 0x7ff8000000000000U;
  if (lexer.TakeNanBits(&bits) && !std::isnan(std::bit_cast<double>(bits))) {
    return Fail(ErrorCode::kSyntax, "expected the bits of a NaN; these are another float's", start);
  }
  return NodeSpec{.kind = Kind::kFloat, .bits = bits};
}

Result<NodeSpec> TakeByteArray(NotationLexer& lexer) {
  if (Result<void> open = lexer.Demand('('); !open) return std::unexpected(open.error());
  if (lexer.TakeWord() != "b" || !lexer.AtQuote()) return lexer.Expected("b'...' in bytearray()");
  const Result<std::string_view> text = lexer.TakeQuoted(true);
  if (!text) return std::unexpected(text.error());
  if (Result<void> close = lexer.Demand(')'); !close) return std::unexpected(close.error());
  return NodeSpec{.kind = Kind::kByteArray, .text = *text};
}

Result<NodeSpec> TakeBuffer(NotationLexer& lexer) {
  if (Result<void> open = lexer.Demand('('); !open) return std::unexpected(open.error());
  const Result<uint32_t> index = lexer.TakeUnsigned("the index of a buffer");
  if (!index) return std::unexpected(index.error());
  lexer.SkipSpace();
  const bool more = lexer.Take(',');
  if (more && lexer.TakeWord() != "readonly") return lexer.Expected("readonly, or no comma");
  lexer.SkipSpace();
  if (Result<void> close = lexer.Demand(')'); !close) return std::unexpected(close.error());
  return NodeSpec{.kind = Kind::kBuffer, .flag = more, .number = *index};
}

Result<NodeSpec> TakeExtension(NotationLexer& lexer) {
  if (Result<void> open = lexer.Demand('('); !open) return std::unexpected(open.error());
  const Result<uint32_t> code = lexer.TakeUnsigned("an extension code");
  if (!code) return std::unexpected(code.error());
  lexer.SkipSpace();
  if (Result<void> close = lexer.Demand(')'); !close) return std::unexpected(close.error());
  return NodeSpec{.kind = Kind::kExtension, .number = *code};
}

Result<NodeSpec> TakeQuotedName(NotationLexer& lexer) {
  if (Result<void> open = lexer.Demand('('); !open) return std::unexpected(open.error());
  const Result<std::string_view> module = lexer.TakeQuoted(false);
  if (!module) return std::unexpected(module.error());
  if (Result<void> comma = lexer.Demand(','); !comma) return std::unexpected(comma.error());
  const Result<std::string_view> name = lexer.TakeQuoted(false);
  if (!name) return std::unexpected(name.error());
  if (Result<void> close = lexer.Demand(')'); !close) return std::unexpected(close.error());
  return NodeSpec{.kind = Kind::kGlobal, .text = *module, .name = *name};
}

}  // namespace

Result<NodeSpec> TakeTextLeaf(NotationLexer& lexer, Kind kind) {
  const Result<std::string_view> text = lexer.TakeQuoted(kind != Kind::kStr);
  if (!text) return std::unexpected(text.error());
  return NodeSpec{.kind = kind, .text = *text};
}

Result<NodeSpec> TakeNumberLeaf(NotationLexer& lexer) {
  bool is_float = false;
  const Result<std::string_view> digits = lexer.TakeNumber(&is_float);
  if (!digits) return std::unexpected(digits.error());
  if (!is_float) return NodeSpec{.kind = Kind::kInt, .text = *digits};
  // The lexer lets -inf and finite numbers pass.
  return FloatLeaf(FloatFromDigits(*digits).value_or(-kInfinity));
}

Result<NodeSpec> TakeNameLeaf(NotationLexer& lexer, std::string_view word, size_t start) {
  lexer.SkipSpace();
  const size_t dot = word.rfind('.');
  if (dot != std::string_view::npos) {
    return NodeSpec{
        .kind = Kind::kGlobal, .text = word.substr(0, dot), .name = word.substr(dot + 1)};
  }
  if (word == "ext") return TakeExtension(lexer);
  if (word == "global") return TakeQuotedName(lexer);
  return Fail(ErrorCode::kSyntax,
              fmt::format("expected a value, found {}; a global is written module.name or "
                          "global('module', 'name')",
                          word.substr(0, 40)),
              start);
}

Result<NodeSpec> TakeWordLeaf(NotationLexer& lexer, std::string_view word, size_t start) {
  if (word == "b" && lexer.AtQuote()) return TakeTextLeaf(lexer, Kind::kBytes);
  if (word == "py2" && lexer.AtQuote()) return TakeTextLeaf(lexer, Kind::kPy2Str);
  if (word == "nan") return TakeNan(lexer);
  if (word == "None") return NodeSpec{.kind = Kind::kNone};
  if (word == "True") return NodeSpec{.kind = Kind::kBool, .flag = true};
  if (word == "False") return NodeSpec{.kind = Kind::kBool};
  if (word == "inf") return FloatLeaf(kInfinity);
  lexer.SkipSpace();
  if (word == "bytearray") return TakeByteArray(lexer);
  if (word == "buffer") return TakeBuffer(lexer);
  return TakeNameLeaf(lexer, word, start);
}

}  // namespace pickleproof
