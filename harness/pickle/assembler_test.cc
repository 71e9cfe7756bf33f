#include "harness/pickle/assembler.h"

#include <string>

#include <gtest/gtest.h>

#include "harness/base/bytes.h"
#include "harness/pickle/disassembler.h"

namespace pickleproof {
namespace {

std::string Hex(std::string_view hex) { return FromHex(hex).value(); }

std::string Assembled(std::string_view text) {
  const Result<std::string> bytes = Assemble(text);
  return bytes ? *bytes : bytes.error().message;
}

TEST(Assemble, TakesBlankLinesCommentsAndOffsets) {
  EXPECT_EQ(Assembled(""), "");
  EXPECT_EQ(Assembled("\n  \t\n# only a comment\n"), "");
  EXPECT_EQ(Assembled("NONE # None\nSTOP#"), "N.");
  EXPECT_EQ(Assembled("  999: NONE\r\n 0:STOP\r\n"), "N.");
  EXPECT_EQ(Assembled("12:\n"), "");
  EXPECT_EQ(Assembled("SHORT_BINSTRING '# no comment' # a comment"), "U\x0c# no comment");
}

TEST(Assemble, WritesCanonicalArguments) {
  struct Row {
    const char* text;
    std::string bytes;
  };
  const Row rows[] = {
      {"INT 7", "I7\n"},
      {"INT -7", "I-7\n"},
      {"INT True", "I01\n"},
      {"INT False", "I00\n"},
      {"INT raw '01'", "I01\n"},
      {"LONG -0x7",
       "line 1, column 6: LONG takes a decimal int without leading zeros; "
       "write LONG 7, or raw '007' for any other text"},
      {"LONG 7", "L7L\n"},
      {"GET 7", "g7\n"},
      {"FLOAT 1.50", "F1.5\n"},
      {"FLOAT -inf", "F-inf\n"},
      {"FLOAT nan", "Fnan\n"},
      {"BINFLOAT nan", Hex("477ff8000000000000")},
      {"BINFLOAT 0x7ff8000000000001", Hex("477ff8000000000001")},
      {"BINFLOAT -0.0", Hex("478000000000000000")},
      {"LONG1 -129", Hex("8a027fff")},
      {"LONG1 raw 0x", Hex("8a00")},
      {"BINUNICODE 'a\\x41\\u00e9'", Hex("58040000006141c3a9")},
      {"BINUNICODE raw '\\xff'", Hex("5801000000ff")},
      {"BINUNICODE raw b'\\xff'", Hex("5801000000ff")},
      {"SHORT_BINBYTES \"it's\"", "C\x04it's"},
      {"SHORT_BINBYTES b'it\\'s'", "C\x04it's"},
      {"PERSID 'a b'", "Pa b\n"},
      {"GLOBAL 'os system'", "cos\nsystem\n"},
      {"GLOBAL 'os' 'system'", "cos\nsystem\n"},
      {"GLOBAL 'os a b'", "cos\na b\n"},
      {"GLOBAL 'o s' ''", "co s\n\n"},
      {"GLOBAL raw 'o\\xff\\nx'", "co\xff\nx\n"},
      {"FRAME 0", Hex("950000000000000000")},
      {"BYTES 'a' 0x62 b'c'", "abc"},
  };
  for (const Row& row : rows) EXPECT_EQ(Assembled(row.text), row.bytes) << row.text;
}

TEST(Assemble, FrameAutoEndsAtTheNextFrameAtStopOrAtTheEnd) {
  EXPECT_EQ(Assembled("FRAME auto\nNONE\n"), Hex("950100000000000000") + "N");
  EXPECT_EQ(Assembled("FRAME auto\nNONE\nSTOP\nNONE\n"), Hex("950200000000000000") + "N.N");
  EXPECT_EQ(Assembled("FRAME auto\nFRAME 9\nSTOP"),
            Hex("950000000000000000") + Hex("950900000000000000") + ".");
  EXPECT_EQ(Assembled("FRAME auto\nBYTES 'abc'\nFRAME auto\n"),
            Hex("950300000000000000") + "abc" + Hex("950000000000000000"));
}

TEST(Assemble, ErrorsHavePlaceAndRemedy) {
  struct Row {
    const char* text;
    uint64_t offset;
    const char* message;
  };
  const Row rows[] = {
      {"NONE\n  NON", 7, "line 2, column 3: 'NON' is no opcode; did you mean NONE?"},
      {"none", 0, "line 1, column 1: 'none' is no opcode; did you mean NONE?"},
      {"'text'", 0, "line 1, column 1: a line begins with an opcode, or with BYTES"},
      {"NONE 1", 5,
       "line 1, column 6: nothing more belongs to NONE; put what follows on a line of its own, or "
       "behind #"},
      {"BININT1 256", 8, "line 1, column 9: BININT1: 256 is out of the range of uint1"},
      {"BININT1", 7,
       "line 1, column 8: BININT1 takes a decimal int without leading zeros; write BININT1 7"},
      {"BININT1 'a'", 8,
       "line 1, column 9: BININT1 takes a decimal int without leading zeros; write BININT1 7"},
      {"BINFLOAT -nan", 9,
       "line 1, column 10: BINFLOAT takes a float; write BINFLOAT 1.5, inf, nan, or "
       "0x7ff8000000000001 for the bytes as they stand in the pickle"},
      {"BINFLOAT 0x7f", 9, "line 1, column 10: BINFLOAT: float8 is 8 bytes, not 1"},
      {"BINUNICODE b'a'", 11,
       "line 1, column 12: BINUNICODE takes text; write BINUNICODE 'text', or raw b'bytes' for "
       "what "
       "is not UTF-8"},
      {"BINUNICODE 'a", 11, "line 1, column 12: the text has no closing ' on this line"},
      {"BINBYTES 0x00", 9, "line 1, column 10: BINBYTES takes bytes; write BINBYTES b'text\\xff'"},
      {"GLOBAL 'os'", 7,
       "line 1, column 8: GLOBAL takes a module and a name; write GLOBAL 'module name', or "
       "'module' "
       "'name' where one holds a space"},
      {"PERSID 'a\\nb'", 7, "line 1, column 8: PERSID: its argument ends at a newline"},
      {"LONG1 raw 12", 10,
       "line 1, column 11: LONG1 takes bytes after raw; write LONG1 raw 0x00ff or raw 'text'"},
      {"LONG1 raw 0x0", 13,
       "line 1, column 14: an odd number of hex digits; write each byte as two digits"},
      {"BYTES", 5, "line 1, column 6: BYTES takes hex or literals; write BYTES 0x00ff 'text'"},
      {"NONE raw 0x00", 5,
       "line 1, column 6: nothing more belongs to NONE; put what follows on a line of its own, or "
       "behind #"},
      {"UNICODE '\xff'", 9,
       "line 1, column 10: the line is not UTF-8; write \\xNN in bytes and \\uNNNN in text"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    const Result<std::string> bytes = Assemble(row.text);
    ASSERT_FALSE(bytes.has_value());
    EXPECT_EQ(bytes.error().code, ErrorCode::kSyntax);
    EXPECT_EQ(bytes.error().offset, row.offset);
    EXPECT_EQ(bytes.error().message, row.message);
  }
}

TEST(AssembleProgram, GivesInstructions) {
  const Result<Program> program = AssembleProgram("MARK\nTUPLE\nSTOP\nNONE");
  ASSERT_TRUE(program.has_value());
  EXPECT_EQ(program->instructions.size(), 3U);
  EXPECT_EQ(program->tail, "N");
  EXPECT_FALSE(AssembleProgram("NO").has_value());
}

// What is written when nothing is canonical, and when everything is.
TEST(Disassemble, WritesRawWhereTheCanonicalEncodingIsAnother) {
  struct Row {
    std::string bytes;
    const char* text;
  };
  const Row rows[] = {
      {"I007\n", "INT raw '007'"},
      {"I-0\n", "INT raw '-0'"},
      {"I00\n", "INT False"},
      {"p00\n", "PUT raw '00'"},
      {"Ix\n", "INT raw 'x'"},
      {"L5\n", "LONG raw '5'"},
      {"L5L\n", "LONG 5"},
      {"LL\n", "LONG raw 'L'"},
      {"F1.50\n", "FLOAT raw '1.50'"},
      {"F1.5\n", "FLOAT 1.5"},
      {"F-nan\n", "FLOAT raw '-nan'"},
      {Hex("47fff8000000000000"), "BINFLOAT 0xfff8000000000000"},
      {Hex("478000000000000000"), "BINFLOAT -0.0"},
      {Hex("8a020500"), "LONG1 raw 0x0500"},
      {Hex("8a0100"), "LONG1 raw 0x00"},
      {Hex("8a02ffff"), "LONG1 raw 0xffff"},
      {Hex("8a00"), "LONG1 0"},
      {"S\"a\"\n", "STRING raw '\"a\"'"},
      {"S\"it's\"\n", "STRING 'it\\'s'"},
      {"S'\n", "STRING raw '\\''"},
      {"V\\u0041\n", "UNICODE raw '\\\\u0041'"},
      {"V\\u0101\n", "UNICODE 'ā'"},
      {"V\\uD800\n", "UNICODE raw '\\\\uD800'"},
      {"V\\ud800\n", "UNICODE '\\ud800'"},
      {Hex("8c06eda0bdedb880"), "SHORT_BINUNICODE '\\ud83d\\ude00'"},
      {Hex("8c01ff"), "SHORT_BINUNICODE raw '\\xff'"},
      {Hex("5501ff"), "SHORT_BINSTRING '\\xff'"},
      {Hex("4301ff"), "SHORT_BINBYTES b'\\xff'"},
      {"ca b\nc\n", "GLOBAL 'a b' 'c'"},
      {"ca\nb c\n", "GLOBAL 'a b c'"},
      {"c\n\n", "GLOBAL ' '"},
      {"c\xff\nc\n", "GLOBAL raw '\\xff\\nc'"},
      {"P\n", "PERSID ''"},
      {Hex("4afeffffff"), "BININT -2"},
      {Hex("84ffffffff"), "EXT4 -1"},
      {Hex("95ffffffffffffffff"), "FRAME 18446744073709551615"},
  };
  const DisassembleOptions plain{.offsets = false, .comments = false};
  for (const Row& row : rows) {
    EXPECT_EQ(Disassemble(row.bytes, plain), std::string(row.text) + "\n");
    EXPECT_EQ(Assembled(row.text), row.bytes) << row.text;
  }
}

TEST(Disassemble, WritesLargeIntsRaw) {
  const DisassembleOptions plain{.offsets = false, .comments = false};
  const std::string small = Hex("8bff000000") + std::string(255, '\x01');
  const std::string large = Hex("8b00010000") + std::string(256, '\x01');
  EXPECT_FALSE(Disassemble(small, plain).starts_with("LONG4 raw"));
  EXPECT_TRUE(Disassemble(large, plain).starts_with("LONG4 raw 0x0101"));
}

}  // namespace
}  // namespace pickleproof
