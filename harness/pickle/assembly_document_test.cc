// Runs every example of ASSEMBLY.md, the way it says so itself.

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/bytes.h"
#include "harness/pickle/assembler.h"
#include "harness/pickle/disassembler.h"

namespace pickleproof {
namespace {

struct Block {
  std::string language;
  std::string text;
  int line = 0;  // of its fence
};

std::vector<Block> ReadBlocks() {
  std::ifstream file(PICKLEPROOF_SOURCE_DIR "/harness/pickle/ASSEMBLY.md");
  std::vector<Block> blocks;
  bool inside = false;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.starts_with("```")) {
      if (!inside) blocks.push_back({line.substr(3), "", number});
      inside = !inside;
    } else if (inside) {
      blocks.back().text += line + "\n";
    }
  }
  return blocks;
}

void CheckRefused(const std::string& text) {
  const size_t last = text.rfind('\n', text.size() - 2) + 1;
  const Result<std::string> bytes = Assemble(text.substr(0, last));
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().message + "\n", text.substr(last));
}

TEST(AssemblyDocument, EveryExampleHolds) {
  const std::vector<Block> blocks = ReadBlocks();
  int seen = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    SCOPED_TRACE("ASSEMBLY.md:" + std::to_string(blocks[i].line));
    if (blocks[i].language == "refused") {
      CheckRefused(blocks[i].text);
      ++seen;
      continue;
    }
    if (blocks[i].language == "hex") continue;
    ASSERT_TRUE(blocks[i].language == "assembly" || blocks[i].language == "disassembly");
    ASSERT_LT(i + 1, blocks.size());
    ASSERT_EQ(blocks[i + 1].language, "hex");
    const Result<std::string> expected = FromHex(blocks[i + 1].text);
    const Result<std::string> bytes = Assemble(blocks[i].text);
    ASSERT_TRUE(expected.has_value());
    ASSERT_TRUE(bytes.has_value()) << bytes.error().message;
    EXPECT_EQ(ToHex(*bytes), ToHex(*expected));
    if (blocks[i].language == "disassembly") {
      EXPECT_EQ(Disassemble(*expected), blocks[i].text);
    }
    ++seen;
  }
  EXPECT_GE(seen, 9);
}

}  // namespace
}  // namespace pickleproof
