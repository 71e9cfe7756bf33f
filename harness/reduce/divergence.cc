#include "harness/reduce/divergence.h"

#include <array>
#include <vector>

#include <fmt/format.h>

namespace pickleproof {
namespace {

constexpr std::array<std::string_view, kDivergenceClassCount> kClassNames = {
    "crash",    "hang",          "stack-overflow", "out-of-memory",  "amplification",
    "law",      "verdict",       "value",          "identity",       "trace",
    "consumed", "static-global", "static-end",     "static-refusal", "error"};

std::string OrDash(std::string_view word) { return word.empty() ? "-" : std::string(word); }
std::string FromDash(std::string_view word) { return word == "-" ? "" : std::string(word); }

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const size_t space = text.find(' ');
    words.push_back(text.substr(0, space));
    if (space == std::string_view::npos) return words;
    text.remove_prefix(space + 1);
  }
}

}  // namespace

std::string_view Name(DivergenceClass what) { return kClassNames[static_cast<size_t>(what)]; }

std::optional<DivergenceClass> DivergenceClassOf(std::string_view name) {
  for (size_t i = 0; i < kClassNames.size(); ++i) {
    if (kClassNames[i] == name) return static_cast<DivergenceClass>(i);
  }
  return std::nullopt;
}

std::string ToText(const DivergenceSignature& signature) {
  return fmt::format("{} {} {} {} {}", OrDash(signature.left), OrDash(signature.right),
                     Name(signature.what), OrDash(signature.detail), OrDash(signature.opcode));
}

Result<DivergenceSignature> ParseDivergenceSignature(std::string_view text) {
  const std::vector<std::string_view> words = Words(text);
  const auto what = words.size() == 5 ? DivergenceClassOf(words[2]) : std::nullopt;
  if (!what) {
    return Fail(
        ErrorCode::kSyntax,
        fmt::format("'{}' is no signature; one looks like '_pickle pickle.py value - INT'", text));
  }
  return DivergenceSignature{FromDash(words[0]), FromDash(words[1]), *what, FromDash(words[3]),
                             FromDash(words[4])};
}

std::string Id(const DivergenceSignature& signature) {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : ToText(signature)) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return fmt::format("{:012x}", hash >> 16U);
}

std::string Sentence(const Divergence& divergence) {
  const DivergenceSignature& signature = divergence.signature;
  std::string text = fmt::format("{}: {}", signature.left, divergence.left_says);
  if (!signature.right.empty()) {
    text += fmt::format("; {}: {}", signature.right, divergence.right_says);
  }
  if (!signature.opcode.empty()) text += fmt::format(" (at {})", signature.opcode);
  if (divergence.known) text += fmt::format(". {}", divergence.known->text);
  return text;
}

}  // namespace pickleproof
