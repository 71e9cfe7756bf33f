#include "reports/junit.h"

#include <gtest/gtest.h>

#include "harness/matrix/sample_record.h"

namespace pickleproof {
namespace {

TEST(EscapeXml, CarriesOnlyWhatXmlCan) {
  struct Row {
    const char* name;
    std::string text, escaped;
  };
  const Row rows[] = {
      {"markup", "<a b=\"c\">&", "&lt;a b=&quot;c&quot;&gt;&amp;"},
      {"line break", "a\nb\tc", "a&#10;b&#9;c"},
      {"text", "\xc3\xa9 \xf0\x9f\x98\x80", "\xc3\xa9 \xf0\x9f\x98\x80"},
      {"control", std::string("a\0\x1b", 3), "a\xef\xbf\xbd\xef\xbf\xbd"},
      {"no UTF-8",
       "a\xff"
       "b",
       "a\xef\xbf\xbd"
       "b"},
      {"U+FFFF", "\xef\xbf\xbf", "\xef\xbf\xbd"},
      {"surrogate", "\xed\xa0\x80.", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd."},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(EscapeXml(row.text), row.escaped);
  }
}

TEST(JunitReport, HasOneSuitePerGroupAndOneTestPerCell) {
  const std::string xml = JunitReport(SampleRecord());
  const char* suites[] = {
      R"(<testsuite name="smoke" tests="6" failures="1" errors="0" skipped="0")",
      R"(<testsuite name="generated" tests="110" failures="2" errors="0" skipped="9")",
      R"(<testsuite name="numpy, written again" tests="1" failures="0")",
      R"(<testsuite name="numpy, read" tests="2" failures="0")",
      R"(<testsuite name="picklability" tests="3" failures="1" errors="0" skipped="0")",
  };
  for (const char* suite : suites) EXPECT_NE(xml.find(suite), std::string::npos) << suite << xml;
}

TEST(JunitReport, FailuresSayHowToReproduceThem) {
  const std::string xml = JunitReport(SampleRecord());
  EXPECT_NE(xml.find("name=\"pickleproof read by ogorek, protocol 4\" time=\"0\"><failure "
                     "message=\"2 unexplained differences in 2,000 comparisons\">"),
            std::string::npos);
  EXPECT_NE(xml.find("pickleproof report --seed 7 --only-graph 1234"), std::string::npos);
  EXPECT_NE(xml.find("name=\"pickleproof read by ogorek, protocol 5\" time=\"0\"><skipped "),
            std::string::npos);
  EXPECT_NE(xml.find("name=\"128 a lambda in a container\" time=\"0\"><failure message=\"1 of 4 "
                     "cells differ\">1 of 4 cells differ&#10;dill, 3.11.7: D&#10;  expected V"),
            std::string::npos);
  EXPECT_EQ(xml.find("</script>"), std::string::npos);
}

}  // namespace
}  // namespace pickleproof
