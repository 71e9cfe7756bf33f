#include "harness/pickle/text_codec.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

std::string Show(const std::optional<IntText>& value) {
  if (!value) return "ValueError";
  if (value->small) return std::to_string(*value->small);
  return "big of " + std::to_string(value->big.size()) + " bytes";
}

// Every expectation was asked of CPython 3.11.7, by pickle.loads and pickle._loads.
TEST(NumberText, IntsAreReadAsEachReaderReadsThem) {
  const std::string digits(4300, '9');
  struct Row {
    std::string_view line, c, python;
  };
  const Row rows[] = {
      {"7", "7", "7"},
      {"-7", "-7", "-7"},
      {"+7", "7", "7"},
      {"007", "7", "ValueError"},
      {"010", "8", "ValueError"},
      {"00", "0", "0"},
      {"0x10", "16", "16"},
      {"0o17", "15", "15"},
      {"0b11", "3", "3"},
      {"1_000", "1000", "1000"},
      {"1__0", "ValueError", "ValueError"},
      {"_1", "ValueError", "ValueError"},
      {"1_", "ValueError", "ValueError"},
      {" 5", "5", "5"},
      {"5 ", "5", "5"},
      {"- 5", "ValueError", "ValueError"},
      {"9223372036854775807", "9223372036854775807", "9223372036854775807"},
      {"9223372036854775808", "big of 9 bytes", "big of 9 bytes"},
      {"-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
      {"9223372036854775807JUNK", "ValueError", "ValueError"},
      {digits, "big of 1786 bytes", "big of 1786 bytes"},
      {"", "ValueError", "ValueError"},
      {" ", "ValueError", "ValueError"},
      {"x", "ValueError", "ValueError"},
      {std::string_view("5\0junk", 6), "5", "ValueError"},
      {std::string_view("\0", 1), "0", "ValueError"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.line.substr(0, 40)));
    bool is_bool = false;
    EXPECT_EQ(Show(ParseCInt(row.line, &is_bool)), row.c);
    EXPECT_EQ(Show(ParsePythonInt(row.line, 0)), row.python);
  }
  EXPECT_FALSE(ParsePythonInt(digits + "9", 10)) << "more digits than Python's limit";
}

TEST(NumberText, TwoCharactersOfZeroOrOneAreBoolsToTheCReader) {
  for (const std::string_view line : {"00", "01", "+1", " 1", "-0"}) {
    bool is_bool = false;
    EXPECT_TRUE(ParseCInt(line, &is_bool)) << line;
    EXPECT_TRUE(is_bool) << line;
  }
  for (const std::string_view line : {"1", "001", "02", "10"}) {
    bool is_bool = true;
    EXPECT_TRUE(ParseCInt(line, &is_bool)) << line;
    EXPECT_FALSE(is_bool) << line;
  }
}

TEST(NumberText, FloatsAreReadAsEachReaderReadsThem) {
  const double inf = std::numeric_limits<double>::infinity();
  const std::optional<double> error;
  struct Row {
    std::string_view line;
    std::optional<double> c, python;
    bool overflow = false;
  };
  const Row rows[] = {
      {"1.5", 1.5, 1.5},       {"-0.0", -0.0, -0.0},
      {"1e3", 1000.0, 1000.0}, {".5", 0.5, 0.5},
      {"5.", 5.0, 5.0},        {"1_0", error, 10.0},
      {" 1.5 ", error, 1.5},   {"1e400", error, inf, true},
      {"inf", inf, inf},       {"-Infinity", -inf, -inf},
      {"infi", error, error},  {"0x10", error, error},
      {"1e", error, error},    {".", error, error},
      {"", error, error},      {"5e-324", 5e-324, 5e-324},
      {"x", error, error},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.line));
    bool overflow = false;
    EXPECT_EQ(ParseCFloat(row.line, &overflow), row.c);
    EXPECT_EQ(overflow, row.overflow);
    EXPECT_EQ(ParsePythonFloat(row.line), row.python);
  }
  EXPECT_TRUE(std::isnan(*ParsePythonFloat("nan")));
  EXPECT_TRUE(std::signbit(*ParsePythonFloat("-nan")));
}

TEST(QuotedString, EscapesAreDecodedAndBadOnesRefused) {
  struct Row {
    std::string_view text;
    std::optional<std::string> bytes;
  };
  const Row rows[] = {
      {"''", ""},
      {"'abc'", "abc"},
      {"\"it's\"", "it's"},
      {R"('\x41\n\\\'')", "A\n\\'"},
      {R"('\101\0z')", std::string("A\0z", 3)},
      {R"('\q')", "\\q"},
      {R"('\x4')", std::nullopt},
      {R"('abc\')", std::nullopt},
      {"'", std::nullopt},
      {"abc", std::nullopt},
      {"'abc\"", std::nullopt},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.text));
    const auto bytes = DecodeQuotedString(row.text);
    EXPECT_EQ(bytes ? std::optional(*bytes) : std::nullopt, row.bytes);
  }
}

TEST(RawUnicodeEscape, OnlyUnescapedEscapesCount) {
  struct Row {
    std::string_view text;
    std::optional<std::string> utf8;
  };
  const Row rows[] = {
      {"abc", "abc"},
      {"\\u0041", "A"},
      {"\\\\u0041", "\\\\u0041"},
      {"\\U0001F600", "\xf0\x9f\x98\x80"},
      {"\\ud83d\\ude00", "\xed\xa0\xbd\xed\xb8\x80"},
      {"\xe9", "\xc3\xa9"},
      {"\\", "\\"},
      {"\\x41", "\\x41"},
      {"\\u004", std::nullopt},
      {"\\U00110000", std::nullopt},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.text));
    const auto text = DecodeRawUnicodeEscape(row.text);
    EXPECT_EQ(text ? std::optional(*text) : std::nullopt, row.utf8);
  }
}

TEST(Py2Text, HandlersTreatBadBytesAsPythonDoes) {
  struct Row {
    std::string_view bytes;
    TextEncoding encoding;
    std::string_view errors;
    std::optional<std::string> text;
  };
  const Row rows[] = {
      {"abc", TextEncoding::kAscii, "strict", "abc"},
      {"\xe9", TextEncoding::kAscii, "strict", std::nullopt},
      {"\xe9", TextEncoding::kLatin1, "strict", "\xc3\xa9"},
      {"a\xe9z", TextEncoding::kAscii, "ignore", "az"},
      {"a\xe9z", TextEncoding::kAscii, "replace", "a\xef\xbf\xbdz"},
      {"a\xe9z", TextEncoding::kAscii, "surrogateescape", "a\xed\xb3\xa9z"},
      {"a\xe9z", TextEncoding::kAscii, "backslashreplace", "a\\xe9z"},
      {"\xe2\x82", TextEncoding::kUtf8, "replace", "\xef\xbf\xbd"},
      {"\xe2\x28\xa1", TextEncoding::kUtf8, "replace", "\xef\xbf\xbd(\xef\xbf\xbd"},
      {"\xed\xb2\x80", TextEncoding::kUtf8, "strict", std::nullopt},
      {"\xed\xb2\x80", TextEncoding::kUtf8, "surrogatepass", "\xed\xb2\x80"},
      {"\xed\xb2\x80", TextEncoding::kUtf8, "replace", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.errors));
    const auto text = DecodeText(row.bytes, row.encoding, row.errors);
    EXPECT_EQ(text ? std::optional(*text) : std::nullopt, row.text);
  }
}

TEST(Py2Text, EncodingsAreFoundUnderTheirAliases) {
  EXPECT_EQ(FindTextEncoding("ISO-8859-1"), TextEncoding::kLatin1);
  EXPECT_EQ(FindTextEncoding("utf_8"), TextEncoding::kUtf8);
  EXPECT_EQ(FindTextEncoding("bytes"), TextEncoding::kBytes);
  EXPECT_FALSE(FindTextEncoding("koi8-r"));
}

}  // namespace
}  // namespace pickleproof
