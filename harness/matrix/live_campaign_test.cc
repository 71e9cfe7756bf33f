// The live campaign against the real picklers, and against one with a planted bug
// (planted/pickleproof.py), which it must find and shrink.

#include "harness/matrix/live_campaign.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "oracles/live/test_python.h"

namespace pickleproof {
namespace {

LivePython PythonOf(const PythonProgram& interpreter, std::string modules) {
  LivePython python;
  python.python = interpreter.environment_python;
  python.minor = interpreter.version.minor;
  python.modules = std::move(modules);
  return python;
}

class LiveCampaign : public testing::Test {
 protected:
  void SetUp() override {
    const PythonProgram python = PythonForTests();
    if (python.environment_python.empty()) {
      GTEST_SKIP() << "no cloudpickle: " << python.unavailable << python.environment_missing;
    }
    options_.home = PythonOf(python, ModuleFolder());
    options_.scripts = ScriptsFolder();
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
  EXPECT_EQ(groups, (std::set<std::string>{"live", "live/" + home, "live/" + away,
                                           "live/" + home + "-to-" + away,
                                           "live/" + away + "-to-" + home}));
  // Four sources, two readers; six writers, and the project's own at home.
  EXPECT_EQ(across, 4U * 2 * (6 + 7));
  EXPECT_TRUE(labelled);
}

class LiveReleases : public LiveCampaign {
 protected:
  void SetUp() override {
    LiveCampaign::SetUp();
    const PythonProgram oldest = PythonForTests(Libraries::kOldest);
    if (oldest.environment_python.empty()) GTEST_SKIP() << oldest.environment_missing;
    options_.others = {PythonOf(oldest, "")};
    options_.others[0].libraries = Libraries::kOldest;
    home_ = options_.home.Name();
    away_ = options_.others[0].Name();
  }

  // The oldest releases in place of the newest, under a planted bug of ours, which then is the only
  // difference between the two.
  void PlantAway() {
    options_.others[0].python = options_.home.python;
    options_.others[0].modules = PICKLEPROOF_SOURCE_DIR "/harness/matrix/planted";
    options_.protocols = {4};
  }

  std::string home_, away_;
};

TEST_F(LiveReleases, AreReadAcrossAndByThemselves) {
  options_.sources = 8;
  const auto run = RunLiveCampaign(options_);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->record.unexplained_witnesses, 0U) << Unexplained(run->record);
  std::map<std::string, std::set<std::string>> writers;
  std::map<std::string, Counts> counts;
  for (const auto& [key, cell] : run->record.cells) {
    writers[key.group].insert(key.writer);
    counts[key.group] += cell;
  }
  // The standard library's picklers are the same in both.
  const std::set<std::string> libraries = {"cloudpickle", "dill", "dill-byref", "dill-recurse"};
  std::set<std::string> and_ours = libraries;
  and_ours.insert("pickleproof");
  EXPECT_EQ(writers.extract("live").mapped(), writers.extract("live/" + home_).mapped());
  EXPECT_EQ(writers, (std::map<std::string, std::set<std::string>>{
                         {"live/" + away_, libraries},
                         {"live/" + away_ + "-to-" + home_, libraries},
                         {"live/" + home_ + "-to-" + away_, and_ours}}));
  EXPECT_EQ(counts["live/" + away_].Total(), 8U * 4);
  EXPECT_EQ(counts["live/" + home_ + "-to-" + away_].Total(), 8U * 5);
  EXPECT_GT(counts["live/" + away_].agree, 0U);
  EXPECT_GT(counts["live/" + away_ + "-to-" + home_].agree, 0U);
  EXPECT_TRUE(std::ranges::any_of(run->record.reasons, [](const Reason& reason) {
    return reason.name == "documented-as-unsupported/cloudpickle-releases";
  }));
}

TEST_F(LiveReleases, InPlaceOfTheNewestAreAskedEverything) {
  options_.home = options_.others[0];
  options_.home.modules = ModuleFolder();
  options_.others.clear();
  options_.sources = 8;
  const auto run = RunLiveCampaign(options_);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->record.unexplained_witnesses, 0U) << Unexplained(run->record);
  EXPECT_EQ(run->tally.sources, 8U);
  EXPECT_EQ(run->tally.writers.count("pickleproof"), 0U);
  EXPECT_EQ(run->tally.writers.count("cloudpickle"), 1U);
}

TEST_F(LiveReleases, ABugOfOneOfThemIsFoundInItsOwnGroups) {
  PlantAway();
  options_.sources = 25;
  const auto run = RunLiveCampaign(options_);
  ASSERT_TRUE(run) << run.error().message;
  std::set<std::string> groups;
  for (const auto& [signature, difference] : run->record.differences) {
    if (signature.explained_by.empty()) groups.insert(signature.group);
  }
  EXPECT_EQ(groups, (std::set<std::string>{"live/" + away_, "live/" + away_ + "-to-" + home_}))
      << Unexplained(run->record);
}

TEST_F(LiveReleases, ABugOfOneOfThemIsShrunk) {
  PlantAway();
  Source source;
  source.parts.push_back({"def d1(a):\n    return a + 1\n", {}});
  source.parts.push_back({"def d2(a, b=2 ** 70):\n    return (a, b)\n", {}});
  source.parts.push_back({"root = {}\nroot['d1'] = d1\nroot['d2'] = d2\n", {}});
  source.probes.push_back({"x['d1'](4)", {}});
  source.probes.push_back({"x['d2'](4)", {}});
  EXPECT_FALSE(ShrinkLiveDifference(options_, source));
  const auto small = ShrinkVersionDifference(options_, source);
  ASSERT_TRUE(small) << small.error().message;
  EXPECT_EQ(small->Text(),
            "def d2(a, b=2 ** 70):\n    return (a, b)\nroot = {}\nroot['d2'] = d2\n");
}

}  // namespace
}  // namespace pickleproof
