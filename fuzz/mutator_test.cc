// The laws of the mutator and of the repair, on long runs of their own making.

#include "fuzz/mutator.h"

#include <map>

#include <gtest/gtest.h>

#include "fuzz/byte_mutation.h"
#include "fuzz/fuzz_options.h"
#include "fuzz/instruction_size.h"
#include "fuzz/tally.h"
#include "generators/damage.h"
#include "harness/base/bytes.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

using std::string_literals::operator""s;

constexpr size_t kRuns = 20000;

// Mutants of mutants, from nothing; every hundredth starts anew.
template <typename Visit>
void ForEachMutant(uint64_t seed, size_t max_size, size_t runs, Visit visit) {
  SeedByteMutation(seed);
  Mutator mutator(MutateBytes);
  RandomChoices random(seed);
  std::vector<std::string> corpus = {""};
  std::vector<uint8_t> buffer(max_size + 1, 0xa5);
  for (size_t i = 0; i < runs; ++i) {
    const std::string& parent = random.Pick(corpus);
    std::copy(parent.begin(), parent.end(), buffer.begin());
    const size_t size = mutator.Mutate(buffer.data(), parent.size(), max_size,
                                       static_cast<uint32_t>(random.Bits64()));
    const std::string mutant(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(size));
    ASSERT_LE(size, max_size);
    ASSERT_EQ(buffer[max_size], 0xa5) << "wrote past the buffer";
    visit(mutant, mutator);
    if (i % 20 == 0) corpus.push_back(mutant);
    if (corpus.size() > 100) corpus.resize(1);
    mutator.Remember(mutant);
  }
}

Verdict VerdictOf(std::string_view input) { return Load(input, FuzzLoadOptions()).verdict; }

TEST(Mutator, NeverExceedsItsLimit) {
  for (const size_t max_size : {2U, 3U, 8U, 20U, 64U, 1000U}) {
    SCOPED_TRACE(max_size);
    ForEachMutant(max_size, max_size, 3000, [](const std::string&, const Mutator&) {});
  }
}

TEST(Mutator, GivesTheSameForTheSameSeeds) {
  std::string first, second;
  ForEachMutant(5, 128, 500, [&](const std::string& mutant, const Mutator&) { first += mutant; });
  ForEachMutant(5, 128, 500, [&](const std::string& mutant, const Mutator&) { second += mutant; });
  EXPECT_EQ(first, second);
  EXPECT_GT(first.size(), 1000U);
}

TEST(Mutator, HalfOfItsMutantsLoadAndOfTheOthersAFifthFailLate) {
  size_t loaded = 0, late = 0, all = 0;
  ForEachMutant(1, 256, kRuns, [&](const std::string& mutant, const Mutator&) {
    const Outcome outcome = Load(mutant, FuzzLoadOptions());
    ++all;
    if (outcome.verdict == Verdict::kAccept) {
      ++loaded;
    } else if (IsLateFailure(mutant, outcome.error->offset)) {
      ++late;
    }
  });
  EXPECT_GE(loaded * 2, all) << loaded;
  EXPECT_LE(loaded * 10, all * 9) << "what never fails tests no refusal";
  EXPECT_GE(late * 5, all - loaded) << late;
}

TEST(Mutator, MakesEveryEditAndHalfOfItsMutantsByBytes) {
  std::array<uint64_t, 15> edits{};
  ForEachMutant(2, 256, kRuns,
                [&](const std::string&, const Mutator& mutator) { edits = mutator.edits(); });
  for (const Edit edit : AllEdits()) {
    EXPECT_GT(edits[static_cast<size_t>(edit)], kRuns / 1000) << Name(edit);
  }
  const uint64_t bytes = edits[static_cast<size_t>(Edit::kBytes)];
  EXPECT_GT(bytes * 20, kRuns * 9);
  EXPECT_LT(bytes * 20, kRuns * 11);
}

TEST(Mutator, ReachesEveryOpcodeAtEveryProtocol) {
  Tally tally("mutator_test");
  ForEachMutant(3, 256, 3 * kRuns, [&](const std::string& mutant, const Mutator&) {
    if (VerdictOf(mutant) == Verdict::kAccept) TallyInstructions(mutant, mutant.size(), tally);
  });
  for (int protocol = 0; protocol <= kHighestProtocol; ++protocol) {
    for (const OpcodeInfo& info : AllOpcodes()) {
      EXPECT_GT(tally.reached(protocol, info.opcode), 0U) << info.name << " at " << protocol;
    }
  }
}

TEST(Mutator, CrossesTwoPicklesIntoOneThatHoldsPartsOfBoth) {
  Mutator mutator(MutateBytes);
  const std::string left = "]\x8c\x04left\x94\x61."s, right = "}\x8c\x05right\x8c\x01vs."s;
  std::vector<uint8_t> buffer(64);
  bool both = false;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    const size_t size = mutator.CrossOver(left, right, buffer.data(), buffer.size(), seed);
    const std::string child(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(size));
    both = both ||
           (child.find("left") != std::string::npos && child.find("right") != std::string::npos);
  }
  EXPECT_TRUE(both);
}

TEST(Repair, MakesWhatLoadsOfAlmostAnything) {
  RandomChoices random(1);
  Repairer repairer;
  ProgramGenerator programs;
  size_t loaded = 0;
  constexpr size_t kPrograms = 5000;
  std::map<std::string, std::string> refused;
  for (size_t i = 0; i < kPrograms; ++i) {
    std::string input, repaired;
    programs.Malformed(random, input);
    for (int defects = 0; defects < 3; ++defects) input = Damage(random, input);
    repairer.Repair(random, input, 512, false, repaired);
    const Outcome outcome = Load(repaired, FuzzLoadOptions());
    loaded += outcome.verdict == Verdict::kAccept ? 1 : 0;
    if (outcome.error) refused[outcome.error->message] = ToHex(repaired);
  }
  EXPECT_GE(loaded * 100, kPrograms * 97) << loaded;
  for (const auto& [message, hex] : refused) RecordProperty(hex, message);
}

TEST(Repair, LeavesWhatLoadsAsItIsButForItsEnd) {
  RandomChoices random(2);
  Repairer repairer;
  ProgramGenerator programs({.max_instructions = 24});
  size_t unchanged = 0;
  constexpr size_t kPrograms = 2000;
  for (size_t i = 0; i < kPrograms; ++i) {
    std::string input, repaired;
    programs.WellFormed(random, input);
    repairer.Repair(random, input, 4096, false, repaired);
    const size_t common = std::min(input.size(), repaired.size()) - 1;
    unchanged += input.substr(0, common) == repaired.substr(0, common) ? 1 : 0;
  }
  EXPECT_GE(unchanged * 10, kPrograms * 5) << unchanged;
}

TEST(Repair, KeepsOneMisfitWhereAskedTo) {
  Repairer repairer;
  size_t kept = 0;
  for (uint64_t seed = 0; seed < 64; ++seed) {
    RandomChoices random(seed);
    std::string out;
    if (!repairer.Repair(random, "(K\1K\2K\3dN.", 64, true, out)) continue;
    ++kept;
    EXPECT_EQ(ToHex(out), ToHex("(K\1K\2K\3d."));
  }
  EXPECT_GT(kept, 10U);
}

TEST(InstructionSize, IsThatOfTheDecoder) {
  RandomChoices random(3);
  ProgramGenerator programs;
  for (int i = 0; i < 3000; ++i) {
    std::string input;
    programs.Malformed(random, input);
    input = Damage(random, input);
    Decoder decoder(input);
    size_t offset = 0;
    while (true) {
      const auto next = decoder.Next();
      const size_t size = InstructionSize(input, offset);
      if (!next || !*next) {
        ASSERT_EQ(size, 0U) << ToHex(input) << " at " << offset;
        break;
      }
      ASSERT_EQ(size, (**next).raw.size()) << ToHex(input) << " at " << offset;
      offset += size;
    }
  }
}

}  // namespace
}  // namespace pickleproof
