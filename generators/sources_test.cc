#include "generators/sources.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "generators/source_builder.h"

namespace pickleproof {
namespace {

constexpr uint64_t kSources = 2000;

TEST(Sources, AreTheSameForTheSameSeed) {
  std::set<std::string> texts;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const Source source = SourceFromSeed(seed);
    EXPECT_EQ(source.Program(), SourceFromSeed(seed).Program());
    texts.insert(source.Program());
  }
  EXPECT_GT(texts.size(), 190U);
}

TEST(Sources, HaveNoPlaceLeftToFill) {
  for (uint64_t seed = 0; seed < kSources; ++seed) {
    const std::string program = SourceFromSeed(seed, {.minor = 13}).Program();
    for (const char* place : {"$", "<L>", "<N>", "<F>", "<C>"}) {
      EXPECT_EQ(program.find(place), std::string::npos) << program;
    }
  }
}

TEST(Sources, DefineAtMostSoManyThings) {
  std::map<size_t, int> parts;
  for (uint64_t seed = 0; seed < kSources; ++seed) {
    ++parts[SourceFromSeed(seed, {.minor = 11, .parts = 3}).parts.size()];
  }
  // The root is a part too.
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts.begin()->first, 2U);
  EXPECT_EQ(parts.rbegin()->first, 4U);
}

TEST(Sources, EveryFormAndTraitOccurs) {
  SourceTraits traits;
  std::string all;
  for (uint64_t seed = 0; seed < 2 * kSources; ++seed) {
    const Source source = SourceFromSeed(seed, {.minor = 13});
    traits |= source.traits();
    all += source.Text();
  }
  for (const SourceTraitInfo& info : AllSourceTraits()) {
    EXPECT_TRUE(traits.has(info.trait)) << info.name;
  }
  for (const SourceForm* form : SourceFormsFor(13)) {
    // The beginning up to the first place of a line that says which form it is.
    const std::string_view last =
        form->text.substr(form->text.rfind('\n', form->text.size() - 2) + 1);
    const std::string_view sure = last.substr(0, last.find_first_of("$<"));
    EXPECT_NE(all.find(sure), std::string::npos) << form->name;
  }
}

TEST(Sources, FormsHaveUniqueNamesAndSomethingToAsk) {
  std::set<std::string_view> names;
  for (const SourceForm* form : SourceFormsFor(13)) {
    EXPECT_TRUE(names.insert(form->name).second) << form->name;
    EXPECT_FALSE(form->probes.empty()) << form->name;
    EXPECT_TRUE(form->text.ends_with('\n')) << form->name;
    for (const std::string_view probe : form->probes) {
      EXPECT_NE(probe.find('$'), std::string_view::npos) << form->name << ": " << probe;
      // What a reader does not have.
      EXPECT_EQ(probe.find("<F>"), std::string_view::npos) << form->name;
      EXPECT_EQ(probe.find("<C>"), std::string_view::npos) << form->name;
    }
  }
}

TEST(Sources, SyntaxOfLaterPythonsIsLeftOut) {
  for (const SourceForm* form : SourceFormsFor(9)) EXPECT_LE(form->minor, 9) << form->name;
  EXPECT_LT(SourceFormsFor(9).size(), SourceFormsFor(12).size());
}

TEST(ShrinkSource, LeavesTheOnePartThatFails) {
  uint64_t shrunk = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const Source source = SourceFromSeed(seed);
    const auto fails = [](const Source& s) { return s.traits().has(SourceTrait::kSlots); };
    if (!fails(source)) continue;
    ++shrunk;
    const Source small = ShrinkSource(source, fails);
    EXPECT_TRUE(fails(small));
    EXPECT_TRUE(small.probes.empty());
    EXPECT_LE(small.parts.size(), 2U) << small.Text();
    EXPECT_LT(small.Text().size(), source.Text().size());
  }
  EXPECT_GT(shrunk, 10U);
}

TEST(ShrinkSource, KeepsWhatNothingCanBeTakenFromAndItsBudget) {
  const Source source = SourceFromSeed(7);
  uint64_t calls = 0;
  const Source same = ShrinkSource(
      source,
      [&](const Source& s) {
        ++calls;
        EXPECT_NE(s.Program(), source.Program());
        return false;
      },
      10);
  EXPECT_EQ(same.Program(), source.Program());
  EXPECT_EQ(calls, 10U);
}

}  // namespace
}  // namespace pickleproof
