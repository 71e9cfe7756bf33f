#include "oracles/picklability/table_text.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pickleproof {
namespace {

std::string Shortened(std::string text, size_t length) {
  if (text.size() <= length) return text;
  text.resize(length - 3);
  while (!text.empty() && (text.back() & 0x80) != 0) text.pop_back();
  return text + "...";
}

char CellGlyph(const TableCell& cell) {
  char glyph = 0;
  for (const CaseCell& one : cell.cases) {
    const char mine = Glyph(one.treatment);
    if (mine == '-' && glyph != 0) continue;
    if (glyph != 0 && glyph != '-' && mine != glyph) return '*';
    glyph = mine;
  }
  return glyph;
}

struct Together {
  std::set<int> protocols;
  std::set<std::string> versions;
};
using Key = std::tuple<int, std::string, TablePickler, std::string, std::string, std::string>;

}  // namespace

char Glyph(std::string_view treatment) {
  const std::string_view code = treatment.substr(0, treatment.find(' '));
  if (code == "V" || code == "R") return code.front();
  if (code == "VN") return 'v';
  if (code == "Xd") return 'x';
  if (code == "Xl") return 'l';
  if (code == "D") return 'd';
  if (code == "H") return '=';
  if (code == "n/a") return '-';
  if (code == "unavailable") return '?';
  return '!';
}

std::string NumberRanges(const std::set<int>& numbers) {
  std::string text;
  for (auto at = numbers.begin(); at != numbers.end();) {
    const int first = *at;
    int last = first;
    while (++at != numbers.end() && *at == last + 1) last = *at;
    text += fmt::format("{}{}", text.empty() ? "" : ",", first);
    if (last != first) text += fmt::format("-{}", last);
  }
  return text;
}

std::string TableGrid(const std::vector<TableRow>& rows, const TableResult& result,
                      const TableOptions& options) {
  if (result.interpreters.empty()) return "";
  // The newest interpreter that has everything, since its column says most.
  size_t shown = result.interpreters.size() - 1;
  std::map<std::tuple<int, TablePickler, int>, char> glyphs;
  for (const TableCell& cell : result.cells) {
    if (cell.interpreter == shown)
      glyphs[{cell.row, cell.pickler, cell.protocol}] = CellGlyph(cell);
  }
  std::string text = fmt::format("Python {}, protocols {}\n{:>3} {:<58}",
                                 ToString(result.interpreters[shown].version),
                                 fmt::join(options.protocols, " "), "row", "kind");
  for (const TablePickler pickler : options.picklers) text += fmt::format(" {:<12}", Name(pickler));
  text += "\n";
  for (const TableRow& row : rows) {
    text += fmt::format("{:>3} {:<58}", row.id, Shortened(row.kind, 58));
    for (const TablePickler pickler : options.picklers) {
      std::string marks;
      for (const int protocol : options.protocols) marks += glyphs[{row.id, pickler, protocol}];
      text += fmt::format(" {:<12}", marks);
    }
    while (text.ends_with(' ')) text.pop_back();
    text += "\n";
  }
  return text +
         "V by value  v by value, but names of its source are needed  R by reference\n"
         "x dump raises  l load raises  d behaves differently  = the check holds\n"
         "* the cases of the row part (--json tells)  ! hangs or crashes  - not applicable  "
         "? unavailable\n";
}

std::string TableDetails(const TableResult& result, CellVerdict verdict) {
  std::map<Key, Together> groups;
  for (const TableCell& cell : result.cells) {
    for (const CaseCell& one : cell.cases) {
      if (one.verdict != verdict) continue;
      Together& group =
          groups[{cell.row, one.name, cell.pickler, one.treatment, one.expected, one.detail}];
      group.protocols.insert(cell.protocol);
      const PythonVersion& version = result.interpreters[cell.interpreter].version;
      group.versions.insert(fmt::format("{}.{:02}", version.major, version.minor));
    }
  }
  std::string text;
  for (const auto& [key, group] : groups) {
    const auto& [row, name, pickler, treatment, expected, detail] = key;
    std::vector<std::string> versions;
    for (std::string version : group.versions) {
      const size_t zero = version.find(".0");
      if (zero != std::string::npos) version.erase(zero + 1, 1);
      versions.push_back(version);
    }
    text += fmt::format("  row {} {}, {}, protocols {}, Python {}: {}, expected {}\n", row, name,
                        Name(pickler), NumberRanges(group.protocols), fmt::join(versions, " "),
                        treatment, expected);
    if (!detail.empty()) text += fmt::format("      {}\n", Shortened(detail, 200));
  }
  return text;
}

size_t CountCells(const TableResult& result, CellVerdict verdict) {
  return static_cast<size_t>(std::ranges::count_if(
      result.cells, [verdict](const TableCell& cell) { return cell.verdict() == verdict; }));
}

std::string TableSummary(const TableResult& result) {
  return fmt::format(
      "{} cells filled on {} interpreters: {} as expected, {} explained, {} deviate, {} "
      "unavailable, "
      "{} not applicable\n",
      result.cells.size(), result.interpreters.size(), CountCells(result, CellVerdict::kExpected),
      CountCells(result, CellVerdict::kExplained), CountCells(result, CellVerdict::kDeviates),
      CountCells(result, CellVerdict::kUnavailable),
      CountCells(result, CellVerdict::kNotApplicable));
}

}  // namespace pickleproof
