#include "harness/matrix/workers.h"

#include <algorithm>
#include <csignal>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

// Answers with the items it ran; dies at one of them.
class Echo final : public Worker {
 public:
  explicit Echo(uint64_t deadly) : deadly_(deadly) {}
  void Run(uint64_t item) override {
    if (item == deadly_) std::raise(SIGKILL);
    ran_ += std::to_string(item) + " ";
  }
  std::string TakeResult() override { return std::exchange(ran_, ""); }

 private:
  uint64_t deadly_;
  std::string ran_;
};

std::multiset<std::string> ItemsOf(const WorkersResult& result) {
  std::multiset<std::string> items;
  for (const std::string& text : result.results) {
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = text.find(' ', begin);
      items.insert(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return items;
}

TEST(Workers, EveryItemRunsOnceHoweverManyProcesses) {
  for (const size_t processes : {1U, 2U, 5U}) {
    WorkersOptions options;
    options.processes = processes;
    const auto result = RunWorkers(1000, options, [] { return std::make_unique<Echo>(1000); });
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->crashed.empty());
    const auto items = ItemsOf(*result);
    EXPECT_EQ(items.size(), 1000U);
    EXPECT_EQ(std::set<std::string>(items.begin(), items.end()).size(), 1000U);
  }
}

TEST(Workers, AnItemThatKillsItsProcessCostsOnlyItself) {
  WorkersOptions options;
  options.processes = 2;
  const auto result = RunWorkers(100, options, [] { return std::make_unique<Echo>(37); });
  ASSERT_TRUE(result);
  ASSERT_EQ(result->crashed.size(), 1U);
  EXPECT_EQ(result->crashed[0].item, 37U);
  EXPECT_NE(result->crashed[0].how.find("signal 9"), std::string::npos);
  const auto items = ItemsOf(*result);
  EXPECT_EQ(std::set<std::string>(items.begin(), items.end()).size(), 99U);
  EXPECT_EQ(items.size(), 99U) << "an item was counted twice";
}

TEST(Workers, NoItemsAreNoWork) {
  const auto result = RunWorkers(0, {}, [] { return std::make_unique<Echo>(0); });
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->results.empty());
}

TEST(Workers, AWorkerThatCannotBeMadeIsAnError) {
  const auto result = RunWorkers(1, {}, []() -> std::unique_ptr<Worker> { return nullptr; });
  EXPECT_FALSE(result);
}

TEST(Workers, ProgressCountsUpToTheEnd) {
  WorkersOptions options;
  uint64_t seen = 0;
  options.progress = [&](uint64_t done) {
    EXPECT_GE(done, seen);
    seen = done;
  };
  ASSERT_TRUE(RunWorkers(50, options, [] { return std::make_unique<Echo>(50); }));
  EXPECT_LE(seen, 50U);
}

}  // namespace
}  // namespace pickleproof
