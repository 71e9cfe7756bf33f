// What a night's record says of coverage, and what is read of llvm-cov's summary.

#include "harness/cli/night_record.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pickleproof {
namespace {

constexpr const char* kSummary = R"({"data":[{"files":[
  {"filename":"/somewhere/harness/pickle/machine.h","summary":{
    "branches":{"count":8,"covered":6},"lines":{"count":20,"covered":15},
    "regions":{"count":10,"covered":9}}}],
  "totals":{
    "branches":{"count":80,"covered":60},"lines":{"count":200,"covered":150},
    "regions":{"count":100,"covered":90}}}],"type":"llvm.coverage.json.export"})";

TEST(NightCoverage, IsReadFromTheSummaryOfLlvmCov) {
  const auto coverage = ParseCoverage(kSummary);
  ASSERT_TRUE(coverage);
  const FileCoverage machine = {"machine.h", {10, 9}, {20, 15}, {8, 6}};
  EXPECT_EQ(coverage->files, std::vector<FileCoverage>{machine});
  EXPECT_EQ(coverage->total, (FileCoverage{"total", {100, 90}, {200, 150}, {80, 60}}));
  EXPECT_DOUBLE_EQ(coverage->total.branches.Percent(), 75.0);
  EXPECT_DOUBLE_EQ(CoverageCount().Percent(), 100.0) << "nothing to reach";
}

TEST(NightCoverage, AnythingElseIsASyntaxError) {
  for (const char* text :
       {"", "{}", R"({"data":[]})", R"({"data":[{"files":[{}],"totals":{}}]})"}) {
    const auto coverage = ParseCoverage(text);
    ASSERT_FALSE(coverage) << text;
    EXPECT_EQ(coverage.error().code, ErrorCode::kSyntax);
  }
}

TEST(NightCoverage, StandsInTextJsonAndPage) {
  NightRecord record;
  record.coverage = *ParseCoverage(kSummary);
  EXPECT_NE(NightText(record).find("machine.h                   90.00%    75.00%    75.00%"),
            std::string::npos)
      << NightText(record);
  EXPECT_NE(NightHtml(record).find("coverage/html/index.html"), std::string::npos);
  const auto json = nlohmann::json::parse(NightJson(record));
  EXPECT_EQ(json["coverage"]["total"]["branches"]["covered"], 60);
}

TEST(NightCoverage, SaysWhyItIsMissing) {
  NightRecord record;
  record.coverage.unavailable = "llvm-cov is missing";
  EXPECT_NE(NightText(record).find("coverage unavailable: llvm-cov is missing"), std::string::npos);
  EXPECT_NE(NightHtml(record).find("Unavailable: llvm-cov is missing"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(NightJson(record))["coverage"]["unavailable"],
            "llvm-cov is missing");
}

// Programs without a profile, and no programs at all.
TEST(NightCoverage, OfProgramsThatCountNothingIsUnavailable) {
  namespace fs = std::filesystem;
  const std::string folder = testing::TempDir() + "night_coverage";
  fs::remove_all(folder);
  const StateFolder state(folder + "/state");
  ASSERT_TRUE(state.Make());
  fs::create_directories(state.Corpus("raw_vm"));
  const NightCoverage none = MeasureCoverage(folder, state, {"raw_vm"}, folder + "/out");
  EXPECT_NE(none.unavailable.find("replay_<target>"), std::string::npos) << none.unavailable;
  fs::copy_file("/bin/true", folder + "/replay_raw_vm");
  const NightCoverage silent = MeasureCoverage(folder, state, {"raw_vm"}, folder + "/out");
  EXPECT_FALSE(silent.unavailable.empty());
  EXPECT_TRUE(silent.files.empty());
  fs::remove_all(folder);
}

}  // namespace
}  // namespace pickleproof
