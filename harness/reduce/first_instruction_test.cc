#include "harness/reduce/first_instruction.h"

#include <gtest/gtest.h>

#include "harness/pickle/assembler.h"

namespace pickleproof {
namespace {

std::string Bytes(std::string_view assembly) {
  const auto bytes = Assemble(assembly);
  EXPECT_TRUE(bytes) << assembly;
  return bytes.value_or("");
}

std::string FirstWith(std::string_view assembly, std::string_view part) {
  return FindFirstInstruction(
             Bytes(assembly),
             [&](std::string_view front) { return front.find(part) != std::string_view::npos; })
      .opcode;
}

TEST(FirstInstruction, IsTheLastOfTheShortestFrontThatDiffers) {
  const std::string_view program = "MARK\nBININT1 1\nBININT1 7\nTUPLE\nSTOP\n";
  EXPECT_EQ(FirstWith(program, "K\x01"), "BININT1");
  EXPECT_EQ(FirstWith(program, "t"), "TUPLE");
  EXPECT_EQ(FirstWith(program, "("), "MARK");
}

TEST(FirstInstruction, IsStopWhereNoFrontDiffers) {
  const FirstInstruction first =
      FindFirstInstruction(Bytes("NONE\nSTOP\n"), [](std::string_view) { return false; });
  EXPECT_EQ(first.opcode, "STOP");
  EXPECT_EQ(first.offset, 1U);
}

TEST(FirstInstruction, IsWhatCannotBeDecodedWhereNoFrontDiffers) {
  const auto never = [](std::string_view) { return false; };
  EXPECT_EQ(FindFirstInstruction("N\xff", never).opcode, "byte");
  EXPECT_EQ(FindFirstInstruction("NK", never).opcode, "BININT1");
  EXPECT_EQ(FindFirstInstruction("N", never).opcode, "end");
}

TEST(FirstInstruction, FrontsEndTheFrameTheyAreCutIn) {
  // A frame of NONE, NONE, POP, STOP: the fronts have lengths that fit.
  const std::string stream = Bytes("FRAME 4\nNONE\nNONE\nPOP\nSTOP\n");
  std::vector<std::string> fronts;
  FindFirstInstruction(stream, [&](std::string_view front) {
    fronts.emplace_back(front);
    return false;
  });
  ASSERT_GE(fronts.size(), 4U);
  EXPECT_EQ(fronts[2], Bytes("FRAME 2\nNONE\nSTOP\n"));
  EXPECT_EQ(fronts[3], Bytes("FRAME 3\nNONE\nNONE\nSTOP\n"));
}

TEST(FirstInstruction, WhatCrossesTheEndOfAFrameIsNamedByItsForm) {
  const auto whole = [](std::string_view front) { return front.size() > 12; };
  EXPECT_EQ(FindFirstInstruction(Bytes("FRAME 2\nBININT 1\nNONE\nSTOP\n"), whole).opcode,
            "frame-end/fixed");
  EXPECT_EQ(FindFirstInstruction(Bytes("FRAME 2\nSHORT_BINBYTES 'abc'\nSTOP\n"), whole).opcode,
            "frame-end/counted");
}

TEST(FirstInstruction, LongPicklesAreHalved) {
  std::string stream(1000, 'N');
  stream += "\x88.";
  size_t asked = 0;
  const FirstInstruction first = FindFirstInstruction(stream, [&](std::string_view front) {
    ++asked;
    return front.find('\x88') != std::string_view::npos;
  });
  EXPECT_EQ(first.opcode, "NEWTRUE");
  EXPECT_EQ(first.offset, 1000U);
  EXPECT_LT(asked, 50U);
}

TEST(InstructionAt, IsTheOneThatEnclosesTheOffset) {
  const std::string stream = Bytes("NONE\nBININT 5\nSTOP\n");
  EXPECT_EQ(InstructionAt(stream, 0).opcode, "NONE");
  EXPECT_EQ(InstructionAt(stream, 3).opcode, "BININT");
  EXPECT_EQ(InstructionAt(stream, 3).offset, 1U);
  EXPECT_EQ(InstructionAt(stream, 6).opcode, "STOP");
}

}  // namespace
}  // namespace pickleproof
