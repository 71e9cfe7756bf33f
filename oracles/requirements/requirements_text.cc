#include "oracles/requirements/requirements_text.h"

#include <map>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pickleproof {
namespace {

// The versions with each detail of the requirement's cells of this verdict.
std::map<std::string, std::vector<std::string>> VersionsByDetail(const RequirementsResult& result,
                                                                 int number,
                                                                 RequirementVerdict verdict) {
  std::map<std::string, std::vector<std::string>> versions;
  for (const RequirementCell& cell : result.cells) {
    if (cell.number != number || cell.verdict != verdict) continue;
    versions[cell.detail].push_back(ToString(result.interpreters[cell.interpreter].version));
  }
  return versions;
}

bool SaysOtherwise(const RequirementsResult& result, int number, RequirementVerdict verdict) {
  for (const RequirementCell& cell : result.cells) {
    if (cell.number == number && cell.verdict != verdict &&
        cell.verdict != RequirementVerdict::kElsewhere) {
      return true;
    }
  }
  return false;
}

std::string Detail(const RequirementsResult& result, const Requirement& one,
                   RequirementVerdict verdict) {
  const auto versions = VersionsByDetail(result, one.number, verdict);
  if (versions.empty()) return "";
  std::string text = fmt::format("  R{} {}", one.number, one.source);
  if (!one.phrase.empty()) text += fmt::format(" ({}, \"{}\")", one.seed, one.phrase);
  text += fmt::format("\n    says:   {}\n", one.sentence);
  for (const auto& [detail, where] : versions) {
    if (verdict == RequirementVerdict::kContradicted) {
      text += fmt::format("    really: {}", one.contradicted);
    } else {
      text += fmt::format("    {}: {}", Name(verdict), detail);
    }
    if (SaysOtherwise(result, one.number, verdict) || versions.size() > 1) {
      text += fmt::format(" [so on {}]", fmt::join(where, ", "));
    }
    text += "\n";
  }
  return text;
}

}  // namespace

char Glyph(RequirementVerdict verdict) {
  switch (verdict) {
    case RequirementVerdict::kHolds: return '=';
    case RequirementVerdict::kContradicted: return '!';
    case RequirementVerdict::kFails: return 'X';
    case RequirementVerdict::kUnavailable: return '?';
    case RequirementVerdict::kNotCheckable: return '-';
    case RequirementVerdict::kElsewhere: return '.';
  }
  return ' ';
}

std::string RequirementLines(const RequirementsResult& result) {
  std::vector<std::string> versions;
  versions.reserve(result.interpreters.size());
  for (const PythonProgram& one : result.interpreters) versions.push_back(ToString(one.version));
  std::string text = fmt::format(
      "Requirements on Python {}\n"
      "= holds   ! the document says otherwise   X fails   ? library missing   - not checkable   "
      ". about another Python\n\n",
      fmt::join(versions, ", "));
  size_t cell = 0;
  for (const Requirement& one : result.requirements) {
    std::string glyphs;
    for (size_t i = 0; i < result.interpreters.size(); ++i) {
      glyphs += Glyph(result.cells[cell++].verdict);
    }
    text += fmt::format("{:<5} {} {}\n", fmt::format("R{}", one.number), glyphs, one.sentence);
  }
  return text;
}

std::string RequirementDetails(const RequirementsResult& result, RequirementVerdict verdict) {
  std::string text;
  for (const Requirement& one : result.requirements) text += Detail(result, one, verdict);
  return text;
}

std::string RequirementSummary(const RequirementsResult& result) {
  const size_t all = result.requirements.size();
  const size_t holds = result.Count(RequirementVerdict::kHolds);
  const size_t contradicted = result.Count(RequirementVerdict::kContradicted);
  const size_t fails = result.Count(RequirementVerdict::kFails);
  const size_t not_checkable = result.Count(RequirementVerdict::kNotCheckable);
  const size_t checked = holds + contradicted + fails;
  std::string text = fmt::format(
      "{} requirement{}: {} checked on {} interpreter{}, {} hold, {} contradicted by behaviour, {} "
      "not checkable",
      all, all == 1 ? "" : "s", checked, result.interpreters.size(),
      result.interpreters.size() == 1 ? "" : "s", holds, contradicted, not_checkable);
  if (checked + not_checkable < all) {
    text += fmt::format(", {} without the library or Python that they are about",
                        all - checked - not_checkable);
  }
  if (fails != 0) text += fmt::format(", {} FAIL", fails);
  return text + "\n";
}

}  // namespace pickleproof
