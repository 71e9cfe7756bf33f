// Opens reports in a real browser. Skipped, and says so, where there is no Chromium.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/matrix/sample_record.h"
#include "reports/html.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

// The first of the known names that is on PATH, or nothing.
std::string FindBrowser() {
  const char* path = std::getenv("PATH");
  for (const char* name : {"chromium", "chromium-browser", "google-chrome", "chrome"}) {
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
      const std::string file = folder + "/" + name;
      if (access(file.c_str(), X_OK) == 0) return file;
    }
  }
  return {};
}

class Browser : public testing::Test {
 protected:
  void SetUp() override {
    browser_ = FindBrowser();
    if (browser_.empty()) {
      GTEST_SKIP() << "no chromium, chromium-browser or google-chrome on PATH: the page was not "
                      "opened in a browser";
    }
    std::string pattern = (fs::temp_directory_path() / "pickleproof-report-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }

  // Runs the browser on the report, then `script` in it; gives what the browser wrote to standard
  // output.
  std::string Open(const RunRecord& record, const std::string& fragment, const std::string& what,
                   const std::string& script = "") {
    const fs::path page = folder_ / "report.html";
    std::ofstream(page) << HtmlReport(record) << "<script>" << script << "</script>";
    const std::string command = fmt::format(
        "timeout 100 '{}' --headless --no-sandbox --disable-gpu --no-first-run "
        "--disable-background-networking --disable-component-update --disable-sync "
        "--user-data-dir='{}' --virtual-time-budget=5000 --window-size=1280,1600 {} "
        "'file://{}{}' 2>'{}'",
        browser_, (folder_ / "profile").string(), what, page.string(), fragment,
        (folder_ / "errors").string());
    FILE* pipe = popen(command.c_str(), "r");
    std::string out;
    char buffer[4096];
    for (size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
    EXPECT_EQ(pclose(pipe), 0) << command;
    return out;
  }

  fs::path folder_;

 private:
  std::string browser_;
};

// The start tag of the page: the script writes there whether it ended, and its errors.
std::string RootTag(const std::string& dom) {
  const size_t begin = dom.find("<html");
  return begin == std::string::npos ? "" : dom.substr(begin, dom.find('>', begin) - begin);
}

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST_F(Browser, DrawsMatrixAndDifferencesWithoutAnError) {
  const RunRecord record = SampleRecord();
  const auto& [signature, difference] = *record.differences.begin();
  const std::string dom = Open(record, "#d-" + Id(signature), "--dump-dom");
  EXPECT_NE(RootTag(dom).find("data-ready=\"true\""), std::string::npos) << RootTag(dom);
  EXPECT_EQ(RootTag(dom).find("data-error"), std::string::npos) << RootTag(dom);
  // Four writers, five readers; two cells differ.
  const std::string matrix = dom.substr(0, dom.find("<div id=\"sheets\">"));
  EXPECT_EQ(CountOf(matrix, "<th scope=\"row\""), 4U);
  EXPECT_EQ(CountOf(matrix, "<th scope=\"col\""), 5U);
  EXPECT_EQ(CountOf(dom, "<button type=\"button\" class=\"differ\""), 2U);
  EXPECT_NE(dom.find("7,973 agree, 3 differ, 12 differ, explained"), std::string::npos);
  // Three kinds of difference, of which the one that the address names is open.
  EXPECT_EQ(CountOf(dom, "<details id=\"d-"), 3U);
  EXPECT_EQ(CountOf(dom, "class=\"body\""), 1U);
  EXPECT_NE(dom.find(difference.witness.reproduce), std::string::npos);
  EXPECT_NE(dom.find("000000  80 02 58 03"), std::string::npos);
  EXPECT_NE(dom.find("&lt;/script&gt;&lt;!-- &amp; \"invalid\""), std::string::npos);
}

TEST_F(Browser, ChoosingACellFiltersTheDifferences) {
  const std::string dom = Open(SampleRecord(), "", "--dump-dom", R"(
    document.querySelector("button.differ").click();
    document.getElementById("only-differing").click();)");
  EXPECT_EQ(RootTag(dom).find("data-error"), std::string::npos) << RootTag(dom);
  EXPECT_NE(dom.find("1 of 2 kinds of difference; only pickleproof → ogorek."), std::string::npos);
  EXPECT_EQ(CountOf(dom, "<details id=\"d-"), 1U);
  EXPECT_NE(dom.find("<th scope=\"row\">protocol 4</th><td class=\"\">1,998</td>"),
            std::string::npos);
  // Two writers and two readers have disagreements; the chosen cell has a line per protocol.
  const std::string matrix = dom.substr(0, dom.find("<div id=\"sheets\">"));
  EXPECT_EQ(CountOf(matrix, "<th scope=\"col\" title="), 2U);
  EXPECT_EQ(CountOf(matrix, "<th scope=\"row\" title="), 2U);
}

TEST_F(Browser, SearchAndProtocolNarrowTheDifferences) {
  const std::string dom = Open(SampleRecord(), "", "--dump-dom", R"(
    [...document.querySelectorAll("#protocols button")].find((b) => b.textContent === "2").click();
    const search = document.getElementById("search");
    search.value = "SERDE ud800";
    search.dispatchEvent(new Event("input"));)");
  EXPECT_EQ(RootTag(dom).find("data-error"), std::string::npos) << RootTag(dom);
  EXPECT_NE(dom.find("1 of 2 kinds of difference; only protocol 2."), std::string::npos);
  // One protocol's figures, not the sum.
  EXPECT_NE(dom.find("1,973 agree, 3 differ, 12 differ, explained"), std::string::npos);
}

TEST_F(Browser, LiveObjectsHaveAViewOfTheirOwn) {
  RunRecord record = SampleRecord();
  record.cells[{"live/3.9-to-3.11", "cloudpickle", "dill", 4}].agree = 7;
  const std::string dom = Open(record, "", "--dump-dom", R"js(
[...document.querySelectorAll("#views button")].find((b) => b.textContent === "live objects").click();
)js");
  EXPECT_NE(dom.find("cloudpickle read by dill: 7 agree"), std::string::npos);
  EXPECT_EQ(dom.find("read by pickleproof: "), std::string::npos);
}

TEST_F(Browser, DrawsASheetWithALinePerDistinctAnswer) {
  const std::string dom = Open(SampleRecord(), "#s-picklability-128", "--dump-dom", R"(
    [...document.querySelectorAll("#s-picklability-128 button")].at(-1).click();)");
  EXPECT_EQ(RootTag(dom).find("data-error"), std::string::npos) << RootTag(dom);
  EXPECT_NE(dom.find("What can be pickled</h2>"), std::string::npos);
  EXPECT_EQ(CountOf(dom, "<tr id=\"s-picklability-"), 3U);
  // Both columns of pickle agree and are one line; those of dill have two in two rows.
  EXPECT_EQ(CountOf(dom, "<span class=\"line agree\">"), 4U);
  EXPECT_NE(dom.find("<span class=\"line explained\"><span class=\"who\">3.8.18</span>p4-5: Xl; R"),
            std::string::npos);
  EXPECT_NE(dom.find("a subclass of &lt;str&gt;"), std::string::npos);
  // What stands behind the cell that was opened.
  EXPECT_NE(dom.find("expected V\nx(1): 3, not 2</pre>"), std::string::npos);
}

TEST_F(Browser, OnlyDisagreementsAndSearchNarrowASheet) {
  const std::string dom = Open(SampleRecord(), "", "--dump-dom", R"(
    document.querySelector(".sheet .only-differing").click();
    const words = document.querySelector(".sheet input[type=search]");
    words.value = "LAMBDA not";
    words.dispatchEvent(new Event("input"));)");
  EXPECT_EQ(RootTag(dom).find("data-error"), std::string::npos) << RootTag(dom);
  EXPECT_EQ(CountOf(dom, "<tr id=\"s-picklability-"), 1U);
  EXPECT_NE(dom.find("1 of 3 rows."), std::string::npos);
}

TEST_F(Browser, DrawsAnEmptyRecordWithoutAnError) {
  const std::string dom = Open(RunRecord(), "", "--dump-dom");
  EXPECT_NE(RootTag(dom).find("data-ready=\"true\""), std::string::npos) << RootTag(dom);
  EXPECT_EQ(RootTag(dom).find("data-error"), std::string::npos) << RootTag(dom);
  EXPECT_NE(dom.find("No unexplained difference."), std::string::npos);
}

TEST_F(Browser, PaintsThePage) {
  const fs::path picture = folder_ / "report.png";
  Open(SampleRecord(), "", fmt::format("--screenshot='{}'", picture.string()));
  std::ifstream file(picture, std::ios::binary);
  char magic[8] = {};
  ASSERT_TRUE(file.read(magic, sizeof magic));
  EXPECT_EQ(std::string(magic, 8), "\x89PNG\r\n\x1a\n");
  EXPECT_GT(fs::file_size(picture), 20'000U) << "a blank page compresses to less";
}

}  // namespace
}  // namespace pickleproof
