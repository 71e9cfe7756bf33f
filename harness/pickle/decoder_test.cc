#include "harness/pickle/decoder.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/bytes.h"
#include "harness/pickle/cursor.h"

namespace pickleproof {
namespace {

std::string Hex(std::string_view hex) { return FromHex(hex).value(); }

TEST(Cursor, ReadsWithinItsBoundsOnly) {
  Cursor cursor("\x01\x02\x03\x04\x05");
  uint32_t number = 0;
  EXPECT_TRUE(cursor.Read(&number));
  EXPECT_EQ(number, 0x04030201U);
  uint16_t more = 7;
  EXPECT_FALSE(cursor.Read(&more));
  EXPECT_EQ(more, 7);
  EXPECT_EQ(cursor.position(), 4U);
  std::string_view taken;
  EXPECT_FALSE(cursor.Take(~uint64_t{0}, &taken));
  EXPECT_TRUE(cursor.Take(1, &taken));
  EXPECT_EQ(taken, "\x05");
  EXPECT_TRUE(cursor.at_end());
  EXPECT_TRUE(cursor.Take(0, &taken));
}

TEST(Cursor, LinesEndAtANewlineOrNotAtAll) {
  Cursor cursor("one\n\nrest");
  std::string_view line;
  EXPECT_TRUE(cursor.Line(&line));
  EXPECT_EQ(line, "one");
  EXPECT_TRUE(cursor.Line(&line));
  EXPECT_EQ(line, "");
  EXPECT_FALSE(cursor.Line(&line));
  EXPECT_EQ(cursor.rest(), "rest");
  Cursor empty;
  EXPECT_FALSE(empty.Line(&line));
}

TEST(Decoder, GivesOffsetRawArgumentAndNumber) {
  struct Row {
    const char* name;
    std::string bytes;
    std::string argument;
    std::optional<uint64_t> number;
  };
  const Row rows[] = {
      {"MARK", "(", "", {}},
      {"PROTO", Hex("8004"), "\x04", 4},
      {"BININT2", Hex("4dffff"), Hex("ffff"), 65535},
      {"BININT", Hex("4afeffffff"), Hex("feffffff"), ~uint64_t{0} - 1},
      {"EXT4", Hex("84ffffffff"), Hex("ffffffff"), ~uint64_t{0}},
      {"LONG_BINPUT", Hex("72ffffffff"), Hex("ffffffff"), 0xffffffffU},
      {"FRAME", Hex("95ffffffffffffffff"), Hex("ffffffffffffffff"), ~uint64_t{0}},
      {"BINFLOAT", Hex("473ff0000000000000"), Hex("3ff0000000000000"), {}},
      {"SHORT_BINBYTES", "C\x02hi", "hi", 2},
      {"BINUNICODE", Hex("5802000000") + "hi", "hi", 2},
      {"BINBYTES8", Hex("8e0200000000000000") + "hi", "hi", 2},
      {"LONG1", Hex("8a020500"), Hex("0500"), 2},
      {"LONG4", Hex("8b00000000"), "", 0},
      {"INT", "I007\n", "007", {}},
      {"GET", "g12\n", "12", 12},
      {"GET with what int() takes", "g +1_2\n", " +1_2", 12},
      {"PUT 00 is False, so 0", "p00\n", "00", 0},
      {"PUT of the largest index", "p18446744073709551615\n", "18446744073709551615", ~uint64_t{0}},
      {"PUT of a larger one", "p18446744073709551616\n", "18446744073709551616", {}},
      {"PUT below 0", "p-1\n", "-1", {}},
      {"PUT of no int", "px\n", "x", {}},
      {"GLOBAL", "cos\nsystem\n", "os\nsystem", {}},
      {"INST of nothing", "i\n\n", "\n", {}},
      {"STRING", "S'a'\n", "'a'", {}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const std::string bytes = "N" + row.bytes + "junk";
    Decoder decoder(bytes);
    ASSERT_TRUE(decoder.Next().has_value());
    const Result<std::optional<Instruction>> next = decoder.Next();
    ASSERT_TRUE(next && *next);
    EXPECT_EQ((*next)->offset, 1U);
    EXPECT_EQ((*next)->raw, row.bytes);
    EXPECT_EQ((*next)->argument, row.argument);
    EXPECT_EQ((*next)->has_number, row.number.has_value());
    EXPECT_EQ((*next)->number, row.number.value_or(0));
    EXPECT_EQ(decoder.position(), 1 + row.bytes.size());
  }
}

TEST(Decoder, ErrorsNameTheirKindAndStayAtTheInstruction) {
  struct Row {
    const char* name;
    std::string bytes;
    ErrorCode code;
  };
  const Row rows[] = {
      {"no opcode", Hex("ff"), ErrorCode::kUnknownOpcode},
      {"NUL", Hex("00"), ErrorCode::kUnknownOpcode},
      {"fixed width", Hex("4a0000"), ErrorCode::kTruncated},
      {"length", Hex("580000"), ErrorCode::kTruncated},
      {"counted bytes", Hex("5803000000") + "hi", ErrorCode::kTruncated},
      {"a length of 2**64-1", Hex("8effffffffffffffff") + "hi", ErrorCode::kTruncated},
      {"an unsigned length of 2**32-1", Hex("42ffffffff") + "hi", ErrorCode::kTruncated},
      {"negative BINSTRING", Hex("54ffffffff") + "hi", ErrorCode::kBadArgument},
      {"negative LONG4", Hex("8b00000080") + "hi", ErrorCode::kBadArgument},
      {"line without newline", "I12", ErrorCode::kTruncated},
      {"second line without newline", "cos\nsystem", ErrorCode::kTruncated},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const std::string bytes = "N" + row.bytes;
    Decoder decoder(bytes);
    ASSERT_TRUE(decoder.Next().has_value());
    for (int again = 0; again < 2; ++again) {
      const Result<std::optional<Instruction>> next = decoder.Next();
      ASSERT_FALSE(next.has_value());
      EXPECT_EQ(next.error().code, row.code) << next.error().message;
      EXPECT_EQ(next.error().offset, 1U);
      EXPECT_EQ(decoder.position(), 1U);
    }
  }
}

TEST(Decoder, GoesOnPastStop) {
  Decoder decoder("..");
  for (const uint64_t offset : {0U, 1U}) {
    const auto next = decoder.Next();
    ASSERT_TRUE(next && *next);
    EXPECT_EQ((*next)->offset, offset);
  }
  const auto end = decoder.Next();
  ASSERT_TRUE(end.has_value());
  EXPECT_FALSE(end->has_value());
}

TEST(LayoutOf, AgreesWithTheNamesOfPickletools) {
  for (const OpcodeInfo& info : AllOpcodes()) {
    SCOPED_TRACE(info.name);
    const ArgLayout layout = LayoutOf(info.arg);
    const std::string_view name = Name(info.arg);
    const bool is_line = name.find("nl") != std::string_view::npos;
    EXPECT_EQ(layout.form == ArgLayout::Form::kLine || layout.form == ArgLayout::Form::kTwoLines,
              is_line);
    if (name.empty() || is_line) continue;
    EXPECT_EQ(layout.width, name.back() - '0');
  }
}

}  // namespace
}  // namespace pickleproof
