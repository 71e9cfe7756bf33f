#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "harness/graph/notation.h"
#include "harness/pickle/profile.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

using std::string_literals::operator""s;

// The graph in the notation, or the code of the error and its Python exception.
std::string Meaning(std::string_view bytes, std::string_view reader = "_pickle") {
  LoadOptions options;
  options.profile = *Profile::Of(reader, 11);
  const Outcome outcome = Load(bytes, options);
  if (outcome.verdict == Verdict::kAccept) return ToNotation(outcome.graph);
  return std::string(Name(outcome.error->code)) + " " + std::string(outcome.error->exception);
}

TEST(Memo, TwoLoadsOfOneUnpicklerShareIt) {
  Unpickler unpickler;
  ASSERT_EQ(unpickler.Load("]\x94.").verdict, Verdict::kAccept);
  const NodeId first = unpickler.graph().root();
  ASSERT_EQ(unpickler.Load("h\x00."s).verdict, Verdict::kAccept);
  EXPECT_EQ(unpickler.graph().root(), first);
  // MEMOIZE goes on counting: the second pickle's own entry is number 1.
  ASSERT_EQ(unpickler.Load("}\x94h\x01\x86.").verdict, Verdict::kAccept);
  unpickler.Reset();
  EXPECT_EQ(unpickler.Load("h\x00."s).verdict, Verdict::kReject);
}

TEST(Memo, MemoizeCountsEntriesNotIndices) {
  EXPECT_EQ(Meaning("K\x01q\x09K\x02\x94h\x01\x86."), "(2, 2)") << "MEMOIZE set entry 1";
}

TEST(Memo, AHugeIndexTakesNoMemory) {
  EXPECT_EQ(Meaning("]r\xff\xff\xff\x0fj\xff\xff\xff\x0f\x86."), "(#0=[], #0#)");
}

// A dict takes any int; 2**63 is the first that ssize_t does not. Found by
// fuzz_reader_differential.
TEST(Memo, IndicesBeyond63BitsAreForPicklePyAlone) {
  for (const std::string_view index : {"9223372036854775808", "93300000000000000000000"}) {
    SCOPED_TRACE(index);
    const std::string put = ")p" + std::string(index) + "\n";
    EXPECT_EQ(Meaning(put + "."), "memo OverflowError");
    EXPECT_EQ(Meaning(put + ".", "pickle.py"), "()");
    EXPECT_EQ(Meaning("]" + put.substr(1) + "g" + std::string(index) + "\n\x86.", "pickle.py"),
              "(#0=[], #0#)");
    EXPECT_EQ(Meaning("g" + std::string(index) + "\n.", "pickle.py"), "memo UnpicklingError");
  }
  // Whatever they are spelt like, and two of them are two.
  EXPECT_EQ(Meaning("]p0099999999999999999999\n}p+99999999999999999998\n"
                    "g9_9999_9999999999_99999\ng99999999999999999998\n\x87.",
                    "pickle.py"),
            "(#0={}, [], #0#)");
  EXPECT_EQ(Meaning(")p-99999999999999999999\n.", "pickle.py"), "memo ValueError");
  EXPECT_EQ(Meaning("g-99999999999999999999\n.", "pickle.py"), "memo UnpicklingError");
}

TEST(Memo, IndicesBeyond63BitsCountAmongItsEntries) {
  LoadOptions options;
  options.profile = *Profile::Of("pickle.py", 11);
  options.limits.memo = 2;
  const std::string put = "Np99999999999999999999\np99999999999999999998\n";
  EXPECT_EQ(Load(put + ".", options).verdict, Verdict::kAccept);
  EXPECT_EQ(Load(put + "p99999999999999999997\n.", options).verdict, Verdict::kOutOfMemory);
}

TEST(Memo, IndicesBeyond63BitsAreForgottenWithTheRest) {
  LoadOptions options;
  options.profile = *Profile::Of("pickle.py", 11);
  Unpickler unpickler(options);
  ASSERT_EQ(unpickler.Load(")p99999999999999999999\n.").verdict, Verdict::kAccept);
  ASSERT_EQ(unpickler.Load("g99999999999999999999\n.").verdict, Verdict::kAccept);
  unpickler.Reset();
  EXPECT_EQ(unpickler.Load("g99999999999999999999\n.").verdict, Verdict::kReject);
}

}  // namespace
}  // namespace pickleproof
