#include "oracles/picklability/row_table.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

class Rows : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "pickleproof-rows-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  Result<std::vector<TableRow>> Read(const std::string& text) {
    std::ofstream(folder_ / "a.toml") << text;
    return ReadRows(folder_.string());
  }

  fs::path folder_;
};

TEST_F(Rows, ACaseTakesFromItsRowWhatItDoesNotSay) {
  const auto rows = Read(R"(
[[row]]
id = 7
kind = "k"
home = "module"
probe = "x.n"
expect = { pickle = "V", dill = "D" }
explained = [{ case = "b", pickler = ["py", "recurse"], when = "p0 3.8", treatment = "R", why = "known" }]
case.a = "5"
case.b = { source = "obj = 6", alone = true, since = 11, probe = ["x", "x + 1"], timeout = 2, protocols = [4, 5], why = "none below", expect = { pickle = "R" } }
)");
  ASSERT_TRUE(rows.has_value()) << rows.error().message;
  ASSERT_EQ(rows->size(), 1U);
  const TableRow& row = rows->front();
  ASSERT_EQ(row.cases.size(), 2U);
  const RowCase& a = row.cases[0];
  EXPECT_EQ(a.source, "obj = 5\n");
  EXPECT_TRUE(a.importable);
  EXPECT_FALSE(a.alone);
  EXPECT_EQ(a.probes, std::vector<std::string>{"x.n"});
  EXPECT_EQ(a.protocols.size(), 6U);
  // py and cloudpickle follow pickle, recurse follows dill.
  const char* expected[] = {"V", "V", "V", "D", "D"};
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(a.expected[i].At(0, {3, 8, 0}), std::vector<std::string>{expected[i]}) << i;
  }
  const RowCase& b = row.cases[1];
  EXPECT_TRUE(b.alone);
  EXPECT_EQ(b.oldest_minor, 11);
  EXPECT_EQ(b.timeout, 2);
  EXPECT_EQ(b.protocols, (std::vector<int>{4, 5}));
  EXPECT_EQ(b.inapplicable, "none below");
  EXPECT_EQ(b.expected[3].At(4, {3, 11, 0}), std::vector<std::string>{"R"});
  ASSERT_EQ(row.explanations.size(), 1U);
  EXPECT_EQ(row.explanations[0].picklers,
            (std::vector{TablePickler::kPicklePy, TablePickler::kDillRecurse}));
  EXPECT_TRUE(row.explanations[0].condition.Holds(0, {3, 8, 1}));
  EXPECT_FALSE(row.explanations[0].condition.Holds(1, {3, 8, 1}));
}

TEST_F(Rows, OfAStreamDillFollowsPickle) {
  const auto rows = Read(R"(
[[row]]
id = 1
kind = "k"
expect = { pickle = "V", py = "Xl" }
case.a = { stream = "b'N.'" }
)");
  ASSERT_TRUE(rows.has_value()) << rows.error().message;
  EXPECT_EQ((*rows)[0].cases[0].expected[3].At(0, {3, 8, 0}), std::vector<std::string>{"V"});
}

TEST_F(Rows, WhatIsWrongIsOneLineWithFileAndRow) {
  const std::string head = "[[row]]\nid = 5\n";
  const std::string good = head + "kind = 'k'\nexpect = { pickle = 'V' }\n";
  struct Row {
    const char* name;
    std::string text;
    const char* message;
  };
  const Row rows[] = {
      {"no TOML", "[[row]\n", "a.toml:1: "},
      {"no row", "x = 1\n", "a.toml: no [[row]]"},
      {"no kind", head + "case.a = '5'\n", "a.toml: row 5: kind is missing"},
      {"no case", good, "a.toml: row 5: a row needs a case"},
      {"unknown key", good + "pickler = 1\ncase.a = '5'\n", "a.toml: row 5: no key 'pickler'"},
      {"unknown key of a case", good + "case.a = { sauce = '5' }\n",
       "a.toml: row 5: case a: no key 'sauce'"},
      {"nothing to do", good + "case.a = { probe = 'x' }\n",
       "a.toml: row 5: case a: a case needs a source, a stream or a check"},
      {"no expectation", head + "kind = 'k'\ncase.a = '5'\n",
       "a.toml: row 5: case a: expect is missing"},
      {"no pickle", head + "kind = 'k'\nexpect = { dill = 'V' }\ncase.a = '5'\n",
       "a.toml: row 5: case a: expect.pickle is missing"},
      {"a wrong expectation", head + "kind = 'k'\nexpect = { pickle = 'W' }\ncase.a = '5'\n",
       "a.toml: row 5: case a: 'W' is no treatment"},
      {"an unknown pickler in expect",
       head + "kind = 'k'\nexpect = { pickle = 'V', cpickle = 'V' }\ncase.a = '5'\n",
       "a.toml: row 5: case a: no key 'cpickle'"},
      {"protocols without a reason", good + "protocols = [2]\ncase.a = '5'\n",
       "a.toml: row 5: case a: protocols need a why"},
      {"an explanation without a reason",
       good + "explained = [{ treatment = 'D' }]\ncase.a = '5'\n",
       "a.toml: row 5: an explanation needs a treatment and a why"},
      {"an explanation for nobody",
       good + "explained = [{ pickler = 'x', treatment = 'D', why = 'w' }]\ncase.a = '5'\n",
       "a.toml: row 5: no pickler 'x'"},
      {"the same id twice", good + "case.a = '5'\n" + good + "case.a = '5'\n",
       "row 5 is there twice"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto read = Read(row.text);
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, ErrorCode::kSyntax);
    EXPECT_NE(read.error().message.find(row.message), std::string::npos) << read.error().message;
    EXPECT_EQ(read.error().message.find('\n'), std::string::npos) << read.error().message;
  }
}

TEST_F(Rows, AFolderThatIsNotThereIsAnError) {
  const auto read = ReadRows((folder_ / "absent").string());
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, ErrorCode::kIo);
}

TEST(RowTable, HasEveryRowFrom1To237AndNoExplanationWithoutItsCase) {
  const auto rows = ReadRows(PICKLEPROOF_SOURCE_DIR "/oracles/picklability/rows");
  ASSERT_TRUE(rows.has_value()) << rows.error().message;
  ASSERT_EQ(rows->size(), 237U);
  for (size_t i = 0; i < rows->size(); ++i) {
    const TableRow& row = (*rows)[i];
    EXPECT_EQ(row.id, static_cast<int>(i) + 1);
    for (const RowExplanation& explanation : row.explanations) {
      EXPECT_TRUE(explanation.case_name.empty() ||
                  std::ranges::find(row.cases, explanation.case_name, &RowCase::name) !=
                      row.cases.end())
          << row.id << " explains " << explanation.case_name;
    }
  }
}

}  // namespace
}  // namespace pickleproof
