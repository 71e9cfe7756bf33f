// Laws of programs and assembly over many byte strings: random ones, broken pickles, every prefix
// of every opcode. A plain loop with fixed seeds.

#include <ctime>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "harness/base/bytes.h"
#include "harness/pickle/argument_text.h"
#include "harness/pickle/assembler.h"
#include "harness/pickle/disassembler.h"
#include "harness/pickle/program.h"
#include "harness/pickle/static_view.h"

namespace pickleproof {
namespace {

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  size_t Below(size_t bound) { return engine_() % bound; }
  char Byte() { return static_cast<char>(engine_()); }
  std::string Bytes(size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = Byte();
    return bytes;
  }
  template <size_t N>
  std::string Pick(const std::string (&choices)[N]) {
    return choices[Below(N)];
  }

 private:
  std::mt19937_64 engine_;
};

void CheckLaws(const std::string& bytes) {
  SCOPED_TRACE(ToHex(bytes));
  for (const AfterStop after_stop : {AfterStop::kEnd, AfterStop::kContinue}) {
    const Program program = Decode(bytes, after_stop);
    ASSERT_EQ(Encode(program), bytes);
    // What was decoded decodes to the same instructions, one by one.
    for (const OwnedInstruction& instruction : program.instructions) {
      std::string one;
      AppendInstruction(one, instruction.opcode, instruction.argument);
      ASSERT_EQ(Decode(one).instructions, std::vector{instruction});
    }
    const std::string text = Disassemble(bytes, {.after_stop = after_stop});
    const Result<std::string> again = Assemble(text);
    ASSERT_TRUE(again.has_value()) << again.error().message << '\n' << text;
    ASSERT_EQ(ToHex(*again), ToHex(bytes)) << text;
    ASSERT_EQ(Disassemble(*again, {.after_stop = after_stop}), text);
  }
  const StaticView view = StaticViewOf(bytes);
  const Program program = Decode(bytes);
  ASSERT_EQ(view.stop_offset != kNoOffset, !program.error.has_value());
  ASSERT_TRUE(view.decodes || !view.well_formed);
  ASSERT_EQ(view.well_formed, Disassemble(bytes).find("# error:") == std::string::npos);
}

// An argument of the opcode's form, sensible or not.
std::string SomeArgument(const ArgLayout& layout, Random& random) {
  static const std::string kLines[] = {
      "0",        "00",      "01",      "007",
      "-1",       "-0",      "12L",     "18446744073709551616",
      "",         "x",       " 7",      "1_0",
      "1.5",      "1.50",    "1e400",   "-nan",
      "'a'",      "\"a\"",   "'",       "'it\\'s'",
      "\"it's\"", "'\\x4'",  "'\xff'",  "a b",
      "\\u0041",  "\\u0101", "\\ud800", "\\u12",
      "\xc3\xa9", "\xff",    "\\",      "#",
  };
  static const std::string kCounted[] = {
      "",     "a",        "\xc3\xa9",     "\xff",    std::string(1, '\0'),
      "\x80", "\xff\xff", "\xed\xa0\xbd", "'\"\\\n", "\x05#"};
  switch (layout.form) {
    case ArgLayout::Form::kNone: return "";
    case ArgLayout::Form::kFixed: {
      std::string number = BytesOf(random.Below(4), layout.width);
      if (random.Below(3) == 0) number = random.Bytes(layout.width);
      if (layout.value == ArgLayout::Value::kFloat && random.Below(4) == 0) {
        number.replace(0, 2, random.Below(2) == 0 ? "\x7f\xf8" : "\xff\xf0");
      }
      return number;
    }
    case ArgLayout::Form::kCounted:
      return random.Below(4) == 0 ? random.Bytes(random.Below(12)) : random.Pick(kCounted);
    case ArgLayout::Form::kLine: return random.Pick(kLines);
    case ArgLayout::Form::kTwoLines: return random.Pick(kLines) + "\n" + random.Pick(kLines);
  }
  return "";
}

std::string SomePickle(Random& random) {
  std::string bytes;
  for (size_t i = random.Below(12); i > 0; --i) {
    const OpcodeInfo& info = AllOpcodes()[random.Below(AllOpcodes().size())];
    AppendInstruction(bytes, info.opcode, SomeArgument(LayoutOf(info.arg), random));
    if (random.Below(3) == 0) bytes += random.Below(2) == 0 ? 'N' : '(';
  }
  return bytes + (random.Below(4) == 0 ? "" : ".");
}

TEST(ProgramLaws, HoldForEverySingleByteAndPair) {
  CheckLaws("");
  for (int byte = 0; byte < 256; ++byte) {
    CheckLaws(std::string(1, static_cast<char>(byte)));
    CheckLaws(std::string("(") + static_cast<char>(byte) + ".");
  }
}

TEST(ProgramLaws, HoldForRandomBytes) {
  Random random(1);
  for (int i = 0; i < 5000; ++i) CheckLaws(random.Bytes(random.Below(40)));
}

TEST(ProgramLaws, HoldForEveryOpcodeCutShortAnywhere) {
  Random random(2);
  for (const OpcodeInfo& info : AllOpcodes()) {
    SCOPED_TRACE(info.name);
    for (int i = 0; i < 30; ++i) {
      std::string bytes;
      AppendInstruction(bytes, info.opcode, SomeArgument(LayoutOf(info.arg), random));
      for (size_t size = 0; size <= bytes.size(); ++size) CheckLaws("N" + bytes.substr(0, size));
    }
  }
}

TEST(ProgramLaws, HoldForPicklesWholeAndDamaged) {
  Random random(3);
  for (int i = 0; i < 5000; ++i) {
    std::string bytes = SomePickle(random);
    CheckLaws(bytes);
    for (size_t damage = random.Below(3); damage > 0 && !bytes.empty(); --damage) {
      const size_t at = random.Below(bytes.size());
      switch (random.Below(3)) {
        case 0: bytes[at] = random.Byte(); break;
        case 1: bytes.erase(at, 1); break;
        case 2: bytes.insert(at, 1, random.Byte()); break;
      }
    }
    CheckLaws(bytes);
  }
}

// A million instructions of each kind that could make anything quadratic: marks, memo keys, stack,
// long tails.
TEST(ProgramLaws, HoldForAMillionInstructionsInLinearTime) {
  constexpr int kCount = 1000000;
  std::string puts = "N";
  for (int i = 0; i < kCount; ++i) puts += "r" + BytesOf(static_cast<uint64_t>(i) << 12, 4);
  std::string texts = "N";
  for (int i = 0; i < kCount; ++i) texts += "p" + std::to_string(i) + "\n";
  std::string nested = std::string(kCount / 2, '(') + std::string(kCount / 2, 't');
  const std::string inputs[] = {
      std::string(kCount, '('),         std::string(kCount, 'N') + "(t", nested + ".", puts, texts,
      "." + std::string(kCount, '\xff')};
  for (const std::string& bytes : inputs) {
    SCOPED_TRACE(ToHex(bytes.substr(0, 16)));
    const std::clock_t start = std::clock();  // of this process, however busy the machine is
    ASSERT_TRUE(Encode(Decode(bytes)) == bytes);
    const Result<std::string> again = Assemble(Disassemble(bytes));
    ASSERT_TRUE(again.has_value());
    ASSERT_TRUE(*again == bytes);
    StaticViewOf(bytes);
    EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 60) << "quadratic?";
  }
}

}  // namespace
}  // namespace pickleproof
