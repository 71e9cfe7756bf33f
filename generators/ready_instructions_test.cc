#include "generators/ready_instructions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "generators/opcode_programs.h"
#include "generators/opcode_rows.h"
#include "harness/pickle/decoder.h"
#include "harness/pickle/program.h"

namespace pickleproof {
namespace {

std::vector<ReadyInstruction> ReadyOf(Opcode opcode, ReadyRange* range = nullptr) {
  std::vector<ReadyInstruction> ready(1);  // somebody else's
  const ReadyRange made =
      AppendReady(*FindOpcode(static_cast<uint8_t>(opcode)), StackValue::kLeaf, ready);
  if (range != nullptr) *range = made;
  EXPECT_EQ(made.begin, 1);
  EXPECT_EQ(made.begin + made.count, ready.size());
  ready.erase(ready.begin());
  return ready;
}

std::string_view BytesOf(const ReadyInstruction& ready) { return {ready.bytes.data(), ready.size}; }

TEST(ReadyInstructions, AreWholeAndDifferentAndTheShortestComesFirst) {
  for (const OpcodeInfo& info : AllOpcodes()) {
    SCOPED_TRACE(info.name);
    ReadyRange range;
    const std::vector<ReadyInstruction> ready = ReadyOf(info.opcode, &range);
    ASSERT_FALSE(ready.empty());
    std::set<std::string_view> seen;
    for (size_t i = 0; i < ready.size(); ++i) {
      Decoder decoder(BytesOf(ready[i]));
      const auto next = decoder.Next();
      ASSERT_TRUE(next && *next);
      EXPECT_EQ((*next)->raw, BytesOf(ready[i]));
      EXPECT_EQ((*next)->opcode, info.opcode);
      EXPECT_TRUE(seen.insert(BytesOf(ready[i])).second);
      EXPECT_EQ(ready[i].pushed, i < range.names ? StackValue::kName : StackValue::kLeaf);
      if (i != 0 && i != range.names) EXPECT_LE(ready[i - 1].size, ready[i].size);
    }
  }
}

TEST(ReadyInstructions, LotsReachAllOfThemAndArgumentsDrawnAnew) {
  for (const OpcodeInfo& info : AllOpcodes()) {
    SCOPED_TRACE(info.name);
    ReadyRange range;
    ReadyOf(info.opcode, &range);
    std::set<uint32_t> reached;
    for (uint32_t lot = 0; lot < ReadyRange::kLots; ++lot) reached.insert(range.Of(lot));
    EXPECT_EQ(reached.size(), size_t{range.count} + range.anew);
    EXPECT_EQ(*reached.rbegin(), uint32_t{range.count} + range.anew - 1);
  }
}

TEST(ReadyInstructions, ExtensionCodesAreThoseThatTheirOpcodeHasBytesFor) {
  const auto codes = [](Opcode opcode) {
    std::set<uint64_t> codes;
    for (const ReadyInstruction& ready : ReadyOf(opcode)) {
      Decoder decoder(BytesOf(ready));
      codes.insert((*decoder.Next())->number);
    }
    return codes;
  };
  EXPECT_EQ(codes(Opcode::EXT1), (std::set<uint64_t>{1, 2, 127, 128, 254, 255}));
  EXPECT_EQ(*codes(Opcode::EXT2).rbegin(), 65535U);
  EXPECT_EQ(*codes(Opcode::EXT4).rbegin(), 0x7fffffffU);
  EXPECT_EQ(codes(Opcode::EXT4).count(0), 0U);
}

// What is too long to be made beforehand, and numbers that nobody chose.
TEST(ReadyInstructions, ProgramsHaveOtherArgumentsToo) {
  ProgramGenerator generator;
  size_t longest = 0;
  std::set<std::string> floats;
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    RandomChoices choices(seed);
    std::string out;
    generator.WellFormed(choices, out);
    Decoder decoder(out);
    while (const auto next = decoder.Next()) {
      if (!*next) break;  // behind STOP
      longest = std::max(longest, (*next)->raw.size());
      if ((*next)->opcode == Opcode::BINFLOAT) floats.insert(std::string((*next)->raw));
    }
  }
  EXPECT_GT(longest, 1000U);
  EXPECT_GT(floats.size(), size_t{ReadyRange::kLots});
}

}  // namespace
}  // namespace pickleproof
