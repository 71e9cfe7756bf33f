#include "generators/choices.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace pickleproof {
namespace {

TEST(RandomChoices, TheSameSeedGivesTheSameDecisionsEverywhere) {
  // xoshiro256** seeded by splitmix64 with 42, as their authors publish them.
  RandomChoices choices(42);
  EXPECT_EQ(choices.Below(~uint64_t{0}), 1546998764402558741U);
  EXPECT_EQ(choices.Below(~uint64_t{0}), 6990951692964543101U);
  RandomChoices again(42);
  EXPECT_EQ(again.Below(1000), 83U);
  EXPECT_EQ(again.Below(1000), 378U);
}

TEST(RandomChoices, DifferentSeedsDiffer) {
  std::set<uint64_t> firsts;
  for (uint64_t seed = 0; seed < 1000; ++seed) firsts.insert(RandomChoices(seed).Bits64());
  EXPECT_EQ(firsts.size(), 1000U);
}

TEST(RandomChoices, BelowIsUniformAndNeverReachesItsBound) {
  RandomChoices choices(1);
  std::vector<int> counts(10);
  for (int i = 0; i < 100000; ++i) ++counts.at(choices.Below(10));
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
}

TEST(RandomChoices, WeightedFollowsTheWeights) {
  RandomChoices choices(2);
  const std::vector<uint32_t> weights = {1, 0, 3};
  std::vector<int> counts(3);
  for (int i = 0; i < 40000; ++i) ++counts.at(choices.Weighted(weights));
  EXPECT_NEAR(counts[0], 10000, 500);
  EXPECT_EQ(counts[1], 0);
  EXPECT_NEAR(counts[2], 30000, 500);
}

TEST(RandomChoices, SkewedPrefersSmallNumbersAndStaysBelowTheBound) {
  RandomChoices choices(3);
  int small = 0;
  bool large = false;
  for (int i = 0; i < 10000; ++i) {
    const uint64_t value = choices.Skewed(1000);
    ASSERT_LT(value, 1000U);
    small += value < 16;
    large |= value >= 900;
  }
  EXPECT_GT(small, 3500);
  EXPECT_TRUE(large);
  EXPECT_EQ(choices.Skewed(1), 0U);
  for (int i = 0; i < 100; ++i) EXPECT_LT(choices.Skewed(~uint64_t{0}), ~uint64_t{0});
}

TEST(RandomChoices, ChanceHasItsProbability) {
  RandomChoices choices(4);
  int hits = 0;
  for (int i = 0; i < 10000; ++i) hits += choices.Chance(1, 4);
  EXPECT_NEAR(hits, 2500, 250);
}

TEST(ByteChoices, CertainOutcomesUseUpNothing) {
  ByteChoices choices("abc");
  EXPECT_FALSE(choices.Chance(0, 5));
  EXPECT_TRUE(choices.Chance(5, 5));
  EXPECT_EQ(choices.Below(1), 0U);
  EXPECT_EQ(choices.remaining(), 3U);
}

TEST(ByteChoices, TakesAsManyBytesAsTheBoundNeeds) {
  ByteChoices choices(std::string_view("\x07\x01\x02\x03\x04\x05", 6));
  EXPECT_EQ(choices.Below(256), 7U);
  EXPECT_EQ(choices.remaining(), 5U);
  EXPECT_EQ(choices.Below(65536), 0x0102U);
  EXPECT_EQ(choices.remaining(), 3U);
  EXPECT_EQ(choices.Below(2), 1U);
  EXPECT_EQ(choices.remaining(), 2U);
}

TEST(ByteChoices, AnswersWithTheSimplestWhenItHasRunOut) {
  ByteChoices choices("");
  const std::vector<uint32_t> weights = {0, 2, 5};
  EXPECT_EQ(choices.Below(100), 0U);
  EXPECT_EQ(choices.Between(7, 9), 7U);
  EXPECT_FALSE(choices.Chance(999, 1000));
  EXPECT_EQ(choices.Weighted(weights), 1U);
  EXPECT_EQ(choices.Bits64(), 0U);
}

TEST(ByteChoices, EveryWeightedAlternativeCanBeReached) {
  const std::vector<uint32_t> weights = {100, 0, 200, 300, 7};
  std::set<size_t> seen;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string bytes(1, static_cast<char>(byte));
    ByteChoices choices(bytes);
    seen.insert(choices.Weighted(weights));
    EXPECT_EQ(choices.remaining(), 0U);
  }
  EXPECT_EQ(seen, (std::set<size_t>{0, 2, 3, 4}));
}

// A list of at most `size` items below `bound`.
std::vector<uint64_t> SmallList(Choices& choices, uint64_t size, uint64_t bound) {
  std::vector<uint64_t> list;
  while (list.size() < size && choices.Chance(1, 3)) list.push_back(choices.Below(bound));
  return list;
}

TEST(OdometerChoices, EnumeratesEverySequenceOnceInOrder) {
  OdometerChoices choices;
  std::vector<std::vector<uint64_t>> lists;
  do {
    lists.push_back(SmallList(choices, 2, 3));
  } while (choices.Next());
  const std::vector<std::vector<uint64_t>> expected = {
      {}, {0}, {0, 0}, {0, 1}, {0, 2}, {1}, {1, 0}, {1, 1}, {1, 2}, {2}, {2, 0}, {2, 1}, {2, 2}};
  EXPECT_EQ(lists, expected);
}

TEST(OdometerChoices, AGeneratorWithoutDecisionsRunsOnce) {
  OdometerChoices choices;
  EXPECT_EQ(choices.Below(1), 0U);
  EXPECT_FALSE(choices.Next());
}

TEST(OdometerChoices, TakesEachAlternativeOfPositiveWeightOnce) {
  OdometerChoices choices;
  const std::vector<uint32_t> weights = {0, 100, 0, 1, 7};
  std::vector<size_t> seen;
  do {
    seen.push_back(choices.Weighted(weights));
  } while (choices.Next());
  EXPECT_EQ(seen, (std::vector<size_t>{1, 3, 4}));
}

TEST(OdometerChoices, CanBeRunAgainAfterTheLastSequence) {
  OdometerChoices choices;
  for (int round = 0; round < 2; ++round) {
    int count = 0;
    do {
      SmallList(choices, 3, 2);
      ++count;
    } while (choices.Next());
    EXPECT_EQ(count, 15);
  }
}

}  // namespace
}  // namespace pickleproof
