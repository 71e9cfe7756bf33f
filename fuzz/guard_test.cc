// What CPython must not see, and what it does with it in a process of its own.

#include "fuzz/guard.h"

#include <gtest/gtest.h>

#include "fuzz/fuzz_options.h"
#include "fuzz/reader_comparison.h"
#include "harness/matrix/engine_set.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

std::string Repeated(std::string_view part, size_t count) {
  std::string out;
  for (; count > 0; --count) out += part;
  return out;
}

// A dict key of 2**`levels` paths.
std::string ExponentialKey(size_t levels) { return "}N" + Repeated("2\x86", levels) + "Ns."; }
std::string DeepKey(size_t levels) { return "})" + Repeated("\x85", levels) + "Ns."; }

std::optional<GuardCause> Judge(const std::string& input) {
  LoadOptions options = FuzzLoadOptions();
  options.limits.bytes = size_t{1} << 30;
  Unpickler unpickler(options);
  const Verdict verdict = unpickler.Load(input).verdict;
  return Guard().Judge(input, verdict, unpickler.graph());
}

TEST(Guard, NamesWhatCPythonCannotTake) {
  EXPECT_EQ(Judge(ExponentialKey(40)), GuardCause::kExponentialHash);
  EXPECT_EQ(Judge(DeepKey(6000)), GuardCause::kDeepNesting);
  EXPECT_EQ(Judge("L" + std::string(6000, '9') + "L\n."), GuardCause::kQuadraticInt);
  // Also where the load fails in the end.
  EXPECT_EQ(Judge("}N" + Repeated("2\x86", 40) + "NsR."), GuardCause::kExponentialHash);
}

TEST(Guard, LetsOrdinaryPicklesPass) {
  EXPECT_EQ(Judge("]N" + Repeated("\x85", 1000) + "a."), std::nullopt);
  EXPECT_EQ(Judge(ExponentialKey(10)), std::nullopt);
  EXPECT_EQ(Judge("L" + std::string(4000, '9') + "L\n."), std::nullopt);
  // Lists don't hash, so sharing and nesting them is harmless.
  EXPECT_EQ(Judge("]N" + Repeated("\x85", 100) + "a]" + Repeated("]a", 5000) + "."), std::nullopt);
}

class GuardedReaders : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    engines = new EngineSet(EngineSet::Make({.largest_allocation = size_t{1} << 20}));
  }
  static void TearDownTestSuite() { delete engines; }
  static std::vector<Engine*> Readers() {
    std::vector<Engine*> readers;
    for (Engine* reader : engines->Readers()) {
      if (reader->card().id.starts_with("cpython")) readers.push_back(reader);
    }
    return readers;
  }
  static EngineSet* engines;
};
EngineSet* GuardedReaders::engines = nullptr;

TEST_F(GuardedReaders, HangInAProcessOfTheirOwn) {
  for (Engine* reader : Readers()) {
    if (reader->card().channel != Channel::kLoads) continue;
    SCOPED_TRACE(reader->card().id);
    EXPECT_EQ(LoadInChild(*reader, ExponentialKey(45), FuzzLoadOptions(),
                          GuardCause::kExponentialHash, 1),
              Verdict::kHang);
    EXPECT_EQ(LoadInChild(*reader, "N.", FuzzLoadOptions(), GuardCause::kLimit, 1),
              Verdict::kAccept);
  }
}

TEST_F(GuardedReaders, OverflowTheirStackInAProcessOfTheirOwn) {
  for (Engine* reader : Readers()) {
    if (!reader->card().id.ends_with("/_pickle/loads")) continue;
    EXPECT_EQ(
        LoadInChild(*reader, DeepKey(300000), FuzzLoadOptions(), GuardCause::kDeepNesting, 20),
        Verdict::kStackOverflow);
  }
}

TEST_F(GuardedReaders, ReportEachCauseOnce) {
  Tally tally("guard_test");
  Candidates candidates("guard_test", testing::TempDir() + "guard_test");
  ReaderComparison comparison({tally, candidates}, Readers());
  // A guarded input is no disagreement of our machine, and costs a process the first time only.
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(comparison.Run(ExponentialKey(60)));
  EXPECT_EQ(tally.poisoned().at("exponential-hash"), 50U);
  size_t kept = 0;
  for (const std::string& signature : candidates.signatures()) {
    kept += signature.starts_with("guard exponential-hash") ? 1 : 0;
  }
  EXPECT_EQ(kept, 3U);
}

TEST_F(GuardedReaders, RefuseGigabytesOnTheWordOfAnIndexOrALength) {
  Tally tally("guard_test");
  Candidates candidates("guard_test", testing::TempDir() + "guard_test");
  ReaderComparison comparison({tally, candidates}, Readers());
  const std::string index("]r\xff\xff\xff\x0f.", 7), length("B\xff\xff\xff\x7f", 5);
  for (int i = 0; i < 200; ++i) {
    comparison.Run(index);
    comparison.Run(length);
  }
  EXPECT_GT(tally.poisoned().at("allocation"), 0U);
}

}  // namespace
}  // namespace pickleproof
