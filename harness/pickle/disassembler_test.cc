#include "harness/pickle/disassembler.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/pickle/argument_text.h"

namespace pickleproof {
namespace {

TEST(Disassemble, ShowsOffsetsMarksMemoAndGlobals) {
  EXPECT_EQ(Disassemble("\x80\x04(\x8c\x02os\x94\x8c\x01x\x93t.ab"),
            "   0: PROTO 4\n"
            "   2: MARK\n"
            "   3:   SHORT_BINUNICODE 'os'\n"
            "   7:   MEMOIZE             # memo 0\n"
            "   8:   SHORT_BINUNICODE 'x'\n"
            "  11:   STACK_GLOBAL        # 'os' 'x'\n"
            "  12:   TUPLE               # MARK at 2\n"
            "  13: STOP\n"
            "  14: BYTES 0x6162          # 2 bytes after STOP\n"
            "# highest protocol among opcodes: 4\n");
}

TEST(Disassemble, ShowsErrorsAndGoesOn) {
  EXPECT_EQ(Disassemble("th\x05Ix\nNN.\xff"),
            "   0: TUPLE                 # error: no MARK is on the stack\n"
            "   1: BINGET 5              # error: memo 5 was never set\n"
            "   3: INT raw 'x'           # error: INT: the text is no decimal int of Python\n"
            "   6: NONE\n"
            "   7: NONE\n"
            "   8: STOP                  # error: 4 items are left on the stack after STOP\n"
            "   9: BYTES 0xff            # 1 bytes after STOP\n"
            "# highest protocol among opcodes: 1\n");
}

TEST(Disassemble, ShowsIntsThatPickletoolsCannotPrint) {
  const std::string text = Disassemble("\x8b" + BytesOf(2048, 4) + std::string(2048, '\x01') + ".");
  EXPECT_NE(text.find("# error: LONG4: more than 4300 decimal digits"), std::string::npos);
}

TEST(Disassemble, ShowsWhereDecodingEnds) {
  EXPECT_EQ(Disassemble("N\xff"),
            "   0: NONE\n"
            "   1: BYTES 0xff            # error: no protocol has an opcode 0xff\n"
            "# highest protocol among opcodes: 0\n");
  EXPECT_EQ(Disassemble("N"),
            "   0: NONE\n"
            "# error: the pickle ends before STOP\n"
            "# highest protocol among opcodes: 0\n");
  EXPECT_EQ(Disassemble(""), "# error: the pickle ends before STOP\n");
}

TEST(Disassemble, LeavesOffsetsAndCommentsOutWhereAsked) {
  EXPECT_EQ(Disassemble("(t.", {.offsets = false}),
            "MARK\n"
            "  TUPLE                     # MARK at 0\n"
            "STOP\n"
            "# highest protocol among opcodes: 0\n");
  EXPECT_EQ(Disassemble("(t.", {.comments = false}), "   0: MARK\n   1:   TUPLE\n   2: STOP\n");
}

TEST(Disassemble, SeveralPicklesBeginAnew) {
  EXPECT_EQ(Disassemble("N\x94.N\x94.", {.after_stop = AfterStop::kContinue}),
            "   0: NONE\n"
            "   1: MEMOIZE               # memo 0\n"
            "   2: STOP\n"
            "   3: NONE\n"
            "   4: MEMOIZE               # memo 0\n"
            "   5: STOP\n"
            "# highest protocol among opcodes: 4\n");
}

TEST(Disassemble, BreaksLongTails) {
  const std::string text = Disassemble("N." + std::string(70, '\xff'), {.comments = false});
  EXPECT_EQ(std::ranges::count(text, '\n'), 5);
  EXPECT_NE(text.find("\n  66: BYTES 0xffffffffffff\n"), std::string::npos) << text;
}

TEST(Disassemble, IndentationStopsGrowing) {
  const std::string text = Disassemble(std::string(100, '('), {.offsets = false});
  EXPECT_NE(text.find("\n" + std::string(40, ' ') + "MARK\n"), std::string::npos);
  EXPECT_EQ(text.find(std::string(41, ' ')), std::string::npos);
}

TEST(DisassembleJson, HasInstructionsTailAndErrors) {
  const nlohmann::json json = nlohmann::json::parse(DisassembleJson("K\x05t\xff\x01"));
  const nlohmann::json expected = {
      {"instructions",
       {{{"offset", 0}, {"opcode", "BININT1"}, {"argument", "5"}, {"raw", "4b05"}},
        {{"offset", 2},
         {"opcode", "TUPLE"},
         {"argument", nullptr},
         {"raw", "74"},
         {"error", {{"code", "mark"}, {"offset", 2}, {"message", "no MARK is on the stack"}}}}}},
      {"tail", "ff01"},
      {"error",
       {{"code", "unknown-opcode"}, {"offset", 3}, {"message", "no protocol has an opcode 0xff"}}}};
  EXPECT_EQ(json, expected);
}

TEST(DisassembleJson, OfAWholePickleHasNoError) {
  const nlohmann::json json = nlohmann::json::parse(DisassembleJson("\x8c\x02\xc3\xa9."));
  EXPECT_EQ(json["error"], nullptr);
  EXPECT_EQ(json["tail"], "");
  EXPECT_EQ(json["instructions"][0]["argument"], "'é'");
  EXPECT_TRUE(nlohmann::json::parse(DisassembleJson(""))["instructions"].empty());
}

}  // namespace
}  // namespace pickleproof
