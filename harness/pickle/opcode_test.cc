#include "harness/pickle/opcode.h"

#include <algorithm>
#include <array>
#include <set>

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

TEST(Opcode, TableHasTheOpcodesOfEachProtocol) {
  std::array<int, kHighestProtocol + 1> counts{};
  for (const OpcodeInfo& info : AllOpcodes()) ++counts[static_cast<size_t>(info.protocol)];
  EXPECT_EQ(counts, (std::array{22, 19, 12, 2, 10, 3}));
  EXPECT_EQ(AllOpcodes().size(), 68U);
}

TEST(Opcode, RowsAreOrderedByProtocol) {
  EXPECT_TRUE(std::ranges::is_sorted(AllOpcodes(), {}, &OpcodeInfo::protocol));
}

TEST(Opcode, BytesAndNamesAreUnique) {
  std::set<Opcode> bytes;
  std::set<std::string_view> names;
  for (const OpcodeInfo& info : AllOpcodes()) {
    EXPECT_TRUE(bytes.insert(info.opcode).second) << info.name;
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
  }
}

TEST(Opcode, IsFoundByItsByteAndByItsName) {
  for (const OpcodeInfo& info : AllOpcodes()) {
    EXPECT_EQ(FindOpcode(static_cast<uint8_t>(info.opcode)), &info) << info.name;
    EXPECT_EQ(FindOpcode(info.name), &info);
    EXPECT_EQ(Name(info.opcode), info.name);
  }
  EXPECT_EQ(FindOpcode(uint8_t{'.'})->name, "STOP");
  EXPECT_EQ(FindOpcode("FRAME")->opcode, Opcode{0x95});
}

TEST(Opcode, OtherBytesAndNamesAreNotFound) {
  const auto is_found = [](int byte) { return FindOpcode(static_cast<uint8_t>(byte)) != nullptr; };
  int found = 0;
  for (int byte = 0; byte < 256; ++byte) found += is_found(byte) ? 1 : 0;
  EXPECT_EQ(found, 68);
  EXPECT_FALSE(is_found(0x00));
  EXPECT_FALSE(is_found(0x99));
  EXPECT_EQ(FindOpcode("stop"), nullptr);
  EXPECT_EQ(FindOpcode(""), nullptr);
}

TEST(Opcode, BytesFromProtocol2OnAreAbove0x80) {
  for (const OpcodeInfo& info : AllOpcodes()) {
    const bool is_high = static_cast<uint8_t>(info.opcode) >= 0x80;
    const bool is_bytes = info.opcode == Opcode::BINBYTES || info.opcode == Opcode::SHORT_BINBYTES;
    EXPECT_EQ(is_high, info.protocol >= 2 && !is_bytes) << info.name;
  }
}

TEST(Opcode, ADescriptionIsOneSentence) {
  for (const OpcodeInfo& info : AllOpcodes()) EXPECT_TRUE(info.doc.ends_with('.')) << info.name;
}

TEST(ArgKind, EveryKindButNoneHasANameAndIsUsed) {
  std::set<std::string_view> used;
  for (const OpcodeInfo& info : AllOpcodes()) used.insert(Name(info.arg));
  EXPECT_EQ(used.size(), static_cast<size_t>(ArgKind::kFloat8) + 1);
  EXPECT_EQ(Name(ArgKind::kNone), "");
  EXPECT_EQ(Name(ArgKind::kStringNlNoEscapePair), "stringnl_noescape_pair");
}

}  // namespace
}  // namespace pickleproof
