#include "harness/matrix/live_tally.h"

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

LiveTally Tally(LiveResult first, LiveResult second, bool written) {
  LiveSourceTally of_source;
  for (const LiveResult result : {first, second}) {
    const LiveOutcome outcome{result, "", {}};
    LiveCell cell;
    cell.writer = "a writer";
    cell.outcome = &outcome;
    if (written) cell.stream = "stream";
    of_source.Add(cell);
  }
  LiveTally tally;
  of_source.AddTo(tally);
  return tally;
}

TEST(LiveTally, CountsASourceOnceHoweverManyCellsItHas) {
  using enum LiveResult;
  const struct {
    LiveResult first, second;
    bool written;
    LiveProgress expected;
  } kRows[] = {
      {kDumpRefused, kDumpRefused, false, {1, 0, 0, 0}},
      {kLoadRefused, kCrash, true, {1, 1, 0, 0}},
      {kLoadRefused, kDifferent, true, {1, 1, 1, 0}},
      {kSame, kHang, true, {1, 1, 1, 1}},
      {kSame, kSame, true, {1, 1, 1, 1}},
  };
  for (const auto& row : kRows) {
    const LiveTally tally = Tally(row.first, row.second, row.written);
    EXPECT_EQ(tally.writers.at("a writer"), row.expected);
    EXPECT_EQ(tally.sources, 1U);
    EXPECT_EQ(tally.cells, 2U);
  }
}

TEST(LiveTally, AddsAndSurvivesItsJson) {
  LiveTally sum = Tally(LiveResult::kSame, LiveResult::kSame, true);
  sum += Tally(LiveResult::kLoadRefused, LiveResult::kLoadRefused, true);
  EXPECT_EQ(sum.writers.at("a writer"), (LiveProgress{2, 2, 1, 1}));
  const auto again = ParseLiveTally(ToJson(sum));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, sum);
  EXPECT_FALSE(ParseLiveTally("{}"));
  EXPECT_FALSE(ParseLiveTally("nothing"));
}

TEST(LiveTally, TextSaysTheSharesAndNothingOfNothing) {
  LiveTally sum = Tally(LiveResult::kSame, LiveResult::kSame, true);
  sum += Tally(LiveResult::kDumpRefused, LiveResult::kDumpRefused, false);
  const std::string text = ToText(sum);
  EXPECT_NE(text.find("2 sources, 4 cells"), std::string::npos) << text;
  EXPECT_NE(text.find("50.0 %"), std::string::npos) << text;
  EXPECT_EQ(ToText(LiveTally()), "");
}

}  // namespace
}  // namespace pickleproof
