// What readers spend. No test asserts a time: where time is what grows, the costs are given.

#include "harness/reduce/cost_judge.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "harness/reduce/judge.h"

namespace pickleproof {
namespace {

class CostJudge : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    set = new EngineSet(EngineSet::Make({.largest_allocation = size_t{16} << 20}));
  }
  static void TearDownTestSuite() {
    delete set;
    set = nullptr;
  }
  static std::vector<std::string> Found(std::string_view pickle) {
    std::vector<std::string> found;
    for (const Divergence& divergence : JudgeCosts(*set, pickle)) {
      found.push_back(ToText(divergence.signature) + (divergence.known ? "" : " unknown"));
    }
    return found;
  }
  static EngineSet* set;
};
EngineSet* CostJudge::set = nullptr;

using namespace std::literals;

TEST_F(CostJudge, AMemoIndexMakesTheArrayOfTheCReaderGrow) {
  EXPECT_EQ(Found("]r\xff\xff\xff\x0f."),
            (std::vector<std::string>{"_pickle - amplification memory LONG_BINPUT"}));
}

TEST_F(CostJudge, ADeclaredLengthIsAllocatedByEitherReader) {
  // 2**28 bytes, and none of them there.
  const std::vector<std::string> found = Found("\x8e\0\0\0\x10\0\0\0\0"s);
  EXPECT_FALSE(found.empty());
  for (const std::string& line : found) {
    EXPECT_NE(line.find("amplification memory BINBYTES8"), std::string::npos) << line;
    EXPECT_FALSE(line.starts_with("pickleproof")) << line;
  }
}

// A frame too short for what it holds: _pickle over a file loses the rest of it, and what follows
// is a length only for who lost its place. Growing the frame's contents moves that about, no more.
TEST_F(CostJudge, ALengthThatIsNoneIsNoGrowth) {
  for (const std::string& pickle :
       {"\x95\3\0\0\0\0\0\0\0}r\0\0\0\1"s, "\x95\4\0\0\0\0\0\0\0(tr\0\0\0\0"s,
        "\x95\3\0\0\0\0\0\0\0(\x96\0\0\0\1\0\0\0\0"s}) {
    SCOPED_TRACE(testing::PrintToString(pickle));
    for (const std::string& line : Found(pickle)) {
      EXPECT_TRUE(line.find("unknown") == std::string::npos) << line;
    }
  }
}

TEST_F(CostJudge, SharedValuesUnfold) {
  EXPECT_EQ(Found("N2\x86."),
            (std::vector<std::string>{"pickleproof - amplification unfolded TUPLE2"}));
}

TEST_F(CostJudge, OrdinaryPicklesAreInProportion) {
  for (const std::string_view pickle :
       {"\x80\x04]\x94(K\1K\2e."sv, "}(X\1\0\0\0aK\1u."sv, "\x8f(K\1K\2\x90."sv,
        "cm\nn\n)\x81}b."sv, "(lp0\nI1\na."sv, "\x8c\1a\x94h\0\x86."sv, "(((ttt."sv}) {
    SCOPED_TRACE(testing::PrintToString(pickle));
    EXPECT_EQ(Found(pickle), std::vector<std::string>());
  }
}

// Taken only where NONE or MARK is repeated: what costs is the index all the same. Found by a
// night.
TEST_F(CostJudge, AMemoIndexIsToBlameWhateverGrows) {
  EXPECT_EQ(Found("Nr\0\0\1\0000."sv), std::vector<std::string>());
  EXPECT_EQ(Found("()p40000\n1d."sv), std::vector<std::string>());
}

TEST_F(CostJudge, ShowsWhatItReports) {
  const auto signature =
      ParseDivergenceSignature("_pickle - amplification memory LONG_BINPUT").value();
  EXPECT_TRUE(ShowsCost(*set, "]r\xff\xff\xff\x0f.", signature));
  EXPECT_FALSE(ShowsCost(*set, "]r\x0f\0\0\0."s, signature));
  DivergenceSignature other = signature;
  other.left = "pickle.py";
  EXPECT_FALSE(ShowsCost(*set, "]r\xff\xff\xff\x0f.", other));
}

TEST_F(CostJudge, IsAskedByTheJudgeOfAnswersToo) {
  auto judge = Judge::Make(*set);
  ASSERT_TRUE(judge);
  const auto signature =
      ParseDivergenceSignature("pickleproof - amplification unfolded TUPLE2").value();
  EXPECT_TRUE(judge->Shows("N2\x86.", signature));
  EXPECT_FALSE(judge->Shows("N\x85.", signature));
  const auto found = judge->LookAtCosts("N2\x86.");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].known->name, "sharing");
  EXPECT_NE(found[0].left_says.find("TUPLE2 8 to 32 times"), std::string::npos)
      << found[0].left_says;
}

GrowthCosts Timed(const std::vector<double>& seconds, bool hangs) {
  GrowthCosts costs;
  costs.hangs = hangs;
  for (const double time : seconds) {
    costs.costs[costs.measured] = {.input = uint64_t{1000} << costs.measured, .seconds = time};
    ++costs.measured;
  }
  JudgeGrowthCosts(costs);
  return costs;
}

TEST(GrowthCosts, AHangCountsByTheTimeBeforeIt) {
  ASSERT_TRUE(Timed({0.001, 0.01}, true).found);
  EXPECT_EQ(Timed({0.001, 0.01}, true).found->measure, "seconds");
  EXPECT_FALSE(Timed({0.7, 1.4}, true).found) << "linear, and slow";
  EXPECT_FALSE(Timed({}, true).found) << "nothing grew";
  EXPECT_FALSE(Timed({0.001, 0.01}, false).found) << "refused";
}

TEST(ReasonForCost, ExcusesNothingOfOurMachineButSharing) {
  const auto reason = [](std::string_view text) {
    return ReasonForCost(ParseDivergenceSignature(text).value());
  };
  EXPECT_FALSE(reason("pickleproof - amplification memory LONG_BINPUT"));
  EXPECT_FALSE(reason("pickleproof - amplification seconds TUPLE2"));
  EXPECT_TRUE(reason("pickleproof - amplification unfolded APPEND"));
  EXPECT_FALSE(reason("pickle.py - amplification memory LONG_BINPUT")) << "its memo is a dict";
  EXPECT_EQ(reason("_pickle - amplification seconds TUPLE2")->name, "tuple-hash");
  EXPECT_EQ(reason("pickle.py - amplification seconds LONG(argument)")->name, "quadratic-int");
  EXPECT_FALSE(reason("_pickle - amplification seconds APPENDS"));
}

}  // namespace
}  // namespace pickleproof
