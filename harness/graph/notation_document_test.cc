// Checks the examples of NOTATION.md, which is normative.

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/graph/notation.h"
#include "harness/graph/notation_parser.h"

namespace pickleproof {
namespace {

using Block = std::vector<std::string>;

// The lines of the document's code blocks that are marked with `word`.
std::vector<Block> BlocksOf(const std::string& word) {
  std::ifstream file(PICKLEPROOF_SOURCE_DIR "/harness/graph/NOTATION.md");
  std::map<std::string, std::vector<Block>> blocks;
  Block* block = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("```")) {
      if (block != nullptr) block->push_back(line);
    } else if (block != nullptr) {
      block = nullptr;
    } else {
      block = &blocks[line.substr(3)].emplace_back();
    }
  }
  return blocks[word];
}

std::string Reprinted(const std::string& text) {
  const Result<Graph> graph = ParseNotation(text);
  return graph ? ToNotation(*graph) : ToString(graph.error());
}

TEST(NotationDocument, ExamplesArePrintedAsTheyStand) {
  size_t examples = 0;
  for (const Block& block : BlocksOf("notation")) {
    for (const std::string& line : block) {
      EXPECT_EQ(Reprinted(line), line);
      ++examples;
    }
  }
  EXPECT_GT(examples, 50U);
}

TEST(NotationDocument, SidesOfAnEquationArePrintedAlike) {
  size_t examples = 0;
  for (const Block& block : BlocksOf("same")) {
    std::string left;
    for (const std::string& line : block) {
      left += line + '\n';
      const size_t middle = left.find(" == ");
      if (middle == std::string::npos) continue;
      const std::string right = left.substr(middle + 4, left.size() - middle - 5);
      EXPECT_EQ(Reprinted(left.substr(0, middle)), right);
      left.clear();
      ++examples;
    }
    EXPECT_EQ(left, "");
  }
  EXPECT_GT(examples, 5U);
}

TEST(NotationDocument, ErrorsAreAsDescribed) {
  size_t examples = 0;
  for (const Block& block : BlocksOf("error")) {
    for (const std::string& line : block) {
      SCOPED_TRACE(line);
      const size_t middle = line.find(" -- ");
      ASSERT_NE(middle, std::string::npos);
      const Result<Graph> graph = ParseNotation(line.substr(0, middle));
      ASSERT_FALSE(graph);
      EXPECT_EQ(graph.error().message, line.substr(middle + 4));
      ++examples;
    }
  }
  EXPECT_GT(examples, 3U);
}

}  // namespace
}  // namespace pickleproof
