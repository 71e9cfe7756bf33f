#include "harness/matrix/table_sheet.h"

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

TEST(TableSheet, ProtocolsThatSayTheSameAreOneText) {
  EXPECT_EQ(OverProtocols({{0, "V"}, {1, "V"}, {5, "V"}}), "V");
  EXPECT_EQ(OverProtocols({{0, "Xd TypeError"}, {1, "Xd TypeError"}, {2, "V"}, {3, "V"}, {4, "V"}}),
            "p0-1: Xd TypeError; V");
  EXPECT_EQ(OverProtocols({{0, "V"}, {1, "D"}, {2, "V"}, {3, "D"}, {4, "V"}, {5, "R"}}),
            "p1,3: D; p5: R; V");
}

TEST(TableSheet, CasesThatSayTheSameAreOneText) {
  EXPECT_EQ(OverCases({{"a", "V"}}), "V");
  EXPECT_EQ(OverCases({{"a", "V"}, {"b", "V"}}), "V");
  EXPECT_EQ(OverCases({{"a", "D"}, {"b", "V"}, {"c", "V"}, {"d", "D"}, {"e", "V"}, {"f", "R"}}),
            "V / a, d: D / f: R");
}

// Row 1 as expected, row 2 deviates at protocol 1 of the second interpreter.
TableResult TwoInterpreters() {
  TableResult result;
  for (const int minor : {8, 11}) {
    PythonProgram& interpreter = result.interpreters.emplace_back();
    interpreter.version = {3, minor, 1};
  }
  for (const int row : {1, 2}) {
    for (const int protocol : {0, 1}) {
      for (const size_t i : {0U, 1U}) {
        CaseCell one{"a", "V", "V", "", CellVerdict::kExpected};
        if (row == 2 && protocol == 1 && i == 1) {
          one = {"a", "D", "V", "x: 1, not 2", CellVerdict::kDeviates};
        }
        result.cells.push_back({row, TablePickler::kDill, protocol, i, {one}});
      }
    }
  }
  return result;
}

TEST(TableSheet, HasARowPerRowAndAColumnPerPicklerAndInterpreter) {
  std::vector<TableRow> rows(2);
  for (int i = 0; i < 2; ++i) {
    rows[static_cast<size_t>(i)].id = i + 1;
    rows[static_cast<size_t>(i)].kind = "kind";
    rows[static_cast<size_t>(i)].cases.resize(1);
    rows[static_cast<size_t>(i)].cases[0].name = "a";
  }
  TableOptions options;
  options.picklers = {TablePickler::kDill};
  Sheet sheet;
  FillTableSheet(rows, TwoInterpreters(), options, &sheet);
  ASSERT_EQ(sheet.columns.size(), 2U);
  EXPECT_EQ(Name(sheet.columns[1]), "dill, 3.11.1");
  ASSERT_EQ(sheet.rows.size(), 2U);
  EXPECT_EQ(CountsOf(sheet), (SheetCounts{.agree = 3, .differ = 1}));
  const SheetCell& cell = sheet.rows[1].cells.at(1);
  EXPECT_EQ(cell.text, "p1: D; V");
  EXPECT_EQ(cell.detail, "a, p1: D, expected V: x: 1, not 2");
}

}  // namespace
}  // namespace pickleproof
