#include "reports/html.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/matrix/sample_record.h"

namespace pickleproof {
namespace {

// What stands between two texts, the first `open` and the `close` after it.
std::string Between(const std::string& text, const std::string& open, const std::string& close) {
  const size_t begin = text.find(open);
  if (begin == std::string::npos) return "";
  const size_t start = begin + open.size();
  return text.substr(start, text.find(close, start) - start);
}

std::string DataOf(const std::string& html) {
  return Between(html, R"(<script type="application/json" id="data">)", "</script>");
}

TEST(EscapeHtml, LeavesNoMarkup) {
  EXPECT_EQ(EscapeHtml(R"(<a href="x" id='y'>&</a>)"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
}

TEST(EscapeJsonForScript, StaysTheSameJsonWithoutMarkup) {
  const nlohmann::json value = {{"</script>", "<!-- <script> ]]> & \"\\<\\\""}};
  const std::string escaped = EscapeJsonForScript(value.dump());
  EXPECT_EQ(escaped.find_first_of("<>&"), std::string::npos) << escaped;
  EXPECT_EQ(nlohmann::json::parse(escaped), value);
}

TEST(HtmlReport, CarriesTheWholeRecord) {
  const std::string data = DataOf(HtmlReport(SampleRecord()));
  EXPECT_EQ(data.find('<'), std::string::npos);
  const auto json = nlohmann::json::parse(data);
  const Result<RunRecord> read = ParseRecord(json.at("record").dump());
  ASSERT_TRUE(read.has_value()) << ToString(read.error());
  EXPECT_EQ(*read, SampleRecord());
  EXPECT_EQ(json.at("names").at("cpython-3.11/_pickle/loads"), "cpython-3.11/_pickle");
}

TEST(HtmlReport, AnswersWithoutScripts) {
  const std::string html = HtmlReport(SampleRecord());
  EXPECT_NE(html.find("<h1>Do all pickle implementations agree?</h1>"), std::string::npos);
  EXPECT_EQ(
      Between(html, R"(<p class="answer no">)", "</p>"),
      "No: 202,076 comparisons, 5 unexplained differences of 2 kinds, 12 explained; 10 answers, "
      "1 unexplained, 1 explained.");
}

TEST(HtmlReport, MoodFollowsTheAnswer) {
  EXPECT_NE(HtmlReport(RunRecord()).find(R"(class="answer unknown")"), std::string::npos);
  RunRecord record;
  record.cells[{"generated", "w", "r", 0}].agree = 1;
  EXPECT_NE(HtmlReport(record).find(R"(class="answer yes")"), std::string::npos);
}

TEST(HtmlReport, EscapesWhatItPutsIntoTheMarkup) {
  RunRecord record;
  record.tool_version = "{{DATA}}<script>";
  const std::string html = HtmlReport(record);
  EXPECT_NE(html.find("pickleproof {{DATA}}&lt;script&gt;"), std::string::npos)
      << "placeholders are replaced once, not inside of what was put in";
}

TEST(HtmlReport, NeedsNoOtherFileAndNoNetwork) {
  std::string html = HtmlReport(SampleRecord());
  const std::string data = DataOf(html);
  html.erase(html.find(data), data.size());
  for (const char* request : {"src=", "<link", "@import", "url(", "fetch(", "XMLHttpRequest",
                              "import(", "http://", "https://"}) {
    EXPECT_EQ(html.find(request), std::string::npos) << request;
  }
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
}

TEST(HtmlReport, ReplacesEveryPlaceholder) {
  EXPECT_EQ(HtmlReport(SampleRecord()).find("{{"), std::string::npos);
}

}  // namespace
}  // namespace pickleproof
