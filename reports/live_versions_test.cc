#include "reports/live_versions.h"

#include <gtest/gtest.h>

#include "reports/text.h"

namespace pickleproof {
namespace {

RunRecord Record() {
  RunRecord record;
  record.cells[{"live", "dill", "dill", 4}].agree = 9;
  record.cells[{"live/3.11-oldest", "dill", "dill", 4}] = {.agree = 3, .explained = 1};
  record.cells[{"live/3.11-oldest-to-3.11", "cloudpickle", "_pickle", 0}].agree = 1;
  record.cells[{"live/3.11-oldest-to-3.11", "cloudpickle", "pickle.py", 1}] = {
      .differ = 1, .explained = 1, .unsupported = 5};
  record.cells[{"live/3.9-to-3.11", "cloudpickle", "_pickle", 0}].unsupported = 2;
  EngineOf(record, "live/dill").version = "Python 3.11.7, dill 9";
  EngineOf(record, "live/3.11-oldest/plain").version = "Python 3.11.7, cloudpickle 2.1.0";
  EngineOf(record, "live/3.11-oldest/dill").version = "Python 3.11.7, dill 0.3.6";
  EngineOf(record, "live/3.11/plain").version = "Python 3.11.7, cloudpickle 3.1.2";
  EngineOf(record, "live/3.11/pickleproof").version = "Python 3.11.7, cloudpickle 3.1.2";
  EngineOf(record, "live/3.9/dill").smoke_reason = "unavailable";
  for (EngineEntry& engine : record.engines) engine.smoke_ok = true;
  return record;
}

TEST(LiveVersions, TellsWhatBehavesOfWhatWasWrittenByPairAndWriter) {
  EXPECT_EQ(LiveVersionsText(Record()),
            "  written by   read by      cloudpickle    dill\n"
            "  3.9          3.11                   -\n"
            "  3.11-oldest  3.11              33.3 %\n"
            "  3.11-oldest  3.11-oldest               75.0 %\n"
            "  3.11 is Python 3.11.7, cloudpickle 3.1.2\n"
            "  3.11-oldest is Python 3.11.7, cloudpickle 2.1.0, dill 0.3.6\n");
}

TEST(LiveVersions, AreNotMentionedWhereNoneWereAsked) {
  RunRecord record = Record();
  std::erase_if(record.cells, [](const auto& cell) { return cell.first.group != "live"; });
  EXPECT_EQ(LiveVersionsText(record), "");
  EXPECT_FALSE(TextReport(record).contains("across versions"));
  EXPECT_TRUE(TextReport(Record()).contains("across versions"));
}

// Which way round it was is in the group only.
TEST(LiveVersions, AreNamedInTheirDifferences) {
  RunRecord record = Record();
  Signature signature;
  signature.group = "live/3.11-oldest-to-3.11";
  signature.kind = "different";
  signature.writer = "cloudpickle";
  signature.left = kOriginal;
  signature.right = "_pickle";
  AddDifference(record, signature, {4, 2, "seed 1, source 7"}, [] { return Witness(); });
  EXPECT_TRUE(TextReport(record).contains("written by cloudpickle, live/3.11-oldest-to-3.11, "))
      << TextReport(record);
}

}  // namespace
}  // namespace pickleproof
