#include "reports/summary.h"

#include <gtest/gtest.h>

#include "harness/matrix/sample_record.h"

namespace pickleproof {
namespace {

TEST(Summary, CountsWhoTookPart) {
  const RunRecord record = SampleRecord();
  const Summary summary = Summarize(record);
  EXPECT_EQ(summary.readers,
            (std::vector<std::string>{"pickleproof", "cpython-3.11/_pickle/loads",
                                      "cpython-3.11/pickle.py/loads", "serde-pickle", "ogorek"}));
  EXPECT_EQ(summary.writers.size(), 4U);
  EXPECT_EQ(summary.protocols, (std::vector<int>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(summary.kinds, 2U);
  EXPECT_EQ(summary.real.agree, 82U);
  EXPECT_EQ(summary.all.agree, summary.generated.agree + 82);
  EXPECT_EQ(Scope(record, summary),
            "5 readers, 4 writers, 2,000 generated graphs, 33 real pickles, 6 protocols");
}

TEST(Summary, ListsEnginesThatTheRecordDoesNotDescribeLast) {
  RunRecord record;
  EngineOf(record, "z");
  record.cells[{"generated", "a", "z", 0}].agree = 1;
  record.pairs[{"group", "b", "z"}].agree = 1;
  const Summary summary = Summarize(record);
  EXPECT_EQ(summary.readers, (std::vector<std::string>{"z", "b"}));
  EXPECT_EQ(summary.writers, std::vector<std::string>{"a"});
}

TEST(Clusters, JoinWhatLooksTheSameBetweenOtherEngines) {
  RunRecord record;
  const auto add = [&](const char* kind, const char* reader, const char* path) {
    AddDifference(record, {"", "g", kind, "w", "original", reader}, {1, 0, "s"}, [&] {
      Witness witness;
      witness.path = path;
      return witness;
    });
  };
  add("value", "r1", "$");
  add("value", "r2", "$");
  add("value", "r2", "$");
  add("value", "r3", "$[0]");
  add("identity", "r1", "$");
  const std::vector<Cluster> clusters = Clusters(record);
  ASSERT_EQ(clusters.size(), 3U);
  EXPECT_EQ(clusters[0].signature->kind, "identity");
  EXPECT_EQ(clusters[1].signature->right, "r1");
  EXPECT_EQ(clusters[1].signatures, 2U);
  EXPECT_EQ(clusters[1].count, 3U);
  EXPECT_EQ(clusters[2].signatures, 1U);
  EXPECT_EQ(Summarize(record).kinds, 3U);
}

TEST(Answer, SaysWhatTheCountsMean) {
  struct Row {
    Counts counts;
    size_t kinds;
    const char* answer;
  };
  const Row rows[] = {
      {{}, 0, "Unknown: nothing was compared."},
      {{.poisoned = 3, .unsupported = 4}, 0, "Unknown: nothing was compared."},
      {{.agree = 1}, 0, "Yes: 1 comparison, 0 unexplained differences."},
      {{.agree = 1000, .explained = 2, .both_reject = 7},
       0,
       "Yes: 1,009 comparisons, 0 unexplained differences, 2 explained."},
      {{.agree = 8, .differ = 1}, 1, "No: 9 comparisons, 1 unexplained difference of 1 kind."},
      {{.differ = 3, .explained = 1},
       2,
       "No: 4 comparisons, 3 unexplained differences of 2 kinds, 1 explained."},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.answer);
    Summary summary;
    summary.all = row.counts;
    summary.kinds = row.kinds;
    EXPECT_EQ(Answer(summary), row.answer);
  }
}

TEST(Answer, ACellOfASheetThatDiffersMakesItANo) {
  Summary summary;
  summary.sheets = {.agree = 7, .explained = 1, .unavailable = 5};
  EXPECT_EQ(
      Answer(summary),
      "Yes: 0 comparisons, 0 unexplained differences; 8 answers, 0 unexplained, 1 explained.");
  summary.sheets.differ = 1;
  EXPECT_EQ(Answer(summary),
            "No: 0 comparisons, 0 unexplained differences; 9 answers, 1 unexplained, 1 explained.");
  EXPECT_EQ(MoodOf(summary), Mood::kNo);
  EXPECT_EQ(MoodOf(Summary()), Mood::kUnknown);
}

TEST(Symbol, IsTheWorstThatOccurred) {
  EXPECT_EQ(Symbol({.agree = 9, .differ = 1, .explained = 1}), '!');
  EXPECT_EQ(Symbol({.agree = 9, .explained = 1, .poisoned = 1}), '~');
  EXPECT_EQ(Symbol({.agree = 9, .poisoned = 1, .unsupported = 1}), '=');
  EXPECT_EQ(Symbol({.both_reject = 1, .unsupported = 1}), '=');
  EXPECT_EQ(Symbol({.poisoned = 1, .unsupported = 1}), '?');
  EXPECT_EQ(Symbol({.unsupported = 1, .skipped = 1}), '-');
  EXPECT_EQ(Symbol({.skipped = 1}), '.');
}

TEST(ShortNames, DropsOnlyWhatTellsNothingApart) {
  struct Row {
    const char* name;
    std::vector<std::string> ids, names;
  };
  const Row rows[] = {
      {"nothing to drop", {"a", "b"}, {"a", "b"}},
      {"one of each", {"a/x/loads", "b/x/loads"}, {"a", "b"}},
      {"siblings", {"a/x/loads", "a/y/loads", "b"}, {"a/x", "a/y", "b"}},
      {"channels", {"a/x/loads", "a/x/load"}, {"a/x/loads", "a/x/load"}},
      {"one is the beginning of the other", {"a", "a/x/loads"}, {"a", "a/x"}},
      {"a common beginning is no common part", {"ab/x", "a/x"}, {"ab", "a"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(ShortNames(row.ids), row.names);
  }
}

TEST(Grouped, PutsCommasBetweenThousands) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1000), "1,000");
  EXPECT_EQ(Grouped(123456), "123,456");
  EXPECT_EQ(Grouped(1234567), "1,234,567");
}

TEST(Duration, TakesTheUnitThatFits) {
  EXPECT_EQ(Duration(0.04), "0.0 s");
  EXPECT_EQ(Duration(90.25), "90.2 s");
  EXPECT_EQ(Duration(725), "12 min 5 s");
  EXPECT_EQ(Duration(11220), "3 h 7 min");
}

}  // namespace
}  // namespace pickleproof
