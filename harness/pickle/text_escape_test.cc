#include "harness/pickle/text_escape.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <string>

namespace pickleproof {
namespace {

std::string Escaped(std::string_view text) {
  std::string out(kMaxEscape * text.size(), '?');
  out.resize(static_cast<size_t>(RawUnicodeEscape(out.data(), text) - out.data()));
  return out;
}

std::string Repr(double value) {
  std::string out(kMaxFloatText, '?');
  out.resize(static_cast<size_t>(FloatText(out.data(), value) - out.data()));
  return out;
}

TEST(RawUnicodeEscape, EscapesWhatALineCannotHoldAndWhatLatin1CannotSay) {
  struct Row {
    const char* title;
    std::string_view text;
    std::string_view expected;
  };
  const Row kRows[] = {
      {"plain", "abc ~\x7f", "abc ~\x7f"},
      {"the five", std::string_view("\\\0\n\r\x1a", 5), "\\u005c\\u0000\\u000a\\u000d\\u001a"},
      {"other control characters stay", "\t\x0b\x1b", "\t\x0b\x1b"},
      {"Latin-1 is one byte each", "\xc2\x80\xc3\xbf", "\x80\xff"},
      {"just above Latin-1", "\xc4\x80", "\\u0100"},
      {"surrogates", "\xed\xa0\xbd\xed\xb8\x80", "\\ud83d\\ude00"},
      {"above the BMP", "\xf0\x9f\x98\x80", "\\U0001f600"},
      {"empty", "", ""},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.title);
    EXPECT_EQ(Escaped(row.text), row.expected);
  }
}

TEST(NeedsEscape, KnowsTheFive) {
  EXPECT_FALSE(NeedsEscape("abc\t\xc4\x80"));
  for (const char c : {'\\', '\0', '\n', '\r', '\x1a'}) {
    EXPECT_TRUE(NeedsEscape(std::string("x") + c)) << int{c};
  }
}

TEST(FloatText, IsPythonsRepr) {
  struct Row {
    double value;
    const char* expected;
  };
  const Row kRows[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1.0, "1.0"},
      {-1.5, "-1.5"},
      {0.1, "0.1"},
      {100.0, "100.0"},
      {123.456, "123.456"},
      {1e15, "1000000000000000.0"},
      {9999999999999998.0, "9999999999999998.0"},
      {1e16, "1e+16"},
      {123456789012345680.0, "1.2345678901234568e+17"},
      {1e22, "1e+22"},
      {1e100, "1e+100"},
      {0.0001, "0.0001"},
      {0.00012345, "0.00012345"},
      {0.00001, "1e-05"},
      {1.5e-7, "1.5e-07"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {-2.2250738585072014e-308, "-2.2250738585072014e-308"},
      {std::numeric_limits<double>::infinity(), "inf"},
      {-std::numeric_limits<double>::infinity(), "-inf"},
      {std::numeric_limits<double>::quiet_NaN(), "nan"},
      {std::bit_cast<double>(uint64_t{0xfff8000000000001}), "nan"},
  };
  for (const Row& row : kRows) EXPECT_EQ(Repr(row.value), row.expected);
}

TEST(Latin1ToUtf8, GivesEachByteItsCodePoint) {
  const std::string_view bytes("a\x7f\x80\xff", 4);
  std::string out(2 * bytes.size(), '?');
  out.resize(static_cast<size_t>(Latin1ToUtf8(out.data(), bytes) - out.data()));
  EXPECT_EQ(out, "a\x7f\xc2\x80\xc3\xbf");
  EXPECT_EQ(Latin1Utf8Length(bytes), out.size());
}

}  // namespace
}  // namespace pickleproof
