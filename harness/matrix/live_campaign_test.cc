// The live campaign against the real picklers, and against one with a planted bug
// (planted/pickleproof.py), which it must find and shrink.

#include "harness/matrix/live_campaign.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "oracles/live/test_python.h"

namespace pickleproof {
namespace {

LivePython PythonOf(const PythonProgram& interpreter, std::string modules) {
  return {interpreter.environment_python, interpreter.version.minor, std::move(modules)};
}

class LiveCampaign : public testing::Test {
 protected:
  void SetUp() override {
    const PythonProgram python = PythonForTests();
    if (python.environment_python.empty()) {
      GTEST_SKIP() << "no cloudpickle: " << python.unavailable << python.environment_missing;
    }
    options_.home = PythonOf(python, PICKLEPROOF_MODULE_FOLDER);
    options_.scripts = PICKLEPROOF_SOURCE_DIR "/oracles";
    options_.protocols = {2, 4};
  }

  void Plant() { options_.home.modules = PICKLEPROOF_SOURCE_DIR "/harness/matrix/planted"; }

  LiveCampaignOptions options_;
};

std::string Unexplained(const RunRecord& record) {
  std::string text;
  for (const auto& [signature, difference] : record.differences) {
    if (!signature.explained_by.empty()) continue;
    text += signature.group + ": " + signature.writer + " to " + signature.right + " at " +
            difference.witness.path + " " + difference.witness.path_right + "\n" +
            difference.witness.left.graph;
  }
  return text;
}

TEST_F(LiveCampaign, RealPicklersLeaveNothingUnexplainedAndAreAllAsked) {
  options_.sources = 12;
  options_.seed = 3;
  const auto run = RunLiveCampaign(options_);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->record.unexplained_witnesses, 0U) << Unexplained(run->record);
  EXPECT_EQ(run->tally.sources, 12U);
  std::set<std::string> writers, readers;
  uint64_t cells = 0;
  for (const auto& [key, counts] : run->record.cells) {
    EXPECT_EQ(key.group, kLiveGroup);
    writers.insert(key.writer);
    readers.insert(key.reader);
    cells += counts.Total();
  }
  EXPECT_EQ(cells, run->tally.cells);
  EXPECT_EQ(writers, (std::set<std::string>{"_pickle", "pickle.py", "cloudpickle", "pickleproof",
                                            "dill", "dill-recurse", "dill-byref"}));
  EXPECT_EQ(readers,
            (std::set<std::string>{"_pickle", "pickle.py", "cloudpickle", "dill", "pickleproof",
                                   "pickleproof/other-protocol", "pickleproof-live"}));
  EXPECT_EQ(run->tally.writers.at("cloudpickle").sources, 12U);
  EXPECT_GE(run->tally.writers.at("cloudpickle").reached, 10U);
  EXPECT_LT(run->tally.writers.at("_pickle").reached, 6U);
}

TEST_F(LiveCampaign, ReasonsCountEachCellOnce) {
  options_.sources = 6;
  const auto run = RunLiveCampaign(options_);
  ASSERT_TRUE(run) << run.error().message;
  uint64_t explained = 0, counted = 0;
  for (const auto& [key, counts] : run->record.cells) {
    explained += counts.explained + counts.unsupported;
  }
  for (const Reason& reason : run->record.reasons) counted += reason.count;
  EXPECT_GT(explained, 0U);
  EXPECT_EQ(counted, explained);
}

TEST_F(LiveCampaign, FindsThePlantedBugAndNothingElse) {
  Plant();
  options_.sources = 25;
  options_.protocols = {4};
  const auto run = RunLiveCampaign(options_);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_GT(run->record.unexplained_witnesses, 0U);
  for (const auto& [signature, difference] : run->record.differences) {
    if (!signature.explained_by.empty()) continue;
    EXPECT_EQ(signature.writer, "pickleproof") << Unexplained(run->record);
    EXPECT_NE(difference.witness.left.graph.find("2 ** 70"), std::string::npos);
  }
}

TEST_F(LiveCampaign, ShrinksThePlantedBugToOneDefinition) {
  Plant();
  options_.protocols = {4};
  Source source;
  source.parts.push_back({"def d1(a):\n    return a + 1\n", {}});
  source.parts.push_back({"def d2(a, b=2 ** 70):\n    'Text.'\n    return (a, b)\n", {}});
  source.parts.push_back({"d3 = [1, 2, d1]\n", {}});
  source.parts.push_back(
      {"root = {}\nroot['d1'] = d1\nroot['d2'] = d2\nroot['d3'] = d3\nroot['d4'] = [d1, d2]\n",
       {}});
  source.probes.push_back({"x['d1'](4)", {}});
  source.probes.push_back({"x['d2'](4)", {}});
  source.probes.push_back({"x['d3'][2](9)", {}});
  source.probes.push_back({"x['d4'][1] is x['d2']", {}});
  const auto small = ShrinkLiveDifference(options_, source);
  ASSERT_TRUE(small) << small.error().message;
  ASSERT_EQ(small->probes.size(), 1U) << small->Program();
  EXPECT_EQ(small->probes[0].expression, "x['d2'](4)");
  EXPECT_EQ(small->Text(),
            "def d2(a, b=2 ** 70):\n    return (a, b)\nroot = {}\nroot['d2'] = d2\n");
}

TEST_F(LiveCampaign, WhatShowsNothingCanNotBeShrunk) {
  options_.protocols = {4};
  EXPECT_FALSE(ShrinkLiveDifference(options_, SourceFromSeed(1)));
}

TEST_F(LiveCampaign, OtherVersionsHaveGroupsOfTheirOwn) {
  const std::vector<PythonProgram> others = OtherPythonsForTests();
  if (others.empty()) GTEST_SKIP() << "no other version of CPython with cloudpickle";
  const PythonProgram& other = others.back();
  options_.others = {PythonOf(other, "")};
  options_.sources = 8;
  options_.versions_every = 2;
  const auto run = RunLiveCampaign(options_);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->record.unexplained_witnesses, 0U) << Unexplained(run->record);
  std::set<std::string> groups;
  uint64_t across = 0;
  bool labelled = false;
  for (const auto& [key, counts] : run->record.cells) {
    groups.insert(key.group);
    if (key.group != kLiveGroup) across += counts.Total();
  }
  for (const Reason& reason : run->record.reasons) {
    labelled = labelled || reason.name.starts_with("documented-as-unsupported");
  }
  const std::string home = "3." + std::to_string(options_.home.minor);
  const std::string away = "3." + std::to_string(other.version.minor);
  EXPECT_EQ(groups, (std::set<std::string>{"live", "live/" + home + "-to-" + away,
                                           "live/" + away + "-to-" + home}));
  // Four sources; six writers, and the project's own at home.
  EXPECT_EQ(across, 4U * (6 + 7));
  EXPECT_TRUE(labelled);
}

}  // namespace
}  // namespace pickleproof
