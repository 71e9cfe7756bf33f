#include "harness/history/history.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "harness/history/schema.h"
#include "harness/history/state_folder.h"

namespace pickleproof {
namespace {

class HistoryTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "history_test_" + std::to_string(getpid()) + ".sqlite";
    Remove();
  }
  void TearDown() override { Remove(); }
  void Remove() const {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
  }
  History Open() const {
    auto history = History::Open(path_);
    EXPECT_TRUE(history) << history.error().message;
    return std::move(*history);
  }
  std::string path_;
};

FindingRow Finding(std::string id, std::string hex) {
  FindingRow finding;
  finding.id = std::move(id);
  finding.signature = "_pickle pickle.py value - INT";
  finding.what = "value";
  finding.left = "_pickle";
  finding.right = "pickle.py";
  finding.hex = std::move(hex);
  finding.explanation = "strtol";
  finding.target = "reader_differential";
  finding.outcomes = {{"z", "accept 8"}, {"a", "reject ValueError"}};
  return finding;
}

TEST_F(HistoryTest, AFindingIsNewOnceAndCountedEverAfter) {
  History history = Open();
  EXPECT_EQ(*history.See(Finding("a", "4e2e"), 0), true);
  EXPECT_EQ(*history.See(Finding("a", "4e2e"), 0, 3), false);
  EXPECT_EQ(*history.See(Finding("b", "4e2e"), 0), true);
  const auto findings = history.Findings();
  ASSERT_TRUE(findings);
  ASSERT_EQ(findings->size(), 2U);
  EXPECT_EQ(findings->at(0).count, 4);
  EXPECT_FALSE(findings->at(0).first_seen.empty());
  EXPECT_EQ(findings->at(0).outcomes, Finding("a", "").outcomes);
}

TEST_F(HistoryTest, ASmallerInputReplacesALargerOneOnly) {
  History history = Open();
  ASSERT_TRUE(history.See(Finding("a", "4e4e2e"), 0));
  FindingRow smaller = Finding("a", "4e2e");
  smaller.explanation = "smaller";
  ASSERT_TRUE(history.See(smaller, 0));
  FindingRow larger = Finding("a", "4e4e4e2e");
  larger.explanation = "larger";
  ASSERT_TRUE(history.See(larger, 0));
  const auto findings = history.Findings();
  ASSERT_TRUE(findings);
  EXPECT_EQ(findings->at(0).hex, "4e2e");
  EXPECT_EQ(findings->at(0).explanation, "smaller");
}

TEST_F(HistoryTest, AFindingSaysInWhichVersionsItsInputShows) {
  History history = Open();
  FindingRow finding = Finding("a", "4e4e2e");
  finding.versions = {{"3.10", true}, {"3.9", false}};
  ASSERT_TRUE(history.See(finding, 0));
  ASSERT_TRUE(history.SetVersions("a", {{"3.11", false}, {"3.10", false}}));
  EXPECT_EQ(history.Findings()->at(0).versions,
            (std::vector<VersionShow>{{"3.9", false}, {"3.10", false}, {"3.11", false}}));
  FindingRow smaller = Finding("a", "4e2e");
  smaller.versions = {{"3.9", true}};
  ASSERT_TRUE(history.See(smaller, 0));
  EXPECT_EQ(history.Findings()->at(0).versions, smaller.versions) << "of the other input";
}

TEST_F(HistoryTest, RunsKeepTheirProgress) {
  History history = Open();
  const auto run = history.BeginRun("fuzz", "raw_vm", "./pickleproof fuzz raw_vm", "3.9");
  ASSERT_TRUE(run);
  EXPECT_EQ(history.Runs()->at(0).python, "3.9");
  RunProgress progress;
  progress.seconds = 1.5;
  progress.executions = 1000;
  progress.coverage = 17;
  ASSERT_TRUE(history.Update(*run, progress));
  ASSERT_TRUE(history.SetVerdicts(*run, {{{"ours", "accept"}, 7}}));
  EXPECT_EQ(history.Runs()->at(0).progress, progress);
  EXPECT_EQ(history.Runs()->at(0).ended, "");
  progress.executions = 2000;
  ASSERT_TRUE(history.EndRun(*run, progress));
  EXPECT_EQ(history.Runs()->at(0).progress.executions, 2000);
  EXPECT_NE(history.Runs()->at(0).ended, "");
  const auto next = history.BeginRun("fuzz", "raw_vm", "");
  ASSERT_TRUE(next);
  ASSERT_EQ(history.RunsBefore(*next, "fuzz", "raw_vm")->size(), 1U);
  EXPECT_EQ(history.RunsBefore(*next, "fuzz", "raw_vm")->at(0).id, *run);
  EXPECT_TRUE(history.RunsBefore(*next, "fuzz", "notation")->empty());
}

TEST_F(HistoryTest, OlderFilesAreMigratedWithWhatTheyHold) {
  {
    auto database = Database::Open(path_);
    ASSERT_TRUE(database && Migrate(*database, 1));
    ASSERT_TRUE(database->Run(
        "INSERT INTO runs (kind, target, command, started) VALUES ('fuzz', 't', 'c', 's')"));
    ASSERT_FALSE(database->Query("SELECT * FROM samples"));
    ASSERT_FALSE(database->Query("SELECT * FROM versions"));
  }
  History history = Open();
  EXPECT_EQ(history.Runs()->size(), 1U);
  EXPECT_EQ(history.Runs()->at(0).python, "");
  EXPECT_TRUE(history.See(Finding("a", "4e2e"), 1));
  EXPECT_TRUE(history.SetVersions("a", {{"3.9", true}}));
  EXPECT_TRUE(history.Update(1, {}));
}

TEST_F(HistoryTest, ANewerFileIsRefused) {
  {
    auto database = Database::Open(path_);
    ASSERT_TRUE(database && database->Run("PRAGMA user_version = 99"));
  }
  const auto history = History::Open(path_);
  ASSERT_FALSE(history);
  EXPECT_NE(history.error().message.find("schema version 99"), std::string::npos);
}

// Tells each finding that was written through the pipe, until it is killed.
[[noreturn]] void WriteForEver(const std::string& path, int pipe) {
  auto history = History::Open(path);
  if (!history) _exit(3);
  const auto run = history->BeginRun("fuzz", "t", "c");
  for (int64_t i = 1;; ++i) {
    RunProgress progress;
    progress.executions = i;
    if (!run || !history->See(Finding(std::to_string(i), "4e2e"), *run)) _exit(4);
    if (!history->Update(*run, progress)) _exit(5);
    if (write(pipe, &i, sizeof i) != static_cast<ssize_t>(sizeof i)) _exit(6);
  }
}

TEST_F(HistoryTest, AKilledWriterLosesNothingThatItWrote) {
  for (const int64_t at_least : {1, 40, 160}) {
    SCOPED_TRACE(at_least);
    Remove();
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      WriteForEver(path_, ends[1]);
    }
    close(ends[1]);
    int64_t told = 0;
    while (told < at_least && read(ends[0], &told, sizeof told) > 0) {
    }
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
    while (read(ends[0], &told, sizeof told) > 0) {
    }
    close(ends[0]);
    History history = Open();
    EXPECT_EQ(AsText(history.database().Query("PRAGMA integrity_check")->at(0).at(0)), "ok");
    const auto findings = history.Findings();
    ASSERT_TRUE(findings);
    EXPECT_GE(static_cast<int64_t>(findings->size()), told);
    EXPECT_LE(static_cast<int64_t>(findings->size()), told + 1);
    EXPECT_GE(history.Runs()->at(0).progress.executions, told);
  }
}

// SCHEMA.md as it is: version, tables, columns in order.
TEST_F(HistoryTest, TheDocumentNamesEveryTableAndColumn) {
  std::ifstream file(PICKLEPROOF_SOURCE_DIR "/harness/history/SCHEMA.md");
  ASSERT_TRUE(file);
  std::map<std::string, std::vector<std::string>> documented;
  std::string table;
  std::string text;
  for (std::string line; std::getline(file, line); text += line + "\n") {
    if (line.starts_with("## ")) table = line.substr(3);
    if (table.empty() || !line.starts_with("| ") || line.starts_with("| column") ||
        line.starts_with("| ---")) {
      continue;
    }
    documented[table].push_back(line.substr(2, line.find(" |") - 2));
  }
  EXPECT_NE(text.find("which is **" + std::to_string(SchemaVersion()) + "**"), std::string::npos);
  History history = Open();
  std::map<std::string, std::vector<std::string>> real;
  const auto tables =
      history.database().Query("SELECT name FROM sqlite_master WHERE type = 'table'");
  ASSERT_TRUE(tables);
  for (const SqlRow& row : *tables) {
    const std::string name = AsText(row[0]);
    for (const SqlRow& column : *history.database().Query("PRAGMA table_info(" + name + ")")) {
      real[name].push_back(AsText(column[1]));
    }
  }
  EXPECT_EQ(documented, real);
}

TEST(StateFolder, FindingIdsAreTwelveHexDigits) {
  EXPECT_TRUE(IsFindingId("0123456789ab"));
  for (const char* word : {"", "0123456789a", "0123456789AB", "0123456789abc", "corpus/a.pkl"}) {
    EXPECT_FALSE(IsFindingId(word)) << word;
  }
}

TEST(StateFolder, MakeMakesTheFoldersAndSaysWhereItCannot) {
  const std::string path = testing::TempDir() + "state_test_" + std::to_string(getpid());
  const StateFolder state(path);
  ASSERT_TRUE(state.Make());
  for (const std::string& folder : {state.Stats(), state.Candidates(), state.Crashes()}) {
    EXPECT_TRUE(std::filesystem::is_directory(folder)) << folder;
  }
  std::ofstream(path + "/file") << "x";
  EXPECT_FALSE(StateFolder(path + "/file").Make());
  std::filesystem::remove_all(path);
}

}  // namespace
}  // namespace pickleproof
