#include "harness/matrix/requirements_sheet.h"

#include <fmt/format.h>

namespace pickleproof {
namespace {

SheetVerdict VerdictOf(RequirementVerdict verdict) {
  switch (verdict) {
    case RequirementVerdict::kHolds: return SheetVerdict::kAgree;
    case RequirementVerdict::kContradicted: return SheetVerdict::kExplained;
    case RequirementVerdict::kFails: return SheetVerdict::kDiffer;
    case RequirementVerdict::kUnavailable: return SheetVerdict::kUnavailable;
    case RequirementVerdict::kNotCheckable:
    case RequirementVerdict::kElsewhere: return SheetVerdict::kNotApplicable;
  }
  return SheetVerdict::kDiffer;
}

SheetCell CellOf(const Requirement& requirement, const RequirementCell& cell) {
  const bool contradicted = cell.verdict == RequirementVerdict::kContradicted;
  return {std::string(Name(cell.verdict)), VerdictOf(cell.verdict),
          contradicted ? requirement.contradicted : cell.detail};
}

}  // namespace

void FillRequirementsSheet(const RequirementsResult& result, Sheet* sheet) {
  sheet->title = "What documents say";
  sheet->note =
      "holds: it is so; contradicted: the document says so, and it is otherwise; fails: the check "
      "does not pass; elsewhere: about Python 2 and not 3, or the other way round.";
  for (const PythonProgram& interpreter : result.interpreters) {
    sheet->columns.push_back({"", ToString(interpreter.version)});
  }
  size_t cell = 0;
  for (const Requirement& one : result.requirements) {
    SheetRow row{fmt::format("R{}", one.number), one.sentence, one.source, {}};
    for (size_t i = 0; i < result.interpreters.size(); ++i) {
      row.cells.push_back(CellOf(one, result.cells[cell++]));
    }
    sheet->rows.push_back(std::move(row));
  }
}

}  // namespace pickleproof
