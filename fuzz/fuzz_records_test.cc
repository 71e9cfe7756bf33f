// What targets leave for others to read: statistics and candidates.

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "fuzz/candidates.h"
#include "fuzz/dictionary.h"
#include "fuzz/extra_counters.h"
#include "fuzz/tally.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

class FuzzRecords : public testing::Test {
 protected:
  FuzzRecords() : state_(testing::TempDir() + "fuzz_records") { fs::remove_all(state_); }
  ~FuzzRecords() override { fs::remove_all(state_); }
  std::vector<std::string> Contents(const std::string& folder) const {
    std::vector<std::string> contents;
    for (const auto& entry : fs::directory_iterator(state_ + "/" + folder)) {
      std::ifstream file(entry.path(), std::ios::binary);
      contents.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return contents;
  }
  std::string state_;
};

TEST_F(FuzzRecords, HoldEveryCounter) {
  {
    Tally tally("some_target", state_);
    for (int i = 0; i < 10; ++i) tally.Begin();
    tally.Accepted();
    tally.Failed(true);
    tally.Failed(false);
    tally.Disagreed();
    tally.Poisoned("allocation");
    tally.SpentInChild(std::chrono::milliseconds(1500));
    tally.SpentInChild(std::chrono::milliseconds(500));
    tally.Verdicted("cpython", Verdict::kReject);
    TallyInstructions("\x80\x02]N\x61.", 6, tally);
  }
  const auto files = Contents("stats");
  ASSERT_EQ(files.size(), 1U);
  const auto json = nlohmann::json::parse(files.front());
  EXPECT_EQ(json["target"], "some_target");
  EXPECT_EQ(json["executions"], 10);
  EXPECT_EQ(json["accepted"], 1);
  EXPECT_EQ(json["failed_at_last_instruction"], 1);
  EXPECT_EQ(json["disagreements"], 1);
  EXPECT_EQ(json["poisoned"]["allocation"], 1);
  EXPECT_EQ(json["seconds_in_children"], 2.0);
  EXPECT_GT(json["seconds"], 0.0);
  EXPECT_EQ(json["verdicts"]["cpython"]["reject"], 1);
  EXPECT_TRUE(json["reached"]["0"].empty());
  EXPECT_EQ(json["reached"]["2"].size(), 5U);
}

TEST_F(FuzzRecords, KeepOneCandidateOfEachSignature) {
  Candidates candidates("some_target", state_);
  EXPECT_TRUE(candidates.Add("a", "N.", "one"));
  EXPECT_FALSE(candidates.Add("a", "K\1.", "the same kind"));
  EXPECT_TRUE(candidates.Add("b", "K\2.", "another kind"));
  std::vector<std::string> contents = Contents("candidates");
  std::ranges::sort(contents);
  EXPECT_EQ(contents, (std::vector<std::string>{"K\2.", "N."}));
  EXPECT_TRUE(fs::exists(state_ + "/candidates/some_target-" + ContentName("N.") + ".pkl"));
  EXPECT_TRUE(candidates.Add("c", "K\3.", "has a reason", true));
  EXPECT_TRUE(fs::exists(state_ + "/candidates/some_target-" + ContentName("K\3.") + ".known.pkl"));
}

TEST_F(FuzzRecords, AbortAtTheFirstWithoutAReasonWhereverTheyGo) {
  Candidates candidates("some_target", state_, true);
  EXPECT_TRUE(candidates.Add("a", "N.", "has a reason", true));
  EXPECT_DEATH(candidates.Add("b | c", "N.", "has none"), "disagreement: b | c\n  has none\n");
}

TEST(LateFailure, IsOneWithNothingButStopBehindIt) {
  EXPECT_TRUE(IsLateFailure("NNNNR.", 4));
  EXPECT_TRUE(IsLateFailure("NNNNRN.", 4));
  EXPECT_FALSE(IsLateFailure("NNNNRNNN.", 4));
  EXPECT_TRUE(IsLateFailure("NNNN", 4)) << "the end of the input";
  EXPECT_FALSE(IsLateFailure("NNNN", 9));
}

TEST(Dictionary, HasEachOpcodeInAForm) {
  const std::string text = PickleDictionary();
  for (const OpcodeInfo& info : AllOpcodes()) {
    EXPECT_NE(text.find("\n" + std::string(info.name) + "_1=\"\\x"), std::string::npos)
        << info.name;
  }
  EXPECT_NE(text.find("\nBININT1_2=\"\\x4b\\xff\"\n"), std::string::npos);
}

TEST(ExtraCounters, TellNewEventsFromKnownOnes) {
  TakeNewEvents();
  CountEvent(0x123456789);
  EXPECT_TRUE(TakeNewEvents());
  CountEvent(0x123456789);
  EXPECT_FALSE(TakeNewEvents());
}

}  // namespace
}  // namespace pickleproof
