#include "harness/graph/big_int.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pickleproof {
namespace {

struct Row {
  const char* decimal;
  std::string bytes;  // as LONG1 writes it
};

std::vector<Row> Rows() {
  return {
      {"0", ""},
      {"1", std::string("\x01")},
      {"-1", "\xff"},
      {"127", "\x7f"},
      {"128", std::string("\x80\x00", 2)},
      {"-128", "\x80"},
      {"-129", "\x7f\xff"},
      {"255", std::string("\xff\x00", 2)},
      {"256", std::string("\x00\x01", 2)},
      {"-256", std::string("\x00\xff", 2)},
      {"9223372036854775807", "\xff\xff\xff\xff\xff\xff\xff\x7f"},
      {"-9223372036854775808", std::string("\0\0\0\0\0\0\0\x80", 8)},
      {"9223372036854775808", std::string("\0\0\0\0\0\0\0\x80\0", 9)},
      {"-9223372036854775809", "\xff\xff\xff\xff\xff\xff\xff\x7f\xff"},
      {"18446744073709551616", std::string("\0\0\0\0\0\0\0\0\x01", 9)},
      {"-18446744073709551616", std::string("\0\0\0\0\0\0\0\0\xff", 9)},
      {"1180591620717411303424", std::string("\0\0\0\0\0\0\0\0\x40", 9)},
  };
}

TEST(BigInt, DecimalAndBytesAgreeBothWays) {
  for (const Row& row : Rows()) {
    SCOPED_TRACE(row.decimal);
    Graph g;
    const NodeId from_decimal = IntFromDecimal(g, row.decimal);
    const NodeId from_bytes = g.IntFromBytes(row.bytes);
    ASSERT_NE(from_decimal, kNoNode);
    EXPECT_EQ(DecimalOf(g, from_decimal), row.decimal);
    EXPECT_EQ(DecimalOf(g, from_bytes), row.decimal);
    EXPECT_EQ(TwosComplementOf(g, from_decimal), row.bytes);
    EXPECT_EQ(TwosComplementOf(g, from_bytes), row.bytes);
    EXPECT_EQ(DecimalFromTwosComplement(row.bytes), row.decimal);
    EXPECT_EQ(TwosComplementFromDigits(row.decimal),
              row.bytes.empty() ? std::string(1, '\0') : row.bytes);
  }
}

TEST(BigInt, WhateverFitsIsASmallInt) {
  Graph g;
  EXPECT_TRUE(g.IsSmallInt(IntFromDecimal(g, "9223372036854775807")));
  EXPECT_TRUE(g.IsSmallInt(IntFromDecimal(g, "-9223372036854775808")));
  EXPECT_FALSE(g.IsSmallInt(IntFromDecimal(g, "9223372036854775808")));
  EXPECT_FALSE(g.IsSmallInt(IntFromDecimal(g, "-9223372036854775809")));
  EXPECT_TRUE(g.IsSmallInt(IntFromDecimal(g, "0000000000000000000000000000000000007")));
  EXPECT_EQ(IntFromDecimal(g, "-0"), g.Int(0));
}

TEST(BigInt, SuperfluousSignBytesDoNotMatter) {
  Graph g;
  EXPECT_EQ(DecimalFromTwosComplement(std::string("\x05\0\0\0\0\0\0\0\0\0\0\0", 12)), "5");
  EXPECT_EQ(DecimalFromTwosComplement(std::string(40, '\xff')), "-1");
  EXPECT_EQ(TwosComplementOf(g, g.IntFromBytes(std::string(40, '\xff'))), "\xff");
}

TEST(BigInt, OnlyDigitsAndOneMinusAreTaken) {
  for (const char* text : {"", "-", "+1", " 1", "1 ", "1L", "--1", "1_000", "0x10", "1e5", "1.0",
                           "99999999999999999999999999x", "-99999999999999999999999-",
                           "99999999999999999999999999 "}) {
    SCOPED_TRACE(text);
    Graph g;
    EXPECT_EQ(IntFromDecimal(g, text), kNoNode);
    EXPECT_EQ(TwosComplementFromDigits(text), std::nullopt);
  }
}

TEST(BigInt, OtherBasesTakeTheirDigits) {
  Graph g;
  EXPECT_EQ(DecimalOf(g, IntFromDigits(g, "-fF", 16)), "-255");
  EXPECT_EQ(DecimalOf(g, IntFromDigits(g, "777", 8)), "511");
  EXPECT_EQ(DecimalOf(g, IntFromDigits(g, "1" + std::string(64, '0'), 2)), "18446744073709551616");
  EXPECT_EQ(IntFromDigits(g, "8", 8), kNoNode);
  EXPECT_EQ(IntFromDigits(g, "12", 2), kNoNode);
}

TEST(BigInt, CompareOrdersByValue) {
  const char* ascending[] = {"-1180591620717411303424",
                             "-18446744073709551617",
                             "-18446744073709551616",
                             "-9223372036854775809",
                             "-9223372036854775808",
                             "-1",
                             "0",
                             "255",
                             "9223372036854775807",
                             "9223372036854775808",
                             "18446744073709551615",
                             "18446744073709551616",
                             "1180591620717411303424"};
  Graph a;
  Graph b;
  for (size_t i = 0; i < std::size(ascending); ++i) {
    for (size_t j = 0; j < std::size(ascending); ++j) {
      SCOPED_TRACE(std::string(ascending[i]) + " and " + ascending[j]);
      EXPECT_EQ(CompareInts(a, IntFromDecimal(a, ascending[i]), b, IntFromDecimal(b, ascending[j])),
                i <=> j);
    }
  }
}

TEST(BigInt, AMillionDigitsArePracticable) {
  Graph g;
  std::string digits(1'000'000, '7');
  EXPECT_EQ(DecimalOf(g, IntFromDecimal(g, digits)), digits);
  digits.insert(0, "-");
  EXPECT_EQ(DecimalOf(g, IntFromDecimal(g, digits)), digits);
}

}  // namespace
}  // namespace pickleproof
