#include "generators/shrink_bytes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "generators/choices.h"

namespace pickleproof {
namespace {

std::string RandomBytes(uint64_t seed, size_t size) {
  RandomChoices choices(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(choices.Below(256));
  return bytes;
}

TEST(ShrinkBytes, ReachesTheMinimumOfPlantedPredicates) {
  const struct {
    const char* name;
    bool (*predicate)(std::string_view);
    std::string_view smallest;
  } kRows[] = {
      {"anything", [](std::string_view) { return true; }, ""},
      {"a high byte",
       [](std::string_view b) {
         return std::any_of(b.begin(), b.end(), [](char c) { return (c & 0x80) != 0; });
       },
       "\x80"},
      {"ten bytes", [](std::string_view b) { return b.size() >= 10; },
       std::string_view("\0\0\0\0\0\0\0\0\0\0", 10)},
      {"X before Y",
       [](std::string_view b) {
         const size_t x = b.find('X');
         return x != std::string_view::npos && b.find('Y', x) != std::string_view::npos;
       },
       "XY"},
      {"an even number of Z, two at least",
       [](std::string_view b) {
         const auto count = std::count(b.begin(), b.end(), 'Z');
         return count >= 2 && count % 2 == 0;
       },
       "ZZ"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    std::string bytes = RandomBytes(1, 500) + "XaYZbZ";
    if (!row.predicate(bytes)) bytes += "Z";
    ASSERT_TRUE(row.predicate(bytes));
    EXPECT_EQ(ShrinkBytes(bytes, row.predicate), row.smallest);
  }
}

TEST(ShrinkBytes, NeverAsksForAnythingNotSmallerThanWhatFails) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    std::string best = RandomBytes(seed, 60);
    RandomChoices coin(seed);
    ShrinkBytes(best, [&](std::string_view candidate) {
      EXPECT_TRUE(candidate.size() < best.size() ||
                  (candidate.size() == best.size() && candidate < best));
      if (!coin.Chance(1, 5)) return false;
      best = candidate;
      return true;
    });
  }
}

TEST(ShrinkBytes, FindsOneByteAmongManyInFewTries) {
  std::string bytes(100000, 'a');
  bytes[77777] = '!';
  uint64_t tries = 0;
  const auto has = [&](std::string_view b) {
    ++tries;
    return b.find('!') != std::string_view::npos;
  };
  EXPECT_EQ(ShrinkBytes(bytes, has), "!");
  EXPECT_LT(tries, 200U);
}

TEST(ShrinkBytes, StopsAtItsTries) {
  uint64_t tries = 0;
  ShrinkBytes(RandomBytes(3, 100), [&](std::string_view) { return ++tries, false; }, 25);
  EXPECT_EQ(tries, 25U);
}

}  // namespace
}  // namespace pickleproof
