#include "generators/damage.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "generators/opcode_programs.h"
#include "harness/pickle/decoder.h"

namespace pickleproof {
namespace {

// Two frames, a memo index, a counted argument.
constexpr std::string_view kPickle(
    "\x80\x04\x95\x0a\x00\x00\x00\x00\x00\x00\x00\x8c\x03key\x94]\x94h\x00K"
    "\x95\x02\x00\x00\x00\x00\x00\x00\x00K\x05.",
    34);

std::string Sample(uint64_t seed) {
  RandomChoices choices(seed);
  ProgramGenerator generator;
  std::string out;
  generator.WellFormed(choices, out);
  return out;
}

TEST(Inflict, EveryDefectChangesSomething) {
  const std::string donor = Sample(1000);
  for (const Defect defect : AllDefects()) {
    SCOPED_TRACE(Name(defect));
    int inflicted = 0;
    for (uint64_t seed = 0; seed < 200; ++seed) {
      RandomChoices choices(seed);
      const std::string input = Sample(seed);
      const auto out = Inflict(defect, choices, input, donor);
      if (!out) continue;
      ++inflicted;
      EXPECT_NE(*out, input);
    }
    EXPECT_GT(inflicted, 120);
  }
}

TEST(Inflict, NamesAreDistinct) {
  std::set<std::string_view> names;
  for (const Defect defect : AllDefects()) names.insert(Name(defect));
  EXPECT_EQ(names.size(), AllDefects().size());
}

TEST(Inflict, NothingWhereThereIsNoPlace) {
  RandomChoices choices(1);
  EXPECT_FALSE(Inflict(Defect::kTruncate, choices, ""));
  EXPECT_FALSE(Inflict(Defect::kChangeMemoIndex, choices, "N."));
  EXPECT_FALSE(Inflict(Defect::kChangeLength, choices, "N."));
  EXPECT_FALSE(Inflict(Defect::kSpliceBytes, choices, "N.", ""));
  EXPECT_FALSE(Inflict(Defect::kSpliceInstructions, choices, "N.", ""));
}

TEST(Inflict, TruncationIsAPrefix) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    RandomChoices choices(seed);
    const std::string input = Sample(seed);
    const auto out = Inflict(Defect::kTruncate, choices, input);
    ASSERT_TRUE(out);
    EXPECT_TRUE(input.starts_with(*out));
    EXPECT_LT(out->size(), input.size());
  }
}

TEST(Inflict, ChangingInstructionsKeepsFramesFitting) {
  int frames = 0;
  for (const Defect defect : {Defect::kInsertInstruction, Defect::kDeleteInstructions,
                              Defect::kDuplicateInstructions, Defect::kChangeArgument}) {
    SCOPED_TRACE(Name(defect));
    for (uint64_t seed = 0; seed < 200; ++seed) {
      RandomChoices choices(seed);
      const auto out = Inflict(defect, choices,
                               "\x80\x04\x95\x08" + std::string(7, '\0') +
                                   "]\x94K\x01"
                                   "aK\x02"
                                   "a.");
      ASSERT_TRUE(out);
      Decoder decoder(*out);
      uint64_t end = 0;
      std::set<uint64_t> boundaries;
      while (const auto next = decoder.Next()) {
        if (!*next) break;
        boundaries.insert((*next)->offset);
        if ((*next)->opcode != Opcode::FRAME || end != 0) continue;
        end = (*next)->offset + 9 + (*next)->number;
        ++frames;
      }
      boundaries.insert(decoder.position());
      // An instruction that swallows others by its own argument is another matter.
      if (end != 0 && decoder.position() == out->size() && defect != Defect::kInsertInstruction) {
        EXPECT_TRUE(boundaries.contains(end)) << "seed " << seed;
      }
    }
  }
  EXPECT_GT(frames, 500);
}

TEST(Damage, ReachesEveryDefectAndAlwaysDamages) {
  std::map<std::string, int> names;
  const std::string donor = Sample(77);
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    RandomChoices choices(seed);
    std::string name;
    EXPECT_NE(Damage(choices, kPickle, &name, donor), kPickle);
    ++names[name];
  }
  for (const Defect defect : AllDefects()) {
    EXPECT_GT(names[std::string(Name(defect))], 20) << Name(defect);
  }
}

TEST(Damage, AnyInputCanBeDamaged) {
  for (const std::string_view input : {"", ".", "\xff", "N", "\x95"}) {
    for (uint64_t seed = 0; seed < 50; ++seed) {
      RandomChoices choices(seed);
      EXPECT_NE(Damage(choices, input), input);
    }
  }
}

TEST(Damage, BytesOfAFuzzerDecideToo) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string bytes(3, static_cast<char>(byte));
    ByteChoices choices(bytes);
    EXPECT_NE(Damage(choices, kPickle), kPickle);
  }
}

}  // namespace
}  // namespace pickleproof
