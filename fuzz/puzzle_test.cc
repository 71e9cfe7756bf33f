// Does the differential search find planted bugs? Each is searched from an empty corpus, by the
// mutator and the comparison of the fuzz targets, against CPython's reader; with fixed seeds, so
// that the count is the same on every machine. PICKLEPROOF_PUZZLE_SEEDS=N tries N seeds instead
// of 2.

#include <cstdlib>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fuzz/byte_mutation.h"
#include "fuzz/fuzz_options.h"
#include "fuzz/guard.h"
#include "fuzz/instruction_size.h"
#include "fuzz/mutator.h"
#include "fuzz/puzzle_machine.h"
#include "harness/base/bytes.h"
#include "harness/matrix/engine_set.h"
#include "oracles/differential.h"

namespace pickleproof {
namespace {

constexpr size_t kMaxLength = 128;

// A fuzzer of a few lines: inputs that show a new pair of opcodes, or a new opcode that fails, are
// kept and mutated further.
class Search {
 public:
  Search(const PuzzleInfo& puzzle, Engine& reference, uint64_t seed)
      : puzzle_(puzzle), reference_(reference), random_(seed), options_(FuzzLoadOptions()) {
    SeedByteMutation(seed);
    buffer_.resize(kMaxLength);
  }

  // The number of the execution that showed the bug, or 0 within `most` executions.
  uint64_t Find(uint64_t most) {
    for (uint64_t execution = 1; execution <= most; ++execution) {
      const std::string input = NextInput();
      const Outcome planted = LoadWithPuzzle(puzzle_.puzzle, input, options_);
      if (guard_.Judge(input, planted.verdict, planted.graph)) continue;
      KeepIfNew(input, planted);
      const Outcome expected = reference_.Load(input, options_);
      const Comparison comparison = oracle_.Compare(
          planted, expected, MeetOf(Distinctions(), reference_.card().distinctions));
      if (comparison.agreement != Agreement::kDiffer) continue;
      witness_ = input;
      return execution;
    }
    return 0;
  }
  const std::string& witness() const { return witness_; }

 private:
  std::string NextInput() {
    const std::string& parent = random_.Pick(corpus_);
    mutator_.Remember(random_.Pick(corpus_));
    std::copy(parent.begin(), parent.end(), buffer_.begin());
    const size_t size = mutator_.Mutate(buffer_.data(), parent.size(), kMaxLength,
                                        static_cast<uint32_t>(random_.Bits64()));
    return {buffer_.begin(), buffer_.begin() + static_cast<ptrdiff_t>(size)};
  }

  void KeepIfNew(const std::string& input, const Outcome& outcome) {
    bool is_new = false;
    if (outcome.error && outcome.error->offset < input.size()) {
      const auto opcode = static_cast<uint8_t>(input[static_cast<size_t>(outcome.error->offset)]);
      is_new = seen_.insert({opcode, 256 + static_cast<int>(outcome.error->code)}).second;
    }
    int before = 0;
    for (size_t at = 0; at < std::min<uint64_t>(outcome.consumed, input.size());) {
      const int opcode = static_cast<uint8_t>(input[at]);
      is_new = seen_.insert({before, opcode}).second || is_new;
      before = opcode;
      const size_t size = InstructionSize(input, at);
      if (size == 0) break;
      at += size;
    }
    if (is_new) corpus_.push_back(input);
  }

  const PuzzleInfo& puzzle_;
  Engine& reference_;
  RandomChoices random_;
  LoadOptions options_;
  Mutator mutator_{MutateBytes};
  Guard guard_;
  DifferentialOracle oracle_;
  std::vector<std::string> corpus_ = {""};
  std::set<std::pair<int, int>> seen_;
  std::vector<uint8_t> buffer_;
  std::string witness_;
};

class PuzzleTest : public testing::TestWithParam<size_t> {
 protected:
  static void SetUpTestSuite() {
    engines = new EngineSet(EngineSet::Make({.largest_allocation = size_t{1} << 20}));
  }
  static void TearDownTestSuite() { delete engines; }
  static Engine* Reference() {
    for (Engine* reader : engines->Readers()) {
      if (reader->card().id.ends_with("/_pickle/loads")) return reader;
    }
    return nullptr;
  }
  static EngineSet* engines;
};
EngineSet* PuzzleTest::engines = nullptr;

TEST_P(PuzzleTest, IsFoundFromAnEmptyCorpus) {
  const PuzzleInfo& puzzle = AllPuzzles()[GetParam()];
  Engine* reference = Reference();
  ASSERT_NE(reference, nullptr);
  const char* asked = std::getenv("PICKLEPROOF_PUZZLE_SEEDS");
  const uint64_t seeds = asked == nullptr ? 2 : std::strtoull(asked, nullptr, 10);
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    Search search(puzzle, *reference, seed);
    const uint64_t execution = search.Find(puzzle.executions);
    EXPECT_NE(execution, 0U) << puzzle.name << ": " << puzzle.bug << " Not found in "
                             << puzzle.executions << " executions with seed " << seed;
    fmt::print("{} seed {}: execution {}, {}\n", puzzle.name, seed, execution,
               ToHex(search.witness()));
  }
}

INSTANTIATE_TEST_SUITE_P(, PuzzleTest, testing::Range(size_t{0}, AllPuzzles().size()),
                         [](const auto& puzzle) {
                           return std::string(AllPuzzles()[puzzle.param].name);
                         });

// What is searched for is the bug: without it nothing is found.
TEST_F(PuzzleTest, OtherOpcodesOfThePlantedMachineAreRight) {
  // A bug that no input of this search reaches: READONLY_BUFFER without buffers.
  LoadOptions options = FuzzLoadOptions();
  options.buffers.clear();
  options.has_buffers = false;
  Engine* reference = Reference();
  ASSERT_NE(reference, nullptr);
  SeedByteMutation(7);
  Mutator mutator(MutateBytes);
  DifferentialOracle oracle;
  std::vector<uint8_t> buffer(kMaxLength);
  size_t size = 0;
  for (uint32_t seed = 1; seed <= 5000; ++seed) {
    size = mutator.Mutate(buffer.data(), size, kMaxLength, seed);
    const std::string input(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(size));
    const Outcome ours = LoadWithPuzzle(Puzzle::kReadOnlyForgotten, input, options);
    const Comparison comparison =
        oracle.Compare(ours, reference->Load(input, options),
                       MeetOf(Distinctions(), reference->card().distinctions));
    ASSERT_NE(comparison.agreement, Agreement::kDiffer)
        << ToHex(input) << "\n"
        << comparison.left << " | " << comparison.right;
  }
}

}  // namespace
}  // namespace pickleproof
