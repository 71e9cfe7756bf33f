#include "reports/text.h"

#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "harness/matrix/sample_record.h"
#include "reports/table.h"

namespace pickleproof {
namespace {

TEST(Table, AlignsColumnsAndLeavesNoSpaceAtTheEnd) {
  Table table({false, true, false});
  table.Row({"name", "count", "note"});
  table.Row({"a", "1,000", ""});
  table.Row({"\xc3\xa9t\xc3\xa9"});
  EXPECT_EQ(table.Text(),
            "  name  count  note\n"
            "  a     1,000\n"
            "  \xc3\xa9t\xc3\xa9\n");
}

TEST(Table, ColoursTakeNoRoom) {
  Table table({true, false});
  table.Row({Paint("1", Colour::kRed, true), "x"});
  table.Row({"22", "y"});
  EXPECT_EQ(table.Text(), "   \x1b[1;31m1\x1b[0m  x\n  22  y\n");
  EXPECT_EQ(Paint("1", Colour::kRed, false), "1");
  EXPECT_EQ(Columns("\x1b[1;31m1\x1b[0m\xc3\xa9"), 2U);
}

TEST(TextReport, OfTheSampleIsAsStored) {
  const std::string path = PICKLEPROOF_SOURCE_DIR "/reports/testdata/sample.txt";
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  std::stringstream stored;
  stored << file.rdbuf();
  EXPECT_EQ(TextReport(SampleRecord()), stored.str())
      << "where the change is meant, put the text above into " << path;
}

// The report without escape sequences.
std::string Plain(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);
    } else {
      out += text[i];
    }
  }
  return out;
}

TEST(TextReport, ColoursChangeNothingElse) {
  const std::string coloured = TextReport(SampleRecord(), {.colour = true});
  EXPECT_NE(coloured.find("\x1b["), std::string::npos);
  EXPECT_EQ(Plain(coloured), TextReport(SampleRecord()));
  EXPECT_EQ(TextReport(SampleRecord()).find('\x1b'), std::string::npos);
}

TEST(TextReport, NarrowTerminalsGetLettersAndThenBlocks) {
  struct Row {
    size_t width;
    const char* line;  // of the matrix
  };
  const Row rows[] = {
      {120, "\n  pickleproof             ======       ======  "},
      {80, "\n  pickleproof             ======  ======  ======  ====--    ====!- 2\n"},
      {60, "\n  a  ======  ======  ======  ====--    ====!- 2\n"},
      {40, "\n  a  ======  ======  ======  ====--\n"},
  };
  for (const Row& row : rows) {
    const std::string text = TextReport(SampleRecord(), {.width = row.width});
    EXPECT_NE(text.find(row.line), std::string::npos) << row.width << "\n" << text;
    EXPECT_EQ(text.find("\n  e = ogorek\n") != std::string::npos, row.width < 120) << text;
    EXPECT_EQ(text.find("\n  a  ====!- 2\n") != std::string::npos, row.width == 40) << text;
  }
}

TEST(TextReport, DifferencesThatLookTheSameAreShownOnce) {
  RunRecord record = SampleRecord();
  const auto& [signature, finding] = *record.differences.begin();
  Signature other = signature;
  other.right = "ogorek";
  record.differences[other] = finding;
  const std::string text = TextReport(record);
  EXPECT_NE(text.find(" 6 x accept/reject encoding\n"), std::string::npos) << text;
  EXPECT_NE(text.find("    and alike between 1 other combination of engines\n"), std::string::npos);
}

TEST(TextReport, MatrixAndDifferencesStayWithinTheWidth) {
  for (const size_t width : {60U, 80U, 120U}) {
    std::istringstream lines(TextReport(SampleRecord(), {.width = width}));
    bool matrix = false;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("Generated") || line.starts_with("Per")) matrix = line[0] == 'G';
      if (matrix && line.starts_with("  ") && line.find("symbol") == std::string::npos &&
          line.find("unsupported") == std::string::npos) {
        EXPECT_LE(Columns(line), width) << line;
      }
    }
  }
}

TEST(TextReport, SaysHowManyDifferencesItLeavesOut) {
  const std::string text = TextReport(SampleRecord(), {.differences = 1});
  EXPECT_NE(text.find("and 1 more: see the HTML report"), std::string::npos) << text;
}

TEST(TextReport, OfAnEmptyRecordSaysThatNothingWasCompared) {
  EXPECT_EQ(TextReport(RunRecord()),
            "pickleproof : 0 readers, 0 writers, 0 generated graphs, 0 protocols\n"
            "0 streams, 0.0 s\n"
            "\n"
            "Do all pickle implementations agree?\n"
            "Unknown: nothing was compared.\n");
}

}  // namespace
}  // namespace pickleproof
