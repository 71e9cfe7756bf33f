#include "reports/markdown.h"

#include <gtest/gtest.h>

#include "harness/matrix/sample_record.h"

namespace pickleproof {
namespace {

TEST(EscapeMarkdown, LeavesNoMarkupAndOneLine) {
  EXPECT_EQ(EscapeMarkdown("a|b\n*c* <d> `e` _f_ &"),
            "a\\|b \\*c\\* &lt;d&gt; \\`e\\` \\_f\\_ &amp;");
}

TEST(MarkdownCode, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(MarkdownCode(""), "");
  EXPECT_EQ(MarkdownCode("{'a': 1}"), "<code>{'a': 1}</code>");
  EXPECT_EQ(MarkdownCode(std::string(199, 'x') + "\xc3\xa9"),
            "<code>" + std::string(199, 'x') + "...</code>");
}

TEST(MarkdownReport, HasAnswerMatrixAndDifferences) {
  const std::string text = MarkdownReport(SampleRecord());
  const char* parts[] = {
      "## Do all pickle implementations agree?\n\n**No: 202,076 comparisons, 5 unexplained",
      "| pickleproof | ✓ 12,000 | ✓ 12,000 | ✓ 12,000 | ✓ 8,000 | ❌ **2** |",
      "| <code>0b8c8a557f29</code> | 2 | bool/int | pickleproof | <code>$.key\\[0\\]</code> | "
      "original: <code>True</code> | ogorek: <code>1</code> |",
      "serde-pickle: reject: <code>bad-encoding at offset 2: &lt;/script&gt;&lt;\\!-- &amp; "
      "\"invalid\" 'utf-8' sequence</code> |",
      "    pickleproof report --seed 7 --only-graph 1234\n",
      "| 12 | serde-bytes-are-strings |",
      "### What can be pickled\n\n3 rows by 4 columns: 1 differ, 8 agree, 1 explained, 1 "
      "unavailable, 1 not applicable\n",
      "| 128 | a lambda in a container | dill, 3.11.7 | <code>D</code> | <code>expected V x(1): 3, "
      "not 2</code> |\n",
      "- pickleparser: \\[1, 'a'\\] at protocol 2: no answer",
  };
  for (const char* part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(MarkdownReport, SaysHowManyDifferencesItLeavesOut) {
  const std::string text = MarkdownReport(SampleRecord(), 1);
  EXPECT_NE(text.find("\nand 1 more\n"), std::string::npos) << text;
}

TEST(MarkdownReport, OfAnEmptyRecordIsOneAnswer) {
  EXPECT_EQ(MarkdownReport(RunRecord()),
            "## Do all pickle implementations agree?\n\n**Unknown: nothing was compared.**\n\n"
            "0 readers, 0 writers, 0 generated graphs, 0 protocols\n");
}

}  // namespace
}  // namespace pickleproof
