#include "harness/history/database.h"

#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

class DatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "database_test_" + std::to_string(getpid()) + ".sqlite";
    Remove();
  }
  void TearDown() override { Remove(); }
  void Remove() const {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
  }
  std::string path_;
};

TEST_F(DatabaseTest, ValuesComeBackAsTheyWere) {
  auto database = Database::Open(path_);
  ASSERT_TRUE(database) << database.error().message;
  ASSERT_TRUE(database->Run("CREATE TABLE t (a, b, c, d)"));
  const std::string text("quo'te \0 and \xff", 14);
  ASSERT_TRUE(database->Run("INSERT INTO t VALUES (?, ?, ?, ?)", {int64_t{-5}, 1.5, text, {}}));
  const auto rows = database->Query("SELECT a, b, c, d FROM t");
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front(), (SqlRow{int64_t{-5}, 1.5, text, std::monostate()}));
}

TEST_F(DatabaseTest, LogIsWrittenAhead) {
  auto database = Database::Open(path_);
  ASSERT_TRUE(database);
  EXPECT_EQ(AsText(database->Query("PRAGMA journal_mode")->at(0).at(0)), "wal");
}

TEST_F(DatabaseTest, WrongStatementsAreErrors) {
  auto database = Database::Open(path_);
  ASSERT_TRUE(database);
  const auto done = database->Run("SELECT FROM nowhere");
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("syntax error"), std::string::npos) << done.error().message;
}

TEST_F(DatabaseTest, APlaceThatCannotBeIsAnError) {
  const auto database = Database::Open("/nonexistent/folder/file.sqlite");
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::kIo);
}

TEST_F(DatabaseTest, WhatIsNotCommittedHasNotHappened) {
  auto database = Database::Open(path_);
  ASSERT_TRUE(database && database->Run("CREATE TABLE t (a)"));
  {
    const Transaction transaction(*database);
    ASSERT_TRUE(database->Run("INSERT INTO t VALUES (1)"));
  }
  EXPECT_TRUE(database->Query("SELECT a FROM t")->empty());
  Transaction transaction(*database);
  ASSERT_TRUE(database->Run("INSERT INTO t VALUES (1)"));
  ASSERT_TRUE(transaction.Commit());
  EXPECT_EQ(database->Query("SELECT a FROM t")->size(), 1U);
}

}  // namespace
}  // namespace pickleproof
