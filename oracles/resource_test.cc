#include "oracles/resource.h"

#include <ctime>

#include <gtest/gtest.h>

#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

std::optional<Cost> MeasureOurs(std::string_view input) {
  const std::clock_t begin = std::clock();
  const Outcome outcome = Load(input);
  if (outcome.verdict != Verdict::kAccept) return std::nullopt;
  return Cost{.input = input.size(),
              .memory = outcome.graph.MemoryBytes(),
              .unfolded = UnfoldedSize(outcome.graph),
              .seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC};
}

TEST(Resource, SharedTuplesUnfoldExponentially) {
  const auto found = FindAmplification("N2\x86.", MeasureOurs);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->measure, "unfolded");
  EXPECT_GT(found->exponent, 2.0);
  EXPECT_GT(found->per_byte, 1e6);
  EXPECT_FALSE(found->witness.empty());
}

TEST(Resource, OurMachineIsInProportionOtherwise) {
  for (const char* pickle : {"]N\x61.", "(NNt.", "}K\1Ns.", "cm\nn\n)R.", "\x8c\1a."}) {
    SCOPED_TRACE(pickle);
    const auto found = FindAmplification(pickle, MeasureOurs);
    EXPECT_FALSE(found) << found->measure << " " << found->exponent;
  }
}

TEST(Resource, GigabytesForAFewBytesNeedNoGrowth) {
  const auto found = JudgeCost({.input = 7, .memory = uint64_t{4} << 30});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->measure, "memory");
  EXPECT_FALSE(JudgeCost({.input = 7, .memory = 100000}));
  EXPECT_FALSE(JudgeCost({.input = 100000, .memory = 50000000}));
}

TEST(Resource, TheInputStatesALengthWhereverItStands) {
  using namespace std::literals;
  // 2**24 in four bytes and in eight, as decimal text; a bytes object is 33 bytes longer.
  EXPECT_EQ(WhatStates("\x95(\0\0\0\1"s, 1U << 24U), Stated::kLength);
  EXPECT_EQ(WhatStates("\0\0\0\0\0\1\0\0\0"s, (uint64_t{1} << 32U) + 33), Stated::kLength);
  EXPECT_EQ(WhatStates("(16777216\n"sv, (1U << 24U) + 33), Stated::kLength);
  EXPECT_EQ(WhatStates("(16777216\n"sv, (1U << 24U) + 65), Stated::kNo);
  EXPECT_EQ(WhatStates("(16777216\n"sv, (1U << 24U) - 1), Stated::kNo);
  EXPECT_EQ(WhatStates("r\0\0\0\1"s, uint64_t{1} << 28U), Stated::kMemoIndex);
  EXPECT_EQ(WhatStates("r\0\0\0\1"s, uint64_t{1} << 29U), Stated::kNo);
  EXPECT_EQ(WhatStates("KKKKKKKK"sv, 1U << 24U), Stated::kNo);
  EXPECT_EQ(WhatStates("\x10\0\0\0"s, 16), Stated::kNo) << "small enough to be anything";
}

TEST(Resource, GrowthIsJudgedByBothSteps) {
  const auto costs = [](double a, double b, double c) {
    return std::array<Cost, 3>{Cost{.input = 1000, .seconds = a}, Cost{.input = 2000, .seconds = b},
                               Cost{.input = 4000, .seconds = c}};
  };
  const auto quadratic = JudgeGrowth(costs(0.01, 0.04, 0.16));
  ASSERT_TRUE(quadratic);
  EXPECT_EQ(quadratic->measure, "seconds");
  EXPECT_NEAR(quadratic->exponent, 2.0, 0.01);
  EXPECT_FALSE(JudgeGrowth(costs(0.04, 0.08, 0.16))) << "linear";
  EXPECT_FALSE(JudgeGrowth(costs(0.01, 0.01, 0.16))) << "one step alone may be noise";
  EXPECT_FALSE(JudgeGrowth(costs(0.0001, 0.0004, 0.0016))) << "below what a clock tells";
}

TEST(Resource, GrowRepeatsWholeInstructions) {
  EXPECT_EQ(Grow("]K\1a.", {1, 3}, 2), "]K\1aK\1a.");
  EXPECT_EQ(Grow("]K\1a.", {0, 1}, 0), "K\1a.");
  EXPECT_EQ(Grow("]K\1a.", {2, 5}, 2), std::nullopt);
}

TEST(Resource, GrowRepeatsAnArgumentWhereALengthCanStateIt) {
  EXPECT_EQ(Grow("L12L\n.", {0, 1, true}, 2), "L12L12L\n.");
  EXPECT_EQ(Grow("\x8c\2ab.", {0, 1, true}, 3), "\x8c\6ababab.");
  EXPECT_EQ(Grow("\x8c\2ab.", {0, 1, true}, 128), std::nullopt) << "256 bytes";
  EXPECT_EQ(Grow("]K\1a.", {1, 2, true}, 2), std::nullopt) << "no text";
}

TEST(Resource, GrowthsAreAllRunsAndArguments) {
  EXPECT_EQ(GrowthsOf("I1\n]a."),
            (std::vector<Growth>{{0, 1, true}, {0, 1}, {1, 2}, {2, 3}, {0, 2}, {1, 3}, {0, 3}}));
  EXPECT_EQ(GrowthsOf("N2\x86.", 1, 2), (std::vector<Growth>{{0, 1}, {1, 2}}));
}

TEST(Resource, AGrowthIsNamedByWhatMakesValues) {
  EXPECT_EQ(NameOf("N2\x86.", {1, 3}), "TUPLE2");
  EXPECT_EQ(NameOf("N2\x86.", {1, 2}), "DUP");
  EXPECT_EQ(NameOf("]K\1a.", {1, 3}), "APPEND");
  EXPECT_EQ(NameOf("]K\1K\2.", {0, 3}), "BININT1+EMPTY_LIST") << "nothing else is there";
  EXPECT_EQ(NameOf("I1\n.", {0, 1, true}), "INT(argument)");
}

TEST(Resource, UnfoldedSizeCountsPathsAndStopsAtCycles) {
  const auto size = [](std::string_view pickle) { return UnfoldedSize(Load(pickle).graph); };
  EXPECT_EQ(size("N."), 1U);
  EXPECT_EQ(size("N2\x86."), 3U);
  EXPECT_EQ(size("N2\x86"
                 "2\x86."),
            7U);
  EXPECT_EQ(size("]2a."), 2U) << "a list in itself";
  EXPECT_EQ(size("](N2t2\x86"
                 "a."),
            8U);
}

}  // namespace
}  // namespace pickleproof
