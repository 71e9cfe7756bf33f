#include "harness/matrix/table_sheet.h"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "oracles/picklability/table_text.h"

namespace pickleproof {
namespace {

constexpr size_t kMaxDetail = 1500;  // bytes

SheetVerdict VerdictOf(CellVerdict verdict) {
  switch (verdict) {
    case CellVerdict::kExpected: return SheetVerdict::kAgree;
    case CellVerdict::kExplained: return SheetVerdict::kExplained;
    case CellVerdict::kDeviates: return SheetVerdict::kDiffer;
    case CellVerdict::kUnavailable: return SheetVerdict::kUnavailable;
    case CellVerdict::kNotApplicable: return SheetVerdict::kNotApplicable;
  }
  return SheetVerdict::kDiffer;
}

// The text that stands at most of the keys; the first of several.
template <typename Entries>
std::string Commonest(const Entries& entries) {
  std::map<std::string, size_t> counts;
  for (const auto& [key, text] : entries) ++counts[text];
  std::string best;
  size_t most = 0;
  for (const auto& [key, text] : entries) {
    if (counts[text] <= most) continue;
    most = counts[text];
    best = text;
  }
  return best;
}

// The table's cells of one row, pickler and interpreter, by protocol.
using Cells = std::vector<const TableCell*>;

std::string TextOf(const TableRow& row, const Cells& cells) {
  std::vector<std::pair<std::string, std::string>> texts;
  for (size_t c = 0; c < row.cases.size(); ++c) {
    std::map<int, std::string> treatments;
    for (const TableCell* cell : cells) treatments[cell->protocol] = cell->cases[c].treatment;
    texts.emplace_back(row.cases[c].name, OverProtocols(treatments));
  }
  return OverCases(texts);
}

// A line for what is not as expected, with its cases, protocols, expectation and reason.
std::string DetailOf(const Cells& cells) {
  // What is missing is said once, of whatever case.
  std::map<std::tuple<std::string, std::string, std::string>,
           std::pair<std::set<std::string>, std::set<int>>>
      lines;
  for (const TableCell* cell : cells) {
    for (const CaseCell& one : cell->cases) {
      const bool answered =
          one.verdict == CellVerdict::kExplained || one.verdict == CellVerdict::kDeviates;
      if (one.verdict == CellVerdict::kExpected) continue;
      auto& [names, protocols] =
          lines[{answered ? one.treatment : "", answered ? one.expected : "", one.detail}];
      names.insert(one.name);
      protocols.insert(cell->protocol);
    }
  }
  std::string out;
  for (const auto& [key, where] : lines) {
    const auto& [treatment, expected, detail] = key;
    if (!out.empty()) out += "\n";
    out += fmt::format("{}, p{}: ", fmt::join(where.first, ", "), NumberRanges(where.second));
    if (!treatment.empty()) out += fmt::format("{}, expected {}: ", treatment, expected);
    out += detail;
    if (out.size() > kMaxDetail) return out + "\n...";
  }
  return out;
}

SheetCell CellOf(const TableRow& row, const Cells& cells) {
  CellVerdict worst = CellVerdict::kNotApplicable;
  for (const TableCell* cell : cells) worst = Worse(worst, cell->verdict());
  return {TextOf(row, cells), VerdictOf(worst), DetailOf(cells)};
}

std::string NoteOf(const TableRow& row) {
  if (row.cases.size() < 2) return "";
  std::vector<std::string> names;
  names.reserve(row.cases.size());
  for (const RowCase& entry : row.cases) names.push_back(entry.name);
  return fmt::format("cases: {}", fmt::join(names, ", "));
}

}  // namespace

std::string OverProtocols(const std::map<int, std::string>& treatments) {
  const std::string commonest = Commonest(treatments);
  std::map<std::string, std::set<int>> others;
  for (const auto& [protocol, treatment] : treatments) {
    if (treatment != commonest) others[treatment].insert(protocol);
  }
  std::string text;
  for (const auto& [treatment, protocols] : others) {
    text += fmt::format("p{}: {}; ", NumberRanges(protocols), treatment);
  }
  return text + commonest;
}

std::string OverCases(const std::vector<std::pair<std::string, std::string>>& texts) {
  const std::string commonest = Commonest(texts);
  std::vector<std::pair<std::string, std::vector<std::string>>> others;
  for (const auto& [name, text] : texts) {
    if (text == commonest) continue;
    auto known = std::ranges::find(others, text, [](const auto& other) { return other.first; });
    if (known == others.end()) known = others.insert(others.end(), {text, {}});
    known->second.push_back(name);
  }
  std::string all = commonest;
  for (const auto& [text, names] : others) {
    all += fmt::format(" / {}: {}", fmt::join(names, ", "), text);
  }
  return all;
}

void FillTableSheet(const std::vector<TableRow>& rows, const TableResult& result,
                    const TableOptions& options, Sheet* sheet) {
  sheet->title = "What can be pickled";
  sheet->note =
      "V by value, R by reference, VN by value with names of the source, Xd T dump raises T, Xl T "
      "load raises T, D it loads and behaves differently, H the check of the row holds. Each "
      "stream "
      "is loaded in a process that has never seen the source.";
  std::map<std::tuple<int, TablePickler, size_t>, Cells> cells;
  for (const TableCell& cell : result.cells) {
    cells[{cell.row, cell.pickler, cell.interpreter}].push_back(&cell);
  }
  for (const TablePickler pickler : options.picklers) {
    for (const PythonProgram& interpreter : result.interpreters) {
      sheet->columns.push_back({std::string(Name(pickler)), ToString(interpreter.version)});
    }
  }
  for (const TableRow& row : rows) {
    SheetRow line{fmt::format("{}", row.id), row.kind, NoteOf(row), {}};
    for (const TablePickler pickler : options.picklers) {
      for (size_t i = 0; i < result.interpreters.size(); ++i) {
        line.cells.push_back(CellOf(row, cells[{row.id, pickler, i}]));
      }
    }
    sheet->rows.push_back(std::move(line));
  }
}

}  // namespace pickleproof
