#include "harness/reduce/judge.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "harness/base/bytes.h"
#include "harness/reduce/generated_streams.h"

namespace pickleproof {
namespace {

class JudgeTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_ = new EngineSet(EngineSet::Make({.largest_allocation = 16 << 20}));
    auto judge = Judge::Make(*set_);
    ASSERT_TRUE(judge) << judge.error().message;
    judge_ = new Judge(std::move(*judge));
  }
  static void TearDownTestSuite() {
    delete judge_;
    delete set_;
  }
  static std::vector<Divergence> Look(std::string_view hex) { return judge_->Look(*FromHex(hex)); }

  static EngineSet* set_;
  static Judge* judge_;
};
EngineSet* JudgeTest::set_ = nullptr;
Judge* JudgeTest::judge_ = nullptr;

struct Example {
  const char* hex;
  const char* signature;
  const char* known;
};

TEST_F(JudgeTest, KnownDivergencesAreFoundAndExplained) {
  const Example examples[] = {
      // I010: octal to strtol, an error to int().
      {"493031300a2e", "_pickle pickle.py verdict accept|ValueError INT", "StrictNumberText"},
      // BININT across the end of its frame.
      {"9502000000000000004a010000004e2e", "_pickle/loads _pickle/load value - frame-end/fixed",
       "FileFrames"},
      // REDUCE with a list for arguments.
      {"636d0a660a5d522e", "_pickle pickle.py verdict TypeError|accept REDUCE", "IterableArgs"},
      // A memo index that takes gigabytes.
      {"4e72ffffff0f2e", "_pickle pickle.py out-of-memory - LONG_BINPUT", "memo-array"},
      // Two values, of which STOP takes one.
      {"4e4e2e", "pickletools _pickle static-refusal dis:stack STOP", "rest-on-stack"},
      {"636f5c7837330a730a2e", "pickletools _pickle static-global escapes -", "escaped-name"},
      // Nothing on the stack.
      {"2e", "_pickle pickle.py error UnpicklingError|IndexError STOP", "other-exception"},
      // A name that is missing, at the end of the input: two quirks at once.
      {"63", "_pickle pickle.py trace - GLOBAL", "PythonFrames+EmptyNames"},
  };
  for (const Example& example : examples) {
    SCOPED_TRACE(example.hex);
    const auto found = Look(example.hex);
    const auto divergence = std::ranges::find_if(
        found, [&](const Divergence& d) { return ToText(d.signature) == example.signature; });
    std::string all;
    for (const Divergence& d : found) all += ToText(d.signature) + "\n";
    ASSERT_NE(divergence, found.end()) << all;
    ASSERT_TRUE(divergence->known);
    EXPECT_EQ(divergence->known->name, example.known);
    EXPECT_TRUE(judge_->Shows(*FromHex(example.hex), divergence->signature));
  }
}

TEST_F(JudgeTest, ReadersAgreeOnPlainPickles) {
  for (const char* hex : {"4e2e", "80045d944b01612e", "284b014b02742e"}) {
    SCOPED_TRACE(hex);
    for (const Divergence& divergence : Look(hex)) ADD_FAILURE() << Sentence(divergence);
  }
}

TEST_F(JudgeTest, ShowsOnlyWhatLookFinds) {
  const auto signature =
      ParseDivergenceSignature("_pickle pickle.py verdict accept|ValueError INT");
  ASSERT_TRUE(signature);
  EXPECT_TRUE(judge_->Shows("I010\n.", *signature));
  EXPECT_FALSE(judge_->Shows("I10\n.", *signature));
  EXPECT_FALSE(judge_->Shows("L010\n.", *signature)) << "another opcode";
  EXPECT_FALSE(judge_->Shows("N.", *signature));
}

TEST_F(JudgeTest, AnErrorThatFollowsFromAnEarlierDivergenceIsNotTold) {
  // )(e: APPENDS of nothing to a tuple, which _pickle passes; it fails at the end, pickle.py
  // before.
  for (const Divergence& divergence : Look("292865")) {
    EXPECT_NE(divergence.signature.what, DivergenceClass::kError) << Sentence(divergence);
  }
}

TEST_F(JudgeTest, EveryReaderAnswers) {
  const auto answers = judge_->Answers("N.");
  EXPECT_EQ(answers.size(), 9U);
  for (const auto& [engine, outcome] : answers) {
    EXPECT_EQ(outcome.verdict, Verdict::kAccept) << engine;
    EXPECT_EQ(Briefly(outcome), "accept None");
  }
}

// The harvest in small: generated streams show dozens of divergences, and every one has a reason.
TEST_F(JudgeTest, GeneratedStreamsShowDozensOfDivergencesAllKnown) {
  GeneratedStreams streams;
  std::set<std::string> signatures;
  for (uint64_t number = 0; number < 800; ++number) {
    const std::string stream = streams.Make(number);
    if (stream.size() > 2000) continue;
    for (const Divergence& divergence : judge_->Look(stream)) {
      signatures.insert(ToText(divergence.signature));
      EXPECT_TRUE(divergence.known) << Sentence(divergence) << "\n" << ToHex(stream);
    }
  }
  EXPECT_GE(signatures.size(), 60U);
}

}  // namespace
}  // namespace pickleproof
