#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "oracles/requirements/requirements_run.h"
#include "oracles/requirements/requirements_text.h"

namespace pickleproof {
namespace {

using std::chrono_literals::operator""s;

constexpr int kRequirements = 193;

// The CPython that is embedded, without cloudpickle and dill.
PythonProgram Embedded() {
  std::vector<PythonProgram> found = FindInterpreters();
  const std::string path = std::filesystem::canonical(PICKLEPROOF_PYTHON_PROGRAM);
  if (!KeepOnly({path}, &found)) found = {{path, {3, 11, 0}, "", "", ""}};
  return found.front();
}

RequirementsOptions Options() {
  RequirementsOptions options;
  options.scripts = PICKLEPROOF_SOURCE_DIR "/oracles";
  options.processes = 2;
  return options;
}

// A file with checks, removed with the object.
class Checks {
 public:
  explicit Checks(const std::string& source)
      : path_(std::filesystem::temp_directory_path() /
              ("pickleproof-checks-" + std::to_string(getpid()) + ".py")) {
    std::ofstream(path_) << source;
  }
  Checks(const Checks&) = delete;
  Checks& operator=(const Checks&) = delete;
  ~Checks() { std::filesystem::remove(path_); }
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST(Requirements, EveryNumberIsThereOnceWithItsSourceAndNoneFails) {
  const RequirementsResult result = CheckRequirements({Embedded()}, Options());
  EXPECT_EQ(result.problems, std::vector<std::string>());
  std::vector<int> numbers;
  for (const Requirement& one : result.requirements) {
    SCOPED_TRACE(one.number);
    numbers.push_back(one.number);
    EXPECT_FALSE(one.sentence.empty());
    EXPECT_FALSE(one.source.empty());
    EXPECT_EQ(one.seed.find('S'), 0U);
    EXPECT_FALSE(one.phrase.empty());
  }
  std::vector<int> expected(kRequirements);
  std::iota(expected.begin(), expected.end(), 1);
  EXPECT_EQ(numbers, expected);
  EXPECT_EQ(result.cells.size(), numbers.size());
  EXPECT_EQ(RequirementDetails(result, RequirementVerdict::kFails), "");
  EXPECT_GT(result.Count(RequirementVerdict::kHolds), 100U);
  EXPECT_GT(result.Count(RequirementVerdict::kContradicted), 15U);
}

TEST(Requirements, Python2AnswersWhatTheOthersSendThere) {
  std::vector<PythonProgram> asked = FindInterpreters();
  if (!KeepOnly({"2.7"}, &asked)) GTEST_SKIP() << "no Python 2.7 was found";
  asked.resize(1);
  asked.push_back(Embedded());
  const RequirementsResult result = CheckRequirements(asked, Options());
  for (const RequirementCell& cell : result.cells) {
    if (cell.interpreter != 0) continue;
    EXPECT_TRUE(cell.verdict == RequirementVerdict::kHolds ||
                cell.verdict == RequirementVerdict::kContradicted ||
                cell.verdict == RequirementVerdict::kElsewhere)
        << "R" << cell.number << ": " << Name(cell.verdict) << " " << cell.detail;
  }
  EXPECT_EQ(result.Count(RequirementVerdict::kElsewhere), 0U);
}

constexpr const char* kPlanted = R"(
import os, time
from requirements.registry import (AS_WRITTEN, Unavailable, not_checkable, of_cloudpickle, python2,
                                   requirement)

@requirement(1, "Holds.", "nowhere")
def _():
    print("what is printed is no answer")

@requirement(2, "Planted.", "nowhere")
def _():
    assert 1 + 1 == 3, "planted"

@requirement(3, "Hangs.", "nowhere")
def _():
    time.sleep(60)

@requirement(4, "Dies.", "nowhere")
def _():
    os.abort()

@requirement(5, "Goes on.", "nowhere", contradicted="it is otherwise")
def _():
    pass

@requirement(6, "As written here.", "nowhere", contradicted="elsewhere it is otherwise")
def _():
    return AS_WRITTEN

@requirement(7, "Lacks something.", "nowhere")
def _():
    raise Unavailable("lacking")

not_checkable(8, "Can't be.", "nowhere", "nobody knows how")
python2(9, "About another.", "nowhere")
)";

TEST(Requirements, ACheckThatFailsHangsOrDiesIsReportedAndTheRestGoOn) {
  const Checks checks(kPlanted);
  RequirementsOptions options = Options();
  options.checks = checks.path();
  options.patience = 2s;
  const RequirementsResult result = CheckRequirements({Embedded()}, options);
  using enum RequirementVerdict;
  const std::vector<RequirementVerdict> expected = {kHolds,       kFails,        kFails,
                                                    kFails,       kContradicted, kHolds,
                                                    kUnavailable, kNotCheckable, kElsewhere};
  ASSERT_EQ(result.cells.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(result.cells[i].verdict, expected[i]) << "R" << i + 1 << result.cells[i].detail;
  }
  EXPECT_EQ(result.cells[1].detail.find("AssertionError: planted"), 0U) << result.cells[1].detail;
  EXPECT_EQ(result.cells[2].detail, "no answer in 2 s");
  EXPECT_EQ(result.cells[3].detail.find("the process ended with SIGABRT"), 0U)
      << result.cells[3].detail;
  EXPECT_EQ(result.cells[6].detail, "lacking");
  EXPECT_EQ(result.Count(kFails), 3U);
}

TEST(Requirements, AnInterpreterThatSaysNothingFailsInEveryCell) {
  RequirementsOptions options = Options();
  options.numbers = {13, 45};
  const PythonProgram mute{"/bin/false", {3, 99, 0}, "", "", ""};
  const RequirementsResult result = CheckRequirements({Embedded(), mute}, options);
  ASSERT_EQ(result.cells.size(), 4U);
  EXPECT_EQ(result.cells[0].verdict, RequirementVerdict::kHolds);
  EXPECT_EQ(result.cells[1].verdict, RequirementVerdict::kFails);
  EXPECT_EQ(result.verdict(45), RequirementVerdict::kFails);
  EXPECT_EQ(result.problems.size(), 1U);
  EXPECT_TRUE(CheckRequirements({mute}, options).requirements.empty());
}

RequirementsResult Sample() {
  RequirementsResult result;
  result.interpreters = {{"/a", {3, 8, 0}, "", "", ""}, {"/b", {3, 9, 0}, "", "", ""}};
  result.requirements = {{1, "All is well.", "manual", "S1:2", "well", ""},
                         {2, "Two is three.", "manual", "S1:3", "three", "two is two"}};
  result.cells = {{1, 0, RequirementVerdict::kHolds, ""},
                  {1, 1, RequirementVerdict::kFails, "it is not"},
                  {2, 0, RequirementVerdict::kContradicted, ""},
                  {2, 1, RequirementVerdict::kHolds, ""}};
  return result;
}

TEST(RequirementText, ALineHasACharacterPerInterpreter) {
  const std::string text = RequirementLines(Sample());
  EXPECT_NE(text.find("R1    =X All is well.\nR2    != Two is three.\n"), std::string::npos)
      << text;
}

TEST(RequirementText, ContradictionsSayBothAndWhere) {
  EXPECT_EQ(RequirementDetails(Sample(), RequirementVerdict::kContradicted),
            "  R2 manual (S1:3, \"three\")\n    says:   Two is three.\n"
            "    really: two is two [so on 3.8.0]\n");
  EXPECT_EQ(RequirementDetails(Sample(), RequirementVerdict::kFails),
            "  R1 manual (S1:2, \"well\")\n    says:   All is well.\n"
            "    fails: it is not [so on 3.9.0]\n");
}

TEST(RequirementText, TheSummaryCountsRequirementsByTheirWorst) {
  EXPECT_EQ(
      RequirementSummary(Sample()),
      "2 requirements: 2 checked on 2 interpreters, 0 hold, 1 contradicted by behaviour, 0 not "
      "checkable, 1 FAIL\n");
}

}  // namespace
}  // namespace pickleproof
