// Replays corpus/regressions, and the handling of its index.

#include "harness/reduce/regressions.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

#include "harness/reduce/finding_report.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

const std::string kFolder = PICKLEPROOF_SOURCE_DIR "/corpus/regressions";

std::string ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(Regressions, EveryReaderAnswersAsRecorded) {
  const auto regressions = ReadRegressions(kFolder);
  ASSERT_TRUE(regressions) << regressions.error().message;
  EXPECT_GE(regressions->size(), 30U);
  const EngineSet set = EngineSet::Make({.largest_allocation = 16 << 20});
  auto judge = Judge::Make(set);
  ASSERT_TRUE(judge) << judge.error().message;
  for (const Regression& regression : *regressions) {
    const std::string stream = ReadBytes(kFolder + "/" + regression.slug + ".pkl");
    EXPECT_FALSE(stream.empty()) << regression.slug;
    for (const std::string& problem : CheckRegression(*judge, regression, stream)) {
      ADD_FAILURE() << problem;
    }
  }
}

TEST(Regressions, TheIndexNamesEveryFileOnce) {
  const auto regressions = ReadRegressions(kFolder);
  ASSERT_TRUE(regressions);
  std::set<std::string> named;
  for (const Regression& regression : *regressions) {
    EXPECT_TRUE(named.insert(regression.slug + ".pkl").second) << regression.slug;
    EXPECT_FALSE(regression.explanation.empty()) << regression.slug;
    EXPECT_TRUE(ParseDivergenceSignature(regression.signature)) << regression.signature;
  }
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".pkl") {
      EXPECT_TRUE(named.contains(entry.path().filename().string())) << entry.path();
    }
  }
}

TEST(Regressions, ChangedAnswersAreTold) {
  const EngineSet set = EngineSet::Make({.largest_allocation = 16 << 20});
  auto judge = Judge::Make(set);
  ASSERT_TRUE(judge);
  Regression regression{"int", "_pickle pickle.py verdict accept|ValueError INT", "why", {}};
  for (const auto& [engine, outcome] : judge->Answers("I010\n.")) {
    regression.answers[engine] = RecordedAnswer(outcome);
  }
  EXPECT_TRUE(CheckRegression(*judge, regression, "I010\n.").empty());
  EXPECT_GE(CheckRegression(*judge, regression, "I10\n.").size(), 2U);
  regression.answers["pickleproof as _pickle"] = "accept 9";
  EXPECT_EQ(CheckRegression(*judge, regression, "I010\n.").size(), 1U);
}

TEST(Regressions, AddingKeepsTheIndexSortedAndReplaces) {
  const std::string folder = testing::TempDir() + "regressions_" + std::to_string(getpid());
  ASSERT_TRUE(
      AddRegression(folder, {"b", "_pickle pickle.py value - INT", "why", {{"e", "x"}}}, "N."));
  ASSERT_TRUE(AddRegression(folder, {"a", "s", "why", {}, {{"3.9", true}, {"3.10", false}}}, "N."));
  ASSERT_TRUE(AddRegression(folder, {"b", "s", "because", {}}, "NN."));
  const auto regressions = ReadRegressions(folder);
  ASSERT_TRUE(regressions);
  ASSERT_EQ(regressions->size(), 2U);
  EXPECT_EQ(regressions->at(0).slug, "a");
  EXPECT_EQ(regressions->at(0).versions,
            (std::vector<VersionShow>{{"3.9", true}, {"3.10", false}}));
  EXPECT_TRUE(regressions->at(1).versions.empty());
  EXPECT_EQ(regressions->at(1).explanation, "because");
  EXPECT_EQ(ReadBytes(folder + "/b.pkl"), "NN.");
  std::ofstream(folder + "/index.json") << "{";
  EXPECT_FALSE(ReadRegressions(folder));
  fs::remove_all(folder);
}

TEST(SlugOf, IsLowerCaseWordsWithDashes) {
  EXPECT_EQ(SlugOf("_pickle pickle.py value - INT"), "pickle-pickle-py-value-int");
}

}  // namespace
}  // namespace pickleproof
