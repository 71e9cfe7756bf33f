#include "harness/matrix/sheet.h"

#include <gtest/gtest.h>

#include "harness/matrix/sample_record.h"

namespace pickleproof {
namespace {

TEST(Sheet, CountsEveryWayOfComingOut) {
  const RunRecord sample = SampleRecord();
  const SheetCounts counts = CountsOf(sample.sheets.at(0));
  EXPECT_EQ(counts,
            (SheetCounts{
                .agree = 8, .explained = 1, .differ = 1, .unavailable = 1, .not_applicable = 1}));
  EXPECT_EQ(counts.Answered(), 10U);
  EXPECT_EQ(counts.Total(), 12U);
  EXPECT_EQ(ToString(counts), "1 differ, 8 agree, 1 explained, 1 unavailable, 1 not applicable");
  EXPECT_EQ(ToString(SheetCounts()), "nothing was asked");
}

TEST(Sheet, ColumnsWithoutAGroupAreTheirLabel) {
  EXPECT_EQ(Name(SheetColumn{"dill", "3.11.7"}), "dill, 3.11.7");
  EXPECT_EQ(Name(SheetColumn{"", "3.11.7"}), "3.11.7");
}

}  // namespace
}  // namespace pickleproof
