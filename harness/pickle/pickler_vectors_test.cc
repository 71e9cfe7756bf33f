// Byte for byte what CPython writes: pickler_vectors.txt, which says where its bytes come from.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "harness/graph/notation_parser.h"
#include "harness/pickle/assembler.h"
#include "harness/pickle/disassembler.h"
#include "harness/pickle/pickler.h"

namespace pickleproof {
namespace {

std::string Bytes(std::string code) {
  std::replace(code.begin(), code.end(), ';', '\n');
  const Result<std::string> bytes = Assemble(code);
  EXPECT_TRUE(bytes) << code << ToString(bytes.error());
  return bytes.value_or("");
}

void ExpectWritten(const Graph& graph, int protocol, const std::string& writer,
                   const std::string& expected) {
  DumpOptions options;
  options.protocol = protocol;
  options.policy = *EncodingPolicy::Named(writer);
  const Result<std::string> written = Dump(graph, options);
  ASSERT_TRUE(written) << ToString(written.error());
  EXPECT_EQ(Disassemble(*written), Disassemble(expected)) << writer << " at " << protocol;
  EXPECT_TRUE(*written == expected);
}

TEST(PicklerVectors, AreWrittenByteForByte) {
  std::ifstream file(PICKLEPROOF_SOURCE_DIR "/harness/pickle/pickler_vectors.txt");
  std::string line;
  std::string title;
  Graph graph;
  int rows = 0;
  while (std::getline(file, line)) {
    if (line.starts_with("# ")) title = line;
    SCOPED_TRACE(title);
    if (line.starts_with("= ")) {
      Result<Graph> parsed = ParseNotation(std::string_view(line).substr(2));
      ASSERT_TRUE(parsed) << line << ToString(parsed.error());
      graph = *std::move(parsed);
    } else if (!line.empty() && line[0] != '#') {
      const size_t colon = line.find(": ");
      ASSERT_NE(colon, std::string::npos) << line;
      const int protocol = line[0] - '0';
      const std::string writer = line.substr(2, colon - 2);
      const std::string expected = Bytes(line.substr(colon + 2));
      for (const std::string name : {"_pickle", "pickle.py"}) {
        if (writer == name || writer == "both") ExpectWritten(graph, protocol, name, expected);
      }
      ++rows;
    }
  }
  EXPECT_GT(rows, 100);
}

}  // namespace
}  // namespace pickleproof
