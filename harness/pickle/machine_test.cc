// The two ways in which the machine runs an instruction, plain and careful, must not be told apart:
// at limits, at the end of the input, and where arguments are wrong.

#include <gtest/gtest.h>

#include "harness/graph/notation.h"
#include "harness/pickle/decoder.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

using namespace std::string_literals;

// Runs of what the fast loop knows: ints of all sizes, references, strings, dicts, objects.
std::string LongStream() {
  std::string stream = "\x80\x04]\x94("s;
  for (char i = 0; i < 20; ++i) stream += "K"s + i;
  stream += "\x8c\x03"s + "abc\x94" + "\x8c\x0b" + "hello world\x94";
  for (int i = 0; i < 12; ++i) stream += "h\x01j\x02\x00\x00\x00h\x02"s;
  for (char i = 1; i < 9; ++i) stream += "\x8a"s + i + std::string(static_cast<size_t>(i), '\xa5');
  stream += "M\x00\x01J\xff\xff\xff\xffG\x3f\xf8\x00\x00\x00\x00\x00\x00N\x88\x89"s;
  stream += "}\x94(h\x01K\x05\x8c\x01xh\x02u(K\x01K\x02th\x01\x85\x86"s;
  stream += "cm\nC\n)\x81}\x8c\x01yK\x07sb]K\x01"s + "ae.";
  return stream;
}

std::vector<uint64_t> Offsets(std::string_view stream) {
  std::vector<uint64_t> offsets;
  Decoder decoder(stream);
  for (auto next = decoder.Next(); next && *next; next = decoder.Next()) {
    offsets.push_back((*next)->offset);
  }
  return offsets;
}

TEST(PlainLoop, StepLimitHoldsAtEveryInstruction) {
  const std::string stream = LongStream();
  const std::vector<uint64_t> offsets = Offsets(stream);
  ASSERT_EQ(Load(stream).verdict, Verdict::kAccept);
  for (size_t steps = 0; steps < offsets.size(); ++steps) {
    SCOPED_TRACE(steps);
    LoadOptions options;
    options.limits.steps = steps;
    const Outcome outcome = Load(stream, options);
    ASSERT_EQ(outcome.verdict, Verdict::kOutOfMemory);
    EXPECT_EQ(outcome.error->offset, offsets[steps]);
  }
  LoadOptions options;
  options.limits.steps = offsets.size();
  EXPECT_EQ(Load(stream, options).verdict, Verdict::kAccept);
}

TEST(PlainLoop, InputMayEndAnywhere) {
  const std::string stream = LongStream();
  const std::vector<uint64_t> offsets = Offsets(stream);
  for (size_t size = 0; size < stream.size(); ++size) {
    SCOPED_TRACE(size);
    // Of its own size, so that a sanitizer sees a read past the end.
    const std::vector<char> cut(stream.begin(), stream.begin() + static_cast<ptrdiff_t>(size));
    const Outcome outcome = Load({cut.data(), cut.size()});
    ASSERT_EQ(outcome.verdict, Verdict::kReject);
    EXPECT_EQ(outcome.error->code, ErrorCode::kTruncated);
    EXPECT_EQ(outcome.error->offset,
              *--std::upper_bound(offsets.begin(), offsets.end(), static_cast<uint64_t>(size)));
  }
}

TEST(PlainLoop, ReadersByteByByteMakeTheSameGraph) {
  const std::string stream = LongStream();
  LoadOptions file;
  file.profile = *Profile::Of("_pickle/file", 11);
  const Outcome plain = Load(stream);
  const Outcome careful = Load(stream, file);
  ASSERT_EQ(careful.verdict, Verdict::kAccept);
  EXPECT_EQ(ToNotation(plain.graph), ToNotation(careful.graph));
  EXPECT_EQ(plain.trace, careful.trace);
  EXPECT_EQ(plain.consumed, careful.consumed);
}

TEST(PlainLoop, NodeAndMemoLimitsAreExact) {
  const std::string stream = LongStream();
  Unpickler unlimited;
  ASSERT_EQ(unlimited.Load(stream).verdict, Verdict::kAccept);
  const size_t nodes = unlimited.graph().size();
  for (const auto& [limit, verdict] :
       {std::pair{nodes - 1, Verdict::kOutOfMemory}, {nodes, Verdict::kAccept}}) {
    LoadOptions options;
    options.limits.nodes = limit;
    EXPECT_EQ(Load(stream, options).verdict, verdict) << limit;
  }
  for (size_t memo = 0; memo < 4; ++memo) {
    LoadOptions options;
    options.limits.memo = memo;
    EXPECT_EQ(Load(stream, options).verdict, Verdict::kOutOfMemory) << memo;
  }
  LoadOptions options;
  options.limits.memo = 4;
  EXPECT_EQ(Load(stream, options).verdict, Verdict::kAccept);
}

TEST(PlainLoop, BadByteIsFoundAnywhereInAText) {
  for (size_t size = 0; size < 40; ++size) {
    SCOPED_TRACE(size);
    // Behind the STOP lies as much as the fast loop wants to see, all of it no UTF-8.
    std::string stream = "\x8c"s;
    stream += static_cast<char>(size);
    stream += std::string(size, 'a');
    stream += ".";
    stream += std::string(20, '\xff');
    EXPECT_EQ(Load(stream).verdict, Verdict::kAccept);
    for (size_t bad = 0; bad < size; ++bad) {
      std::string damaged = stream;
      damaged[2 + bad] = '\xff';
      const Outcome outcome = Load(damaged);
      ASSERT_EQ(outcome.verdict, Verdict::kReject) << bad;
      EXPECT_EQ(outcome.error->code, ErrorCode::kBadEncoding);
    }
  }
}

TEST(PlainLoop, LongsOfAllSizesMeanTheSameNearAndFarFromTheEnd) {
  for (size_t size = 0; size < 20; ++size) {
    for (const char top : {'\x00', '\x01', '\x7f', '\x80', '\xff'}) {
      SCOPED_TRACE(size);
      std::string bytes(size, '\xa5');
      if (size > 0) bytes.back() = top;
      std::string stream = "\x8a"s;
      stream += static_cast<char>(size);
      stream += bytes;
      stream += ".";
      EXPECT_EQ(ToNotation(Load(stream).graph), ToNotation(Load(stream + LongStream()).graph));
    }
  }
}

TEST(PlainLoop, MemoWithHolesKnowsWhatWasSet) {
  const std::string tail = LongStream();
  EXPECT_EQ(ToNotation(Load("K\x01q\x05K\x02q\x00h\x05\x87."s + tail).graph), "(1, 2, 1)");
  for (const std::string& index :
       {"h\x03"s, "j\x03\x00\x00\x00"s, "h\x06"s, "j\x00\x00\x00\x01"s}) {
    std::string stream = "K\x01q\x05K\x02q\x00"s;
    stream += index;
    const Outcome outcome = Load(stream += tail);
    ASSERT_EQ(outcome.verdict, Verdict::kReject);
    EXPECT_EQ(outcome.error->code, ErrorCode::kMemo);
    EXPECT_EQ(outcome.error->offset, 8);
  }
  // MEMOIZE takes the number of entries, not the first free index.
  EXPECT_EQ(ToNotation(Load("K\x01q\x05K\x02\x94h\x01\x87."s + tail).graph), "(1, 2, 2)");
}

TEST(PlainLoop, GetPastTheLastEntryIsAnError) {
  const std::string tail = LongStream();
  for (const std::string& get : {"h\x01"s, "j\x01\x00\x00\x00"s, "h\x00h\xff"s}) {
    std::string stream = "K\x01\x94"s;
    stream += get;
    const Outcome outcome = Load(stream += tail);
    ASSERT_EQ(outcome.verdict, Verdict::kReject);
    EXPECT_EQ(outcome.error->code, ErrorCode::kMemo);
  }
}

TEST(PlainLoop, FirstOfEqualKeysInABatchStaysAndTheLastValueWins) {
  const auto meaning = [](std::string_view items) {
    return ToNotation(Load("}(" + std::string(items) + "u." + LongStream()).graph);
  };
  EXPECT_EQ(meaning("\x8c\x01"s + "aK\x01\x8c\x01" + "aK\x02"), "{'a': 2}");
  EXPECT_EQ(meaning("\x8c\x01"s + "aK\x01\x8c\x01" + "bK\x02"), "{'a': 1, 'b': 2}");
  EXPECT_EQ(meaning("\x8c\x02"s + "abK\x01\x8c\x02" + "acK\x02"), "{'ab': 1, 'ac': 2}");
  EXPECT_EQ(meaning("\x8c\x00K\x01\x8c\x00K\x02"s), "{'': 2}");
  EXPECT_EQ(meaning("\x8c\x01"s + "1K\x01K\x01K\x02"), "{'1': 1, 1: 2}");
}

}  // namespace
}  // namespace pickleproof
