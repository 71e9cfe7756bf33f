#include "harness/matrix/requirements_sheet.h"

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

TEST(RequirementsSheet, HasARowPerRequirementAndAColumnPerInterpreter) {
  RequirementsResult result;
  result.interpreters = {{"/a", {3, 8, 1}, "", "", ""}, {"/b", {3, 9, 2}, "", "", ""}};
  result.requirements = {{1, "All is well.", "manual", "S1:2", "well", ""},
                         {2, "Two is three.", "README", "S1:3", "three", "two is two"}};
  using enum RequirementVerdict;
  result.cells = {{1, 0, kHolds, ""},
                  {1, 1, kFails, "it is not"},
                  {2, 0, kContradicted, ""},
                  {2, 1, kUnavailable, "no dill"}};
  Sheet sheet;
  FillRequirementsSheet(result, &sheet);
  ASSERT_EQ(sheet.columns.size(), 2U);
  EXPECT_EQ(Name(sheet.columns[0]), "3.8.1");
  ASSERT_EQ(sheet.rows.size(), 2U);
  EXPECT_EQ(sheet.rows[1].id, "R2");
  EXPECT_EQ(sheet.rows[1].label, "Two is three.");
  EXPECT_EQ(sheet.rows[1].note, "README");
  EXPECT_EQ(sheet.rows[0].cells.at(1), (SheetCell{"fails", SheetVerdict::kDiffer, "it is not"}));
  EXPECT_EQ(sheet.rows[1].cells.at(0),
            (SheetCell{"contradicted", SheetVerdict::kExplained, "two is two"}));
  EXPECT_EQ(CountsOf(sheet),
            (SheetCounts{.agree = 1, .explained = 1, .differ = 1, .unavailable = 1}));
}

}  // namespace
}  // namespace pickleproof
