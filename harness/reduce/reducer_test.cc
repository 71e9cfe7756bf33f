// Reduction by laws, on predicates that need no reader.

#include "harness/reduce/reducer.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "generators/choices.h"
#include "harness/base/bytes.h"
#include "harness/pickle/assembler.h"
#include "harness/pickle/program.h"
#include "harness/pickle/unpickler.h"
#include "harness/reduce/generated_streams.h"

namespace pickleproof {
namespace {

using Predicate = std::function<bool(std::string_view)>;

std::string Bytes(std::string_view assembly) {
  const auto bytes = Assemble(assembly);
  EXPECT_TRUE(bytes) << assembly;
  return bytes.value_or("");
}

bool Accepts(std::string_view stream) { return Load(stream).verdict == Verdict::kAccept; }

bool Holds(std::string_view stream, Opcode opcode) {
  const Program program = Decode(stream);
  return std::ranges::any_of(program.instructions,
                             [&](const OwnedInstruction& i) { return i.opcode == opcode; });
}

std::string Reduced(std::string_view stream, const Predicate& shows, uint64_t steps = 100000) {
  StepBudget budget(steps);
  return ReduceStream(stream, shows, budget);
}

TEST(ShortlexLess, ComparesLengthThenUnsignedBytes) {
  EXPECT_TRUE(ShortlexLess("b", "aa"));
  EXPECT_TRUE(ShortlexLess("a", "b"));
  EXPECT_TRUE(ShortlexLess("\x7f", "\x80"));
  EXPECT_FALSE(ShortlexLess("a", "a"));
}

TEST(ReduceStream, ReachesTheMinimum) {
  struct Row {
    const char* name;
    std::string stream;
    Predicate shows;
    std::string minimum;
  };
  const Row rows[] = {
      {
          "a value",
          Bytes("PROTO 4\nFRAME 5\nEMPTY_LIST\nMEMOIZE\nBININT1 7\nAPPEND\nSTOP\n"),
          Accepts,
          ").",
      },
      {"a mark and what takes it", Bytes("MARK\nBININT1 1\nBININT1 2\nTUPLE\nPOP\nNONE\nSTOP\n"),
       Accepts, ")."},
      {"an opcode within a frame",
       Bytes("PROTO 4\nFRAME 8\nBININT 3\nMEMOIZE\nBINGET 0\nPOP\nSTOP\n"),
       [](std::string_view s) { return Accepts(s) && Holds(s, Opcode::FRAME); }, ""},
      {"text", Bytes("SHORT_BINUNICODE 'hello'\nSTOP\n"),
       [](std::string_view s) { return s.find("ll") != std::string_view::npos; }, "ll"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    ASSERT_TRUE(row.shows(row.stream));
    const std::string reduced = Reduced(row.stream, row.shows);
    EXPECT_TRUE(row.shows(reduced));
    if (!row.minimum.empty()) EXPECT_EQ(reduced, row.minimum);
  }
}

TEST(ReduceStream, MakesFramesFitWhenInstructionsGo) {
  const std::string stream = Bytes("PROTO 4\nFRAME 7\nNONE\nPOP\nNONE\nMEMOIZE\nPOP\nNONE\nSTOP\n");
  const auto framed = [](std::string_view s) { return Accepts(s) && Holds(s, Opcode::FRAME); };
  ASSERT_TRUE(framed(stream));
  const std::string reduced = Reduced(stream, framed);
  EXPECT_LE(reduced.size(), 11U);
}

// A frame that holds what follows STOP: neither can go alone.
TEST(ReduceStream, ShortensAFrameAndTheTailInItTogether) {
  const std::string stream = Bytes("PROTO 4\nFRAME 402\nNONE\nSTOP\n") + std::string(400, 'x');
  const auto reaches_the_end = [](std::string_view s) {
    const Program program = Decode(s);
    return Accepts(s) && !program.tail.empty() && Holds(s, Opcode::FRAME) &&
           LoadLittle<uint64_t>(s.data() + s.find('\x95') + 1) == s.size() - s.find('\x95') - 9;
  };
  ASSERT_TRUE(reaches_the_end(stream));
  EXPECT_EQ(Reduced(stream, reaches_the_end), std::string("\x95\x03\0\0\0\0\0\0\0).\0", 12));
}

TEST(ReduceStream, ShrinksTheGraphWhereThatHelps) {
  // A dict that no single instruction can leave.
  const std::string stream = Bytes(
      "PROTO 2\nEMPTY_DICT\nMARK\nBINUNICODE 'key'\nBININT1 1\nBINUNICODE 'other'\nEMPTY_LIST\n"
      "SETITEMS\nSTOP\n");
  const auto has_list = [](std::string_view s) {
    const Outcome outcome = Load(s);
    if (outcome.verdict != Verdict::kAccept) return false;
    const Graph& graph = outcome.graph;
    return std::ranges::any_of(Reachable(graph, graph.root()),
                               [&](NodeId id) { return graph.kind(id) == Kind::kList; });
  };
  EXPECT_EQ(Reduced(stream, has_list), "].");
}

// The laws, on streams of every kind: smaller or the same, still showing it, 1-minimal.
TEST(ReduceStream, ResultsAreMinimalForEachPass) {
  GeneratedStreams streams;
  const Predicate predicates[] = {
      Accepts,
      [](std::string_view s) { return Holds(s, Opcode::MARK); },
      [](std::string_view s) { return Load(s).trace.size() >= 1; },
      [](std::string_view s) {
        const Outcome outcome = Load(s);
        return outcome.error && outcome.error->code == ErrorCode::kMemo;
      },
  };
  size_t reduced_streams = 0;
  for (uint64_t number = 0; number < 400; ++number) {
    const std::string stream = streams.Make(number);
    if (stream.size() > 300) continue;
    for (const Predicate& shows : predicates) {
      if (!shows(stream)) continue;
      SCOPED_TRACE(number);
      ++reduced_streams;
      const std::string reduced = Reduced(stream, shows);
      ASSERT_TRUE(shows(reduced));
      EXPECT_FALSE(ShortlexLess(stream, reduced));
      for (size_t i = 0; i < reduced.size(); ++i) {
        std::string shorter = reduced;
        shorter.erase(i, 1);
        EXPECT_TRUE(shorter.empty() || !shows(shorter)) << "byte " << i;
      }
      const Program program = Decode(reduced);
      for (size_t i = 0; i < program.instructions.size(); ++i) {
        Program fewer = program;
        fewer.instructions.erase(fewer.instructions.begin() + static_cast<std::ptrdiff_t>(i));
        const std::string bytes = Encode(fewer);
        EXPECT_TRUE(bytes.empty() || !shows(bytes)) << "instruction " << i;
      }
    }
  }
  EXPECT_GT(reduced_streams, 100U);
}

TEST(ReduceStream, IsDeterministic) {
  GeneratedStreams streams;
  for (uint64_t number = 0; number < 60; ++number) {
    const std::string stream = streams.Make(number);
    if (stream.size() > 300 || !Accepts(stream)) continue;
    EXPECT_EQ(Reduced(stream, Accepts), Reduced(stream, Accepts));
  }
}

TEST(ReduceStream, StopsWhenTheBudgetEnds) {
  const std::string stream(500, 'N');
  size_t asked = 0;
  StepBudget budget(20);
  const std::string reduced = ReduceStream(
      stream,
      [&](std::string_view s) {
        ++asked;
        return s.size() >= 400;
      },
      budget);
  EXPECT_LE(asked, 20U);
  EXPECT_TRUE(budget.exhausted());
  EXPECT_GE(reduced.size(), 400U);
}

TEST(ReductionSearch, TakesOnlyWhatIsSmallerAndAsksOnce) {
  size_t asked = 0;
  const Predicate shows = [&](std::string_view s) {
    ++asked;
    return s != "b";
  };
  StepBudget budget(100);
  ReductionSearch search("cc", shows, budget);
  EXPECT_FALSE(search.Try("cc"));
  EXPECT_FALSE(search.Try("ddd"));
  EXPECT_FALSE(search.Try(""));
  EXPECT_EQ(asked, 0U);
  EXPECT_FALSE(search.Try("b"));
  EXPECT_FALSE(search.Try("b"));
  EXPECT_EQ(asked, 1U);
  EXPECT_TRUE(search.Try("c"));
  EXPECT_EQ(search.best(), "c");
}

}  // namespace
}  // namespace pickleproof
