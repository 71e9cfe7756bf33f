#include "harness/matrix/runner.h"

#include <memory>

#include <gtest/gtest.h>

#include "harness/adapter/pickleproof_engine.h"
#include "harness/graph/notation_parser.h"
#include "harness/matrix/smoke.h"
#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

// An engine with a planted fault.
class Faulty final : public Engine {
 public:
  enum class Fault : uint8_t { kNone, kEveryIntIsSeven, kAcceptsEverything, kRefusesEverything };
  Faulty(std::string id, Fault fault) : fault_(fault) {
    card_.id = std::move(id);
    card_.reads = true;
  }
  const EngineCard& card() const override { return card_; }
  Outcome Load(std::string_view data, const LoadOptions& options) override {
    Outcome outcome = pickleproof::Load(data, options);
    switch (fault_) {
      case Fault::kNone: break;
      case Fault::kEveryIntIsSeven:
        if (outcome.verdict == Verdict::kAccept &&
            outcome.graph.kind(outcome.graph.root()) == Kind::kInt) {
          outcome.graph.set_root(outcome.graph.Int(7));
        }
        break;
      case Fault::kAcceptsEverything:
        outcome.verdict = Verdict::kAccept;
        outcome.error.reset();
        break;
      case Fault::kRefusesEverything:
        outcome.verdict = Verdict::kReject;
        outcome.error = Error{ErrorCode::kForeign, 0, "no"};
        break;
    }
    return outcome;
  }
  Result<std::string> Dump(const Graph&, int) override {
    return Fail(ErrorCode::kUnsupported, "reads only");
  }

 private:
  EngineCard card_;
  Fault fault_;
};

Counts TotalOf(const RunRecord& record, std::string_view reader) {
  Counts total;
  for (const auto& [key, counts] : record.cells) {
    if (key.reader == reader) total += counts;
  }
  return total;
}

TEST(MatrixRunner, TalliesEachCellAndRecordsWhatDiffers) {
  const auto own = MakePickleproofEngines(11);
  Faulty good("good", Faulty::Fault::kNone);
  Faulty seven("seven", Faulty::Fault::kEveryIntIsSeven);
  RunRecord record;
  MatrixRunner runner({own[0].get()}, {&good, &seven}, record);
  Graph graph;
  graph.set_root(graph.Int(5));
  runner.RunGraph(graph, "test", "five", "./pickleproof load ...");
  EXPECT_EQ(TotalOf(record, "good").agree, 6U) << "one for each protocol";
  EXPECT_EQ(TotalOf(record, "seven").differ, 6U);
  ASSERT_EQ(record.differences.size(), 1U) << "one signature";
  const auto& [signature, difference] = *record.differences.begin();
  EXPECT_EQ(signature.right, "seven");
  EXPECT_EQ(signature.kind, "value");
  EXPECT_EQ(difference.count, 6U);
  EXPECT_EQ(difference.witness.path, "$");
  EXPECT_EQ(difference.witness.stream_hex, "4b052e") << "the shortest of the six streams";
  EXPECT_NE(difference.witness.disassembly.find("BININT1 5"), std::string::npos);
  EXPECT_EQ(difference.witness.left.graph, "5");
  EXPECT_EQ(difference.witness.right.graph, "7");
  EXPECT_EQ(record.unexplained_witnesses, 6U);
}

TEST(MatrixRunner, FoundPicklesArePairedAndRewritten) {
  const auto own = MakePickleproofEngines(11);
  Faulty refuses("refuses", Faulty::Fault::kRefusesEverything);
  RunRecord record;
  MatrixRunner runner({own[0].get()}, {own[0].get(), &refuses}, record);
  runner.RunFound({"group", "a.pkl", "N.", {}, true});
  EXPECT_EQ(record.pairs.at({"group", "pickleproof", "refuses"}).differ, 1U);
  EXPECT_EQ(TotalOf(record, "pickleproof").agree, 6U);
  runner.RunFound({"group", "b.pkl", "no pickle", {}, true});
  EXPECT_EQ(record.pairs.at({"group", "pickleproof", "refuses"}).both_reject, 1U);
  EXPECT_EQ(TotalOf(record, "pickleproof").agree, 6U) << "what was refused is not rewritten";
}

TEST(MatrixRunner, WhatAWriterCannotWriteIsUnsupportedForEveryReader) {
  const auto own = MakePickleproofEngines(11);
  RunRecord record;
  MatrixRunner runner({own[0].get()}, {own[0].get()}, record);
  Graph graph;
  graph.set_root(graph.Buffer(0, true));
  runner.RunGraph(graph, "test", "buffer", "");
  EXPECT_EQ(TotalOf(record, "pickleproof").unsupported, 5U);
  EXPECT_EQ(TotalOf(record, "pickleproof").agree, 1U) << "protocol 5 has NEXT_BUFFER";
}

TEST(MatrixRunner, TheSameSeedGivesTheSameGraphs) {
  for (uint64_t index = 0; index < 16; ++index) {
    EXPECT_TRUE(Isomorphic(GeneratedGraph(3, index), GeneratedGraph(3, index)));
  }
  EXPECT_FALSE(Isomorphic(GeneratedGraph(3, 1), GeneratedGraph(4, 1)));
}

TEST(SmokeTest, PassesOurEnginesAndFailsThoseThatAnswerAlwaysTheSame) {
  for (const auto& engine : MakePickleproofEngines(11)) EXPECT_EQ(SmokeTest(*engine), "");
  Faulty yes("yes", Faulty::Fault::kAcceptsEverything);
  Faulty no("no", Faulty::Fault::kRefusesEverything);
  Faulty seven("seven", Faulty::Fault::kEveryIntIsSeven);
  EXPECT_NE(SmokeTest(yes), "");
  EXPECT_NE(SmokeTest(no), "");
  EXPECT_NE(SmokeTest(seven), "");
}

}  // namespace
}  // namespace pickleproof
