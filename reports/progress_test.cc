#include "reports/progress.h"

#include <vector>

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

TEST(ProgressLine, ShowsBarRateAndTimeLeft) {
  struct Row {
    const char* name;
    uint64_t done, total;
    double seconds;
    size_t width;
    const char* line;
  };
  const Row rows[] = {
      {"start", 0, 2000, 0, 79, "[------------------------]   0%  graphs  0/2,000"},
      {"half", 1000, 2000, 4, 79,
       "[############------------]  50%  graphs  1,000/2,000  250/s  ETA 4.0 s"},
      {"slow", 1, 100, 2, 79,
       "[------------------------]   1%  graphs  1/100  0.5/s  ETA 3 min 18 s"},
      {"end", 2000, 2000, 8, 79, "[########################] 100%  graphs  2,000/2,000  250/s"},
      {"past the end", 30, 20, 1, 79, "[########################] 100%  graphs  30/20  30/s"},
      {"no room for a bar", 1000, 2000, 4, 50, " 50%  graphs  1,000/2,000  250/s  ETA 4.0 s"},
      {"no room at all", 1000, 2000, 4, 12, " 50%  graphs"},
      {"no total", 1000, 0, 4, 79, "graphs  1,000  250/s"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(ProgressLine("graphs", row.done, row.total, row.seconds, row.width), row.line);
  }
}

// A clock to set and a sink to look at.
struct Fake {
  double now = 100;
  std::vector<std::string> written;
  Progress::Output Output(bool terminal) {
    return {.terminal = terminal,
            .width = 80,
            .write = [this](std::string_view text) { written.emplace_back(text); },
            .seconds = [this] { return now; }};
  }
};

TEST(Progress, DrawsOverItselfOnATerminalAndCleansUp) {
  Fake fake;
  {
    Progress progress(fake.Output(true), "graphs", 10);
    progress.Advance();
    progress.Advance();  // too soon to be drawn
    EXPECT_EQ(fake.written.size(), 1U);
    fake.now += 0.2;
    progress.Advance(3);
    ASSERT_EQ(fake.written.size(), 2U);
    EXPECT_TRUE(fake.written[1].starts_with("\r\x1b[K[############")) << fake.written[1];
    EXPECT_EQ(fake.written[1].find('\n'), std::string::npos);
  }
  EXPECT_EQ(fake.written.back(), "\r\x1b[K");
}

TEST(Progress, WritesALineEveryTenSecondsElsewhere) {
  Fake fake;
  {
    Progress progress(fake.Output(false), "graphs", 10);
    progress.Set(1);
    EXPECT_TRUE(fake.written.empty());
    fake.now += 10;
    progress.Set(2);
    ASSERT_EQ(fake.written.size(), 1U);
    EXPECT_EQ(fake.written[0].find('\x1b'), std::string::npos);
    EXPECT_TRUE(fake.written[0].ends_with('\n'));
    progress.Set(10);
    progress.Finish();
  }
  ASSERT_EQ(fake.written.size(), 2U);
  EXPECT_NE(fake.written[1].find("100%"), std::string::npos);
}

}  // namespace
}  // namespace pickleproof
