#include "generators/leaves.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <set>

#include "generators/leaf_writing.h"
#include "harness/base/utf8.h"
#include "harness/pickle/well_known.h"

namespace pickleproof {
namespace {

TEST(PowerOfTwo, IsMinimalTwosComplement) {
  const struct {
    uint32_t exponent;
    int delta;
    bool negative;
    const char* hex;
  } kRows[] = {
      {7, 0, false, "8000"}, {7, -1, false, "7f"},        {7, 0, true, "80"},
      {7, 1, true, "7fff"},  {8, 0, false, "0001"},       {8, -1, false, "ff00"},
      {15, 0, true, "0080"}, {39, 0, true, "0000000080"}, {63, 0, false, "000000000000008000"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.hex);
    EXPECT_EQ(ToHex(PowerOfTwo(row.exponent, row.delta, row.negative)), row.hex);
  }
}

TEST(IntLeaf, ReachesTheSizesAtWhichLong1GivesWay) {
  RandomChoices choices(1);
  std::set<size_t> sizes;
  for (int i = 0; i < 20000; ++i) sizes.insert(IntLeaf(choices).size());
  for (const size_t size : {0, 1, 2, 4, 5, 8, 9, 254, 255, 256, 257}) {
    EXPECT_TRUE(sizes.contains(size)) << size;
  }
}

TEST(IntLeaf, StaysWithinItsBits) {
  RandomChoices choices(2);
  for (int i = 0; i < 20000; ++i) EXPECT_LE(IntLeaf(choices, 64).size(), 8U);
}

TEST(SmallIntLeaf, ReachesTheBoundaries) {
  RandomChoices choices(3);
  std::set<int64_t> seen;
  for (int i = 0; i < 20000; ++i) seen.insert(SmallIntLeaf(choices));
  for (const int64_t value :
       {int64_t{0}, int64_t{-1}, int64_t{255}, int64_t{256}, int64_t{65535}, int64_t{65536},
        int64_t{0x7fffffff}, int64_t{0x80000000}, INT64_MIN, INT64_MAX}) {
    EXPECT_TRUE(seen.contains(value)) << value;
  }
  EXPECT_GT(seen.size(), 500U);
}

TEST(FloatLeaf, ReachesTheEdges) {
  RandomChoices choices(4);
  std::map<int, int> classes;
  std::set<uint64_t> nans;
  bool minus_zero = false;
  for (int i = 0; i < 20000; ++i) {
    const uint64_t bits = FloatLeaf(choices);
    const auto value = std::bit_cast<double>(bits);
    ++classes[std::fpclassify(value)];
    if (std::isnan(value)) nans.insert(bits);
    minus_zero |= bits == uint64_t{1} << 63;
  }
  EXPECT_EQ(classes.size(), 5U) << "zero, subnormal, normal, infinite, nan";
  EXPECT_GE(nans.size(), 5U);
  EXPECT_TRUE(minus_zero);
}

// Written down because formatting takes longer than all else that there is to an instruction.
TEST(FloatLeaf, HasTheTextThatFormattingGives) {
  for (const FloatBits& row : kFloats) {
    const auto value = std::bit_cast<double>(row.bits);
    EXPECT_EQ(row.text, std::isnan(value) ? "nan" : fmt::format("{}", value));
  }
}

TEST(FloatLeaf, GivesOnlyPythonsNanWithoutPayloads) {
  RandomChoices choices(5);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t bits = FloatLeaf(choices, false);
    if (std::isnan(std::bit_cast<double>(bits))) {
      EXPECT_EQ(bits, 0x7ff8000000000000U);
    }
  }
}

TEST(TextLeaf, IsWellFormedWithSurrogatesOnlyWhereAllowed) {
  RandomChoices choices(6);
  int surrogates = 0;
  for (int i = 0; i < 20000; ++i) {
    EXPECT_TRUE(IsUtf8(TextLeaf(choices, false), false));
    const std::string text = TextLeaf(choices, true);
    EXPECT_TRUE(IsUtf8(text, true));
    surrogates += !IsUtf8(text, false);
  }
  EXPECT_GT(surrogates, 500);
}

TEST(TextLeaf, ReachesLengthsEscapesAndPlanes) {
  RandomChoices choices(7);
  std::set<size_t> sizes;
  std::string all;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = TextLeaf(choices);
    sizes.insert(text.size());
    all += text;
  }
  for (const size_t size : {0, 1, 255, 256}) EXPECT_TRUE(sizes.contains(size)) << size;
  for (const char character : {'\0', '\n', '\r', '\x1a', '\\'}) {
    EXPECT_NE(all.find(character), std::string::npos) << static_cast<int>(character);
  }
  for (const char* piece :
       {"\\u1234", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\xa0\xbd\xed\xb8\x80"}) {
    EXPECT_NE(all.find(piece), std::string::npos) << piece;
  }
}

TEST(BytesLeaf, ReachesEveryByteAndTheLengthLimits) {
  RandomChoices choices(8);
  std::set<size_t> sizes;
  std::set<char> values;
  for (int i = 0; i < 20000; ++i) {
    const std::string bytes = BytesLeaf(choices);
    sizes.insert(bytes.size());
    values.insert(bytes.begin(), bytes.end());
  }
  for (const size_t size : {0, 1, 255, 256}) EXPECT_TRUE(sizes.contains(size)) << size;
  EXPECT_EQ(values.size(), 256U);
}

TEST(GlobalLeaf, KeepsToTheProtocol) {
  RandomChoices choices(9);
  for (const int protocol : {0, 3, 4}) {
    SCOPED_TRACE(protocol);
    int highest = 0;
    for (int i = 0; i < 2000; ++i) {
      highest = std::max(highest, GlobalLeaf(choices, protocol).protocol);
    }
    EXPECT_EQ(highest, protocol);
  }
}

TEST(GlobalLeaf, CallablesAreNoWellKnownConstructions) {
  RandomChoices choices(10);
  bool well_known = false;
  for (int i = 0; i < 2000; ++i) {
    const NamedGlobal& callable = GlobalLeaf(choices, 5, true);
    EXPECT_FALSE(FindWellKnown(callable.module, callable.name)) << callable.name;
    const NamedGlobal& any = GlobalLeaf(choices, 5);
    EXPECT_EQ(FindWellKnown(any.module, any.name).has_value(), !any.inert_call) << any.name;
    well_known |= !any.inert_call;
  }
  EXPECT_TRUE(well_known);
}

TEST(AsciiLeaf, FitsEveryTextArgument) {
  RandomChoices choices(11);
  for (int i = 0; i < 5000; ++i) {
    const std::string text = AsciiLeaf(choices);
    EXPECT_TRUE(std::all_of(text.begin(), text.end(),
                            [](char c) { return c >= ' ' && c <= '~' && c != '\\'; }));
  }
}

TEST(ExtensionCodeLeaf, ReachesTheLimitsOfTheOpcodes) {
  RandomChoices choices(12);
  std::set<uint32_t> seen;
  for (int i = 0; i < 2000; ++i) seen.insert(ExtensionCodeLeaf(choices));
  for (const uint32_t code : {1U, 255U, 256U, 65535U, 65536U, 0x7fffffffU}) {
    EXPECT_TRUE(seen.contains(code)) << code;
  }
  EXPECT_FALSE(seen.contains(0));
}

TEST(Leaves, AreThePlainestWhenBytesRunOut) {
  ByteChoices none("");
  EXPECT_EQ(IntLeaf(none), "");
  EXPECT_EQ(FloatLeaf(none), 0U);
  EXPECT_EQ(TextLeaf(none), "a");
  EXPECT_EQ(BytesLeaf(none), "a");
  EXPECT_EQ(GlobalLeaf(none).name, "f");
  EXPECT_EQ(ExtensionCodeLeaf(none), 1U);
}

}  // namespace
}  // namespace pickleproof
