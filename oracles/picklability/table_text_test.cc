#include "oracles/picklability/table_text.h"

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

CaseCell Case(const char* name, const char* treatment,
              CellVerdict verdict = CellVerdict::kExpected) {
  return {name, treatment, "V", verdict == CellVerdict::kDeviates ? "because" : "", verdict};
}

struct Table {
  std::vector<TableRow> rows{1};
  TableOptions options;
  TableResult result;
};

// One row with two cases, on 3.9 and 3.10; on 3.10 case b deviates at protocols 1 and 2.
Table Sample() {
  Table table;
  table.rows[0].id = 64;
  table.rows[0].kind = std::string(70, 'k');
  table.options.picklers = {TablePickler::kPickle};
  table.options.protocols = {0, 1, 2};
  for (const int minor : {9, 10}) {
    table.result.interpreters.emplace_back().version = {3, minor, 2};
  }
  for (const int protocol : table.options.protocols) {
    for (const size_t i : {0U, 1U}) {
      const bool deviates = i == 1 && protocol > 0;
      table.result.cells.push_back(
          {64,
           TablePickler::kPickle,
           protocol,
           i,
           {Case("a", "V"), Case("b", deviates ? "D" : "V",
                                 deviates ? CellVerdict::kDeviates : CellVerdict::kExpected)}});
    }
  }
  return table;
}

TEST(TableText, EveryTreatmentHasItsGlyph) {
  const std::pair<const char*, char> rows[] = {
      {"V", 'V'},
      {"VN", 'v'},
      {"R", 'R'},
      {"Xd TypeError", 'x'},
      {"Xl KeyError", 'l'},
      {"D NameError", 'd'},
      {"H", '='},
      {"hang load", '!'},
      {"crash SIGSEGV", '!'},
      {"n/a", '-'},
      {"unavailable", '?'},
      {"no answer", '!'},
  };
  for (const auto& [treatment, glyph] : rows) EXPECT_EQ(Glyph(treatment), glyph) << treatment;
}

TEST(TableText, TheGridShowsTheNewestInterpreterAndCasesThatPart) {
  const Table table = Sample();
  const std::string grid = TableGrid(table.rows, table.result, table.options);
  EXPECT_TRUE(grid.starts_with("Python 3.10.2, protocols 0 1 2\n")) << grid;
  EXPECT_NE(grid.find("\n 64 " + std::string(55, 'k') + "... V**\n"), std::string::npos) << grid;
}

TEST(TableText, DetailsJoinProtocolsAndInterpreters) {
  const Table table = Sample();
  EXPECT_EQ(TableDetails(table.result, CellVerdict::kDeviates),
            "  row 64 b, pickle, protocols 1-2, Python 3.10: D, expected V\n      because\n");
  EXPECT_EQ(TableDetails(table.result, CellVerdict::kExplained), "");
}

TEST(TableText, TheSummaryCountsCells) {
  EXPECT_EQ(TableSummary(Sample().result),
            "6 cells filled on 2 interpreters: 4 as expected, 0 explained, 2 deviate, 0 "
            "unavailable, 0 not applicable\n");
}

TEST(NumberRanges, JoinsNeighbours) {
  EXPECT_EQ(NumberRanges({}), "");
  EXPECT_EQ(NumberRanges({3}), "3");
  EXPECT_EQ(NumberRanges({0, 1, 2, 5}), "0-2,5");
}

TEST(TableCell, SaysTheWorstOfItsCasesAndTheirTreatments) {
  TableCell cell{
      1, TablePickler::kDill, 0, 0, {Case("a", "V"), Case("b", "D", CellVerdict::kExplained)}};
  EXPECT_EQ(cell.verdict(), CellVerdict::kExplained);
  EXPECT_EQ(cell.treatment(), "a: V, b: D");
  EXPECT_EQ(cell.expected(), "V");
  cell.cases.push_back(Case("c", "R", CellVerdict::kDeviates));
  EXPECT_EQ(cell.verdict(), CellVerdict::kDeviates);
  EXPECT_EQ(TableCell{}.verdict(), CellVerdict::kNotApplicable);
}

}  // namespace
}  // namespace pickleproof
