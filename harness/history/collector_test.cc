// From candidates to findings, end to end: fresh processes, reduction, folders, history.

#include "harness/history/collector.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "harness/python/interpreter.h"

namespace pickleproof {
namespace {

class CollectorTest : public testing::Test {
 protected:
  CollectorTest() : state_(testing::TempDir() + "collector_test_" + std::to_string(getpid())) {
    std::filesystem::remove_all(state_.path());
    EXPECT_TRUE(state_.Make());
  }
  ~CollectorTest() override { std::filesystem::remove_all(state_.path()); }

  StateFolder state_;
};

TEST_F(CollectorTest, CandidatesBecomeReducedFindingsOnce) {
  auto history = History::Open(state_.Database());
  ASSERT_TRUE(history);
  Collector collector(state_, *history, 0);
  const std::vector<Candidate> candidates = {
      {"N.", "t"}, {"\x80\x02(I010\nNt.", "t"}, {"]I0777\na.", "t"}};
  const auto collected = collector.Collect(candidates);
  ASSERT_TRUE(collected) << collected.error().message;
  EXPECT_EQ(collected->candidates, 3);
  EXPECT_EQ(collected->divergent, 2);
  EXPECT_EQ(collected->shows, (std::vector<bool>{false, true, true}));
  EXPECT_EQ(collected->NewUnknown(), 0);
  const auto found = std::ranges::find(
      collected->fresh, "_pickle pickle.py verdict accept|ValueError INT", &FindingRow::signature);
  ASSERT_NE(found, collected->fresh.end());
  EXPECT_EQ(found->hex, "49000a2e");  // strtol takes a NUL for an end, and nothing for 0
  EXPECT_TRUE(found->known);
  EXPECT_EQ(found->reason, "StrictNumberText");
  const auto here =
      std::ranges::find(found->versions, EmbeddedPythonVersion(), &VersionShow::version);
  ASSERT_NE(here, found->versions.end()) << "tried in the version that found it";
  EXPECT_TRUE(here->shows);
  for (const char* file :
       {"input.pkl", "original.pkl", "assembly.txt", "answers.txt", "issue.md", "finding.json"}) {
    EXPECT_TRUE(std::filesystem::exists(state_.Finding(found->id) + "/" + file)) << file;
  }
  const auto again = collector.Collect(candidates);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->fresh.empty());
  const auto rows = history->Findings();
  ASSERT_TRUE(rows);
  const auto row = std::ranges::find(*rows, found->id, &FindingRow::id);
  ASSERT_NE(row, rows->end());
  EXPECT_EQ(row->count, 4);
  EXPECT_EQ(row->outcomes.size(), 9U);
}

TEST_F(CollectorTest, WhatEndedATargetIsEnteredAsItIs) {
  auto history = History::Open(state_.Database());
  ASSERT_TRUE(history);
  Collector collector(state_, *history, 0);
  Collected collected;
  FindingRow row;
  row.id = "0123456789ab";
  row.signature = "raw_vm - crash - -";
  row.what = "crash";
  ASSERT_TRUE(collector.Enter(row, "N.", collected));
  ASSERT_TRUE(collector.Enter(row, "N.", collected));
  EXPECT_EQ(collected.fresh.size(), 1U);
  EXPECT_EQ(collected.NewUnknown(), 1);
  EXPECT_TRUE(std::filesystem::exists(state_.FindingInput(row.id)));
}

TEST(ParseFinding, RefusesWhatIsNone) {
  EXPECT_FALSE(ParseFinding(""));
  EXPECT_FALSE(ParseFinding("{}"));
}

}  // namespace
}  // namespace pickleproof
