// Checks the examples of NODE_TABLE.md, which is normative.

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "harness/graph/node_table.h"
#include "harness/graph/notation.h"
#include "harness/graph/notation_parser.h"

namespace pickleproof {
namespace {

TEST(NodeTableDocument, EachExampleIsMadeOfTheOtherNotation) {
  std::ifstream file(PICKLEPROOF_SOURCE_DIR "/harness/graph/NODE_TABLE.md");
  size_t examples = 0;
  for (std::string line; std::getline(file, line);) {
    if (line != "```table") continue;
    std::string notation;
    std::string table;
    ASSERT_TRUE(std::getline(file, notation) && std::getline(file, table));
    SCOPED_TRACE(notation);
    ++examples;
    const Result<Graph> from_notation = ParseNotation(notation);
    ASSERT_TRUE(from_notation) << ToString(from_notation.error());
    EXPECT_EQ(NodeTableJson(*from_notation), table);
    const Result<Graph> from_table = GraphFromNodeTableText(table);
    ASSERT_TRUE(from_table) << ToString(from_table.error());
    EXPECT_EQ(ToNotation(*from_table), notation);
  }
  EXPECT_GE(examples, 5U);
}

}  // namespace
}  // namespace pickleproof
