#include "generators/opcode_programs.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

#include "generators/opcode_arguments.h"
#include "harness/base/bytes.h"
#include "harness/pickle/decoder.h"
#include "harness/pickle/program.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

LoadOptions Given(const ProgramShape& shape) {
  LoadOptions options;
  options.has_buffers = true;
  for (uint32_t i = 0; i < shape.buffers; ++i) options.buffers.push_back(i % 2 == 1);
  return options;
}

TEST(WellFormed, ProgramsAreAcceptedAtEveryProtocol) {
  for (int protocol = 0; protocol <= kHighestProtocol; ++protocol) {
    SCOPED_TRACE(protocol);
    const ProgramShape shape{.protocol = protocol};
    ProgramGenerator generator(shape);
    Unpickler unpickler(Given(shape));
    std::string program;
    for (uint64_t seed = 0; seed < 3000; ++seed) {
      RandomChoices choices(seed);
      program.clear();
      generator.WellFormed(choices, program);
      const Unpickler::Loaded loaded = unpickler.Load(program);
      ASSERT_EQ(loaded.verdict, Verdict::kAccept)
          << "seed " << seed << ": " << ToString(*loaded.error) << "\n"
          << ToHex(program);
      EXPECT_EQ(loaded.consumed, program.size());
      unpickler.Reset();
    }
  }
}

TEST(WellFormed, ProgramsReachEveryOpcodeOfTheirProtocolAndNoOther) {
  for (const int protocol : {0, 2, 5}) {
    ProgramGenerator generator(ProgramShape{.protocol = protocol});
    std::map<Opcode, int> seen;
    for (uint64_t seed = 0; seed < 3000; ++seed) {
      RandomChoices choices(seed);
      std::string out;
      generator.WellFormed(choices, out);
      for (const OwnedInstruction& instruction : Decode(out).instructions) {
        ++seen[instruction.opcode];
      }
    }
    for (const OpcodeInfo& info : AllOpcodes()) {
      EXPECT_EQ(seen[info.opcode] > 0, info.protocol <= protocol)
          << info.name << " at " << protocol;
    }
  }
}

TEST(WellFormed, TheShapeNarrowsWhatIsAsked) {
  ProgramGenerator generator(
      ProgramShape{.persistent_ids = false, .extensions = false, .buffers = 0});
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    RandomChoices choices(seed);
    std::string out;
    generator.WellFormed(choices, out);
    for (const OwnedInstruction& instruction : Decode(out).instructions) {
      for (const Opcode opcode : {Opcode::PERSID, Opcode::BINPERSID, Opcode::EXT1, Opcode::EXT2,
                                  Opcode::EXT4, Opcode::NEXT_BUFFER, Opcode::READONLY_BUFFER}) {
        EXPECT_NE(instruction.opcode, opcode);
      }
    }
  }
}

TEST(WellFormed, TheSameSeedGivesTheSameProgram) {
  ProgramGenerator one;
  ProgramGenerator other;
  std::string out;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    RandomChoices first(seed);
    RandomChoices second(seed);
    std::string a;
    std::string b;
    one.WellFormed(first, a);
    other.Malformed(second, out);  // what came before leaves no trace
    RandomChoices third(seed);
    other.WellFormed(third, b);
    EXPECT_EQ(a, b);
  }
}

// The instructions of a program, PROTO and STOP among them.
size_t Length(const std::string& program) { return Decode(program).instructions.size(); }

TEST(WellFormed, HasAsManyInstructionsAsTheShapeSays) {
  // Draws were counted once: 60 to 300 of them made 65 to 645 instructions.
  for (const auto& [fewest, most] : {std::pair{2U, 8U}, {2U, 12U}, {4U, 40U}, {60U, 300U}}) {
    SCOPED_TRACE(most);
    for (int protocol = 0; protocol <= kHighestProtocol; ++protocol) {
      ProgramGenerator generator(
          {.min_instructions = fewest, .max_instructions = most, .protocol = protocol});
      uint64_t sum = 0;
      for (uint64_t seed = 0; seed < 500; ++seed) {
        RandomChoices choices(seed);
        std::string out;
        generator.WellFormed(choices, out);
        const size_t length = Length(out);
        ASSERT_GE(length, fewest) << "seed " << seed;
        ASSERT_LE(length, most) << "seed " << seed;
        sum += length;
      }
      // Evenly, so that the mean is in the middle.
      EXPECT_NEAR(static_cast<double>(sum) / 500, (fewest + most) / 2.0, 2 + most / 15.0);
    }
  }
}

TEST(WellFormed, HasAsManyInstructionsWhereTheDecisionsRunOut) {
  ProgramGenerator generator({.min_instructions = 60, .max_instructions = 300});
  RandomChoices random(1);
  for (size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.Below(256));
    ByteChoices choices(bytes);
    std::string out;
    generator.WellFormed(choices, out);
    EXPECT_GE(Length(out), 60U);
    EXPECT_LE(Length(out), 300U);
  }
}

// There is a path of its own for random decisions.
TEST(WellFormed, IsTheSameWhateverIsKnownOfTheDriver) {
  ProgramGenerator generator;
  RandomChoices known(1);
  RandomChoices other(1);
  Choices& unknown = other;
  for (int i = 0; i < 500; ++i) {
    std::string a;
    std::string b;
    generator.WellFormed(known, a);
    generator.WellFormed(unknown, b);
    ASSERT_EQ(a, b);
  }
}

TEST(WellFormed, ManyValuesArePartOfWhatIsBuilt) {
  ProgramGenerator generator;
  Unpickler unpickler(Given({}));
  uint64_t nodes = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    RandomChoices choices(seed);
    std::string out;
    generator.WellFormed(choices, out);
    ASSERT_EQ(unpickler.Load(out).verdict, Verdict::kAccept);
    nodes += Reachable(unpickler.graph(), unpickler.graph().root()).size();
    unpickler.Reset();
  }
  EXPECT_GT(nodes / 500, 4U);
}

TEST(Malformed, ProgramsAreMostlyRejectedForManyReasons) {
  ProgramGenerator generator;
  Unpickler unpickler(Given({}));
  std::map<ErrorCode, int> codes;
  int accepted = 0;
  for (uint64_t seed = 0; seed < 5000; ++seed) {
    RandomChoices choices(seed);
    std::string out;
    generator.Malformed(choices, out);
    const Unpickler::Loaded loaded = unpickler.Load(out);
    if (loaded.error) ++codes[loaded.error->code];
    accepted += loaded.verdict == Verdict::kAccept;
    unpickler.Reset();
  }
  EXPECT_LT(accepted, 1500);
  EXPECT_GT(accepted, 100);
  for (const ErrorCode code :
       {ErrorCode::kTruncated, ErrorCode::kUnknownOpcode, ErrorCode::kBadArgument,
        ErrorCode::kBadEncoding, ErrorCode::kProtocol, ErrorCode::kStack, ErrorCode::kMark,
        ErrorCode::kMemo, ErrorCode::kType}) {
    EXPECT_GT(codes[code], 0) << Name(code);
  }
}

TEST(Malformed, NoMemoIndexIsFarOut) {
  // _pickle would allocate all entries before it.
  ProgramGenerator generator(ProgramShape{.max_memo = 1000});
  for (uint64_t seed = 0; seed < 5000; ++seed) {
    RandomChoices choices(seed);
    std::string out;
    generator.WellFormed(choices, out);
    Decoder decoder(out);
    while (const auto next = decoder.Next()) {
      if (!*next) break;
      if ((*next)->opcode == Opcode::LONG_BINPUT || (*next)->opcode == Opcode::PUT) {
        EXPECT_LE((*next)->number, 1000U);
      }
    }
  }
}

TEST(ProgramGenerator, BytesOfAFuzzerGiveProgramsToo) {
  ProgramGenerator generator;
  Unpickler unpickler(Given({}));
  RandomChoices random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random.Below(100), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.Below(256));
    ByteChoices choices(bytes);
    std::string out;
    generator.WellFormed(choices, out);
    EXPECT_EQ(unpickler.Load(out).verdict, Verdict::kAccept) << ToHex(out);
    unpickler.Reset();
  }
}

// Found by fuzz_opcode_program: a BINGET was drawn again until its index fitted a byte, and
// decisions that have run out draw the first entry for ever.
TEST(Malformed, EndsWhereTheDecisionsRunOutBeforeAOneByteIndex) {
  const std::string decisions =
      FromHex("870284000000000000000031302e373937363933ffffffbd706130").value_or("");
  ASSERT_FALSE(decisions.empty());
  ByteChoices choices(decisions);
  ProgramGenerator generator;
  std::string out;
  generator.Malformed(choices, out);
  EXPECT_EQ(Encode(Decode(out)), out);
}

TEST(AppendArgument, IsWholeForEveryKind) {
  for (const OpcodeInfo& info : AllOpcodes()) {
    SCOPED_TRACE(info.name);
    for (uint64_t seed = 0; seed < 200; ++seed) {
      RandomChoices choices(seed);
      std::string out(1, static_cast<char>(info.opcode));
      AppendArgument(choices, info.arg, out);
      Decoder decoder(out);
      const auto next = decoder.Next();
      ASSERT_TRUE(next && *next);
      EXPECT_EQ((*next)->raw, out);
    }
  }
}

TEST(AppendTextArgument, EscapesWhatEndsALine) {
  std::string out;
  AppendTextArgument(ArgKind::kUnicodeStringNl, "a\n\\\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", out);
  EXPECT_EQ(out, "a\\u000a\\u005c\xe9\\u20ac\\U0001f600\n");
}

}  // namespace
}  // namespace pickleproof
