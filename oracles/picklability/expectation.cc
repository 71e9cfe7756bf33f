#include "oracles/picklability/expectation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pickleproof {
namespace {

constexpr std::array<std::string_view, 10> kCodes = {"V", "VN",   "R",     "Xd",  "Xl",
                                                     "D", "hang", "crash", "n/a", "H"};

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t at = text.find(separator);
    parts.push_back(Trim(text.substr(0, at)));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::optional<int> Number(std::string_view text) {
  int value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Range {
  int first;
  int last;
};

// "2", "0-1", "2+", "<13": of numbers that `prefix` stands before.
std::optional<Range> ParseRange(std::string_view text, std::string_view prefix, int last) {
  const bool below = text.starts_with('<');
  if (below) text.remove_prefix(1);
  const bool above = text.ends_with('+');
  if (above) text.remove_suffix(1);
  const std::vector<std::string_view> ends = Split(text, '-');
  if (ends.size() > 2) return std::nullopt;
  std::vector<int> numbers;
  for (std::string_view end : ends) {
    const bool prefixed = end.starts_with(prefix);
    if (!prefixed && (numbers.empty() || prefix != "p")) return std::nullopt;
    if (prefixed) end.remove_prefix(prefix.size());
    const std::optional<int> number = Number(end);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  if (below) return Range{0, numbers.front() - 1};
  if (above) return Range{numbers.front(), last};
  return Range{numbers.front(), numbers.back()};
}

bool IsCode(std::string_view text) {
  return std::ranges::find(kCodes, text.substr(0, text.find(' '))) != kCodes.end();
}

Result<std::vector<std::string>> ParseTreatments(std::string_view text) {
  std::vector<std::string> treatments;
  std::string phase;
  for (const std::string_view part : Split(text, '|')) {
    if (!IsCode(part) && (phase.empty() || part.empty())) {
      return Fail(ErrorCode::kSyntax,
                  fmt::format("'{}' is no treatment; there are {}", part, fmt::join(kCodes, ", ")));
    }
    if (IsCode(part)) phase = part.substr(0, part.find(' '));
    treatments.push_back(IsCode(part) ? std::string(part) : fmt::format("{} {}", phase, part));
  }
  return treatments;
}

}  // namespace

Result<Condition> Condition::Parse(std::string_view text) {
  Condition condition;
  for (const std::string_view word : Split(text, ' ')) {
    if (word.empty()) continue;
    if (const std::optional<Range> protocols = ParseRange(word, "p", 5)) {
      condition.first_protocol_ = protocols->first;
      condition.last_protocol_ = protocols->last;
    } else if (const std::optional<Range> minors = ParseRange(word, "3.", 1000)) {
      condition.first_minor_ = minors->first;
      condition.last_minor_ = minors->last;
    } else {
      return Fail(ErrorCode::kSyntax,
                  fmt::format("'{}' is neither protocols (p0-1) nor versions (3.12+)", word));
    }
  }
  return condition;
}

bool Condition::Holds(int protocol, const PythonVersion& version) const {
  return first_protocol_ <= protocol && protocol <= last_protocol_ &&
         first_minor_ <= version.minor && version.minor <= last_minor_;
}

Result<Expectation> Expectation::Parse(std::string_view text) {
  Expectation expectation;
  for (const std::string_view part : Split(text, ';')) {
    const size_t colon = part.find(':');
    const std::string_view words = colon == std::string_view::npos ? "" : part.substr(0, colon);
    Result<Condition> condition = Condition::Parse(words);
    if (!condition) return std::unexpected(condition.error());
    auto treatments =
        ParseTreatments(Trim(colon == std::string_view::npos ? part : part.substr(colon + 1)));
    if (!treatments) return std::unexpected(treatments.error());
    expectation.clauses_.push_back({*condition, *std::move(treatments)});
  }
  return expectation;
}

std::vector<std::string> Expectation::At(int protocol, const PythonVersion& version) const {
  for (const Clause& clause : clauses_) {
    if (clause.condition.Holds(protocol, version)) return clause.treatments;
  }
  return {};
}

bool TreatmentMatches(std::string_view expected, std::string_view seen) {
  if (expected == seen) return true;
  const bool open = expected == "D" || expected == "Xd" || expected == "Xl" || expected == "hang" ||
                    expected == "crash";
  return open && seen.starts_with(expected) && seen.substr(expected.size()).starts_with(' ');
}

}  // namespace pickleproof
