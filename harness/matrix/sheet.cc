#include "harness/matrix/sheet.h"

#include <fmt/format.h>

namespace pickleproof {

std::string_view Name(SheetVerdict verdict) {
  switch (verdict) {
    case SheetVerdict::kAgree: return "agree";
    case SheetVerdict::kExplained: return "explained";
    case SheetVerdict::kDiffer: return "differ";
    case SheetVerdict::kUnavailable: return "unavailable";
    case SheetVerdict::kNotApplicable: return "not-applicable";
  }
  return "";
}

void SheetCounts::Add(SheetVerdict verdict) {
  switch (verdict) {
    case SheetVerdict::kAgree: ++agree; return;
    case SheetVerdict::kExplained: ++explained; return;
    case SheetVerdict::kDiffer: ++differ; return;
    case SheetVerdict::kUnavailable: ++unavailable; return;
    case SheetVerdict::kNotApplicable: ++not_applicable; return;
  }
}

SheetCounts& SheetCounts::operator+=(const SheetCounts& other) {
  agree += other.agree;
  explained += other.explained;
  differ += other.differ;
  unavailable += other.unavailable;
  not_applicable += other.not_applicable;
  return *this;
}

SheetCounts CountsOf(const SheetRow& row) {
  SheetCounts counts;
  for (const SheetCell& cell : row.cells) counts.Add(cell.verdict);
  return counts;
}

SheetCounts CountsOf(const Sheet& sheet) {
  SheetCounts counts;
  for (const SheetRow& row : sheet.rows) counts += CountsOf(row);
  return counts;
}

std::string ToString(const SheetCounts& counts) {
  std::string out;
  const auto add = [&out](uint64_t count, std::string_view what) {
    if (count > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, what);
  };
  add(counts.differ, "differ");
  add(counts.agree, "agree");
  add(counts.explained, "explained");
  add(counts.unavailable, "unavailable");
  add(counts.not_applicable, "not applicable");
  return out.empty() ? "nothing was asked" : out;
}

std::string Name(const SheetColumn& column) {
  return column.group.empty() ? column.label : fmt::format("{}, {}", column.group, column.label);
}

}  // namespace pickleproof
