#include "harness/pickle/program.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "harness/base/bytes.h"

namespace pickleproof {
namespace {

std::string Hex(std::string_view hex) { return FromHex(hex).value(); }

std::string Encoded(const Result<OwnedInstruction>& made) {
  if (!made) return "error: " + std::string(Name(made.error().code));
  return Encode(Program{{*made}, "", {}});
}

TEST(Decode, KeepsWhatFollowsStopAsTail) {
  const Program program = Decode("N.rest");
  EXPECT_EQ(program.instructions.size(), 2U);
  EXPECT_EQ(program.tail, "rest");
  EXPECT_FALSE(program.error.has_value());
}

TEST(Decode, KeepsWhatCannotBeDecodedAsTail) {
  const Program program = Decode("NI12");
  EXPECT_EQ(program.instructions.size(), 1U);
  EXPECT_EQ(program.tail, "I12");
  ASSERT_TRUE(program.error.has_value());
  EXPECT_EQ(program.error->code, ErrorCode::kTruncated);
  EXPECT_EQ(program.error->offset, 1U);
}

TEST(Decode, SaysThatStopIsMissing) {
  for (const std::string_view bytes : {"", "N"}) {
    const Program program = Decode(bytes);
    ASSERT_TRUE(program.error.has_value());
    EXPECT_EQ(program.error->code, ErrorCode::kTruncated);
    EXPECT_EQ(program.error->offset, bytes.size());
    EXPECT_EQ(program.tail, "");
  }
}

TEST(Decode, ContinuesPastStopWhereAsked) {
  EXPECT_EQ(Decode("N.N.", AfterStop::kContinue).instructions.size(), 4U);
  EXPECT_FALSE(Decode("N.N.", AfterStop::kContinue).error.has_value());
  const Program second_ends_early = Decode("N.N", AfterStop::kContinue);
  EXPECT_EQ(second_ends_early.instructions.size(), 3U);
  EXPECT_TRUE(second_ends_early.error.has_value());
  const Program junk = Decode("N.\xff", AfterStop::kContinue);
  EXPECT_EQ(junk.tail, "\xff");
  EXPECT_TRUE(junk.error.has_value());
}

TEST(Encode, GivesDegenerateEncodingsBack) {
  const std::string rows[] = {
      "I007\n.",                         // superfluous zeros
      Hex("8a0305000000") + ".",         // superfluous sign bytes
      Hex("95ffffffffffffffff") + "N.",  // a frame of any length
      "F 1_0.50 \n.",                    // a float in a roundabout way
      "S\"it's\"\n.",                    //
      Hex("8e0000000000000000") + ".",   // eight bytes for an empty length
      "V\\u0041\n.",                     // an escape that no pickler writes
      Hex("5864000000") + "abc",         // a length that lies
      Hex("54ffffffff"),                 // a negative length
      "N.N.\xff",
  };
  for (const std::string& bytes : rows) {
    EXPECT_EQ(Encode(Decode(bytes)), bytes);
    EXPECT_EQ(Encode(Decode(bytes, AfterStop::kContinue)), bytes);
  }
}

TEST(Program, CanBeEdited) {
  Program program = Decode(
      "]K\x01"
      "a.");
  program.instructions.insert(program.instructions.begin() + 1,
                              MakeInstruction(Opcode::MARK).value());
  program.instructions[2] = MakeText(Opcode::SHORT_BINUNICODE, "é").value();
  program.instructions[3].opcode = Opcode::APPENDS;
  EXPECT_EQ(Encode(program),
            "](\x8c\x02"
            "é"
            "e.");
}

TEST(MakeInt, WritesEveryKindOfInt) {
  struct Row {
    Opcode opcode;
    const char* value;
    std::string bytes;
  };
  const Row rows[] = {
      {Opcode::INT, "-7", "I-7\n"},
      {Opcode::LONG, "7", "L7L\n"},
      {Opcode::GET, "12", "g12\n"},
      {Opcode::BININT1, "255", Hex("4bff")},
      {Opcode::BININT1, "256", "error: value"},
      {Opcode::BININT1, "-1", "error: value"},
      {Opcode::BININT2, "0", Hex("4d0000")},
      {Opcode::BININT, "-2147483648", Hex("4a00000080")},
      {Opcode::BININT, "2147483648", "error: value"},
      {Opcode::LONG_BINGET, "4294967295", Hex("6affffffff")},
      {Opcode::FRAME, "18446744073709551615", Hex("95ffffffffffffffff")},
      {Opcode::FRAME, "18446744073709551616", "error: value"},
      {Opcode::LONG1, "0", Hex("8a00")},
      {Opcode::LONG1, "-1", Hex("8a01ff")},
      {Opcode::LONG1, "128", Hex("8a028000")},
      {Opcode::LONG1, "-128", Hex("8a0180")},
      {Opcode::LONG4, "4294967296", Hex("8b050000000000000001")},
      {Opcode::BININT1, "007", "error: value"},
      {Opcode::BINFLOAT, "1", "error: type"},
      {Opcode::NONE, "1", "error: type"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Encoded(MakeInt(row.opcode, std::string_view(row.value))), row.bytes)
        << Name(row.opcode) << ' ' << row.value;
  }
  EXPECT_EQ(Encoded(MakeInt(Opcode::BININT, -2)), Hex("4afeffffff"));
  EXPECT_EQ(Encoded(MakeTextBool(true)), "I01\n");
}

TEST(MakeInt, RefusesLong1OfMoreThan255Bytes) {
  const std::string digits = "1" + std::string(614, '0');
  EXPECT_EQ(Encoded(MakeInt(Opcode::LONG1, digits)), "error: value");
  EXPECT_EQ(Encoded(MakeInt(Opcode::LONG4, digits)).substr(0, 5), Hex("8b00010000"));
}

TEST(MakeFloat, WritesReprOrEightBytes) {
  struct Row {
    double value;
    const char* repr;
  };
  const double inf = std::numeric_limits<double>::infinity();
  const Row rows[] = {
      {1.5, "1.5"},           {0.0, "0.0"},
      {-0.0, "-0.0"},         {1e15, "1000000000000000.0"},
      {1e16, "1e+16"},        {1e-4, "0.0001"},
      {1e-5, "1e-05"},        {1.25e-7, "1.25e-07"},
      {5e-324, "5e-324"},     {1e100, "1e+100"},
      {123456.0, "123456.0"}, {0.1, "0.1"},
      {inf, "inf"},           {-inf, "-inf"},
      {std::nan(""), "nan"},  {1.7976931348623157e308, "1.7976931348623157e+308"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Encoded(MakeFloat(Opcode::FLOAT, row.value)), std::string("F") + row.repr + "\n");
  }
  EXPECT_EQ(Encoded(MakeFloat(Opcode::BINFLOAT, -0.0)), Hex("478000000000000000"));
  EXPECT_EQ(Encoded(MakeFloat(Opcode::BININT, 1)), "error: type");
}

TEST(MakeText, ComputesLengthsAndEscapes) {
  EXPECT_EQ(Encoded(MakeText(Opcode::BINUNICODE, "é")), Hex("5802000000c3a9"));
  EXPECT_EQ(Encoded(MakeText(Opcode::BINUNICODE8, "a")), Hex("8d010000000000000061"));
  EXPECT_EQ(Encoded(MakeText(Opcode::UNICODE, "é\\\n\u0101\U0001f600")),
            "V\xe9\\u005c\\u000a\\u0101\\U0001f600\n");
  EXPECT_EQ(Encoded(MakeText(Opcode::PERSID, "id")), "Pid\n");
  EXPECT_EQ(Encoded(MakeText(Opcode::PERSID, "i\nd")), "error: value");
  EXPECT_EQ(Encoded(MakeText(Opcode::UNICODE, "\xff")), "error: value");
  EXPECT_EQ(Encoded(MakeText(Opcode::SHORT_BINUNICODE, std::string(256, 'a'))), "error: value");
  EXPECT_EQ(Encoded(MakeText(Opcode::BINBYTES, "a")), "error: type");
}

TEST(MakeBytes, ComputesLengthsAndQuotes) {
  EXPECT_EQ(Encoded(MakeBytes(Opcode::SHORT_BINBYTES, Hex("00ff"))), Hex("430200ff"));
  EXPECT_EQ(Encoded(MakeBytes(Opcode::BYTEARRAY8, "a")), Hex("96010000000000000061"));
  EXPECT_EQ(Encoded(MakeBytes(Opcode::BINSTRING, "a")), Hex("540100000061"));
  EXPECT_EQ(Encoded(MakeBytes(Opcode::STRING, "a\xff\n")), "S'a\\xff\\n'\n");
  EXPECT_EQ(Encoded(MakeBytes(Opcode::STRING, "it's")), "S\"it's\"\n");
  EXPECT_EQ(Encoded(MakeBytes(Opcode::STRING, "'\"")), "S'\\'\"'\n");
  EXPECT_EQ(Encoded(MakeBytes(Opcode::UNICODE, "a")), "error: type");
}

TEST(MakeGlobal, TakesTwoLines) {
  EXPECT_EQ(Encoded(MakeGlobal(Opcode::GLOBAL, "os", "system")), "cos\nsystem\n");
  EXPECT_EQ(Encoded(MakeGlobal(Opcode::INST, "", "")), "i\n\n");
  EXPECT_EQ(Encoded(MakeGlobal(Opcode::GLOBAL, "o\ns", "system")), "error: value");
  EXPECT_EQ(Encoded(MakeGlobal(Opcode::STACK_GLOBAL, "os", "system")), "error: type");
}

TEST(MakeRaw, TakesExactlyWhatFits) {
  EXPECT_EQ(Encoded(MakeRaw(Opcode::INT, "007")), "I007\n");
  EXPECT_EQ(Encoded(MakeRaw(Opcode::INT, "0\n7")), "error: value");
  EXPECT_EQ(Encoded(MakeRaw(Opcode::BININT2, "1")), "error: value");
  EXPECT_EQ(Encoded(MakeRaw(Opcode::GLOBAL, "os")), "error: value");
  EXPECT_EQ(Encoded(MakeRaw(Opcode::LONG1, std::string(256, 'x'))), "error: value");
  EXPECT_EQ(Encoded(MakeRaw(Opcode::NONE, "x")), "error: type");
  EXPECT_EQ(Encoded(MakeInstruction(Opcode::INT)), "error: type");
}

TEST(AppendInstruction, ChecksThatTheArgumentFits) {
  std::string out;
  EXPECT_DEATH(AppendInstruction(out, Opcode::BININT1, "too long"), "ArgumentFits");
}

}  // namespace
}  // namespace pickleproof
