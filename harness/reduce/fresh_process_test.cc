#include "harness/reduce/fresh_process.h"

#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

using Tell = std::function<void(std::string_view)>;

FreshResult RunHere(const std::function<void(const Tell&)>& work, FreshOptions options = {}) {
  auto result = RunFresh(options, work);
  EXPECT_TRUE(result);
  return result ? *result : FreshResult{};
}

// Deep enough for any stack, and nothing that a compiler may turn into a loop.
__attribute__((noinline)) uint64_t Recurse(uint64_t depth, const volatile char* above) {
  volatile char frame[512];
  frame[0] = above == nullptr ? '\0' : above[0];
  return depth == 0 ? 0 : Recurse(depth - 1, frame) + static_cast<uint64_t>(frame[0]) + 1;
}

TEST(RunFresh, TellsWhatTheChildTold) {
  const FreshResult result = RunHere([](const Tell& tell) {
    tell("one ");
    tell(std::string(200000, 'x'));
  });
  EXPECT_EQ(result.end, ProcessEnd::kDone);
  EXPECT_EQ(result.output.size(), 200004U);
}

TEST(RunFresh, TellsApartHowAProcessEnds) {
  const FreshResult crash = RunHere([](const Tell& tell) {
    tell("before");
    std::abort();
  });
  EXPECT_EQ(crash.end, ProcessEnd::kCrash) << crash.how;
  EXPECT_EQ(crash.output, "before");
  EXPECT_NE(crash.how.find("signal 6"), std::string::npos) << crash.how;
  const FreshResult hang = RunHere(
      [](const Tell& tell) {
        tell("begun");
        for (volatile int i = 0;; i = i + 1) {
        }
      },
      {.seconds = 0.3});
  EXPECT_EQ(hang.end, ProcessEnd::kHang);
  EXPECT_EQ(hang.output, "begun");
  const FreshResult status = RunHere([](const Tell&) { std::_Exit(3); });
  EXPECT_EQ(status.end, ProcessEnd::kCrash);
  EXPECT_EQ(status.how, "exit status 3");
}

TEST(RunFresh, AFailedAllocationIsOutOfMemory) {
  const FreshResult result = RunHere([](const Tell&) {
    // What operator new does when there is no more.
    if (const std::new_handler handler = std::get_new_handler()) handler();
  });
  EXPECT_EQ(result.end, ProcessEnd::kOutOfMemory) << result.how;
}

TEST(RunFresh, EndlessRecursionIsAStackOverflowAndAWildPointerACrash) {
  const FreshResult deep =
      RunHere([](const Tell& tell) { tell(std::to_string(Recurse(uint64_t{1} << 30, nullptr))); });
  EXPECT_EQ(deep.end, ProcessEnd::kStackOverflow) << deep.how;
  const FreshResult wild = RunHere([](const Tell&) {
    volatile char* nowhere = reinterpret_cast<volatile char*>(uintptr_t{0x10});
    *nowhere = 1;
  });
  EXPECT_EQ(wild.end, ProcessEnd::kCrash) << wild.how;
}

}  // namespace
}  // namespace pickleproof
