#include "oracles/live/live_loss.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "oracles/live/live_loss_case.h"

namespace pickleproof {
namespace {

using enum SourceTrait;

TEST(LiveLoss, NamesAreUniqueAndReasonsAreSentences) {
  std::set<std::string_view> names;
  for (const LiveLoss& loss : AllLiveLosses()) {
    EXPECT_TRUE(names.insert(loss.name).second) << loss.name;
    EXPECT_TRUE(loss.reason.ends_with('.')) << loss.name;
    EXPECT_TRUE(loss.link.starts_with("https://")) << loss.name;
  }
}

// Found by cross --live, seed 11, source 575.
TEST(LiveLoss, ASubclassOfANamedTupleWithAnInitIsWhatDillCannotMakeAnew) {
  const std::string error = "AttributeError: Cannot overwrite NamedTuple attribute __init__";
  const auto refused = [&](const std::string& writer, SourceTraits traits) {
    return ReasonOf(
        {.writer = writer, .traits = traits, .result = LiveResult::kLoadRefused, .error = error});
  };
  EXPECT_EQ(refused("dill", {kNamedTuple}), "dill-named-tuple");
  EXPECT_EQ(refused("dill", {}), "");
  EXPECT_EQ(refused("cloudpickle", {kNamedTuple}), "");
}

TEST(LiveLoss, AProbeThatAnswersOtherwiseIsUnexplainedByItself) {
  for (const char* writer : {"_pickle", "pickle.py", "cloudpickle", "pickleproof", "dill",
                             "dill-recurse", "dill-byref"}) {
    EXPECT_EQ(ReasonOf({.writer = writer, .error = "0"}), "") << writer;
    EXPECT_EQ(ReasonOf({.writer = writer, .traits = {kMainName, kLocal, kLambda}, .error = "0"}),
              "")
        << writer;
  }
}

TEST(LiveLoss, CrashesAndHangsAreNeverExplainedWithinOneVersion) {
  SourceTraits all;
  for (const SourceTraitInfo& info : AllSourceTraits()) all.set(info.trait);
  for (const LiveResult result : {LiveResult::kCrash, LiveResult::kHang}) {
    for (const char* writer : {"_pickle", "cloudpickle", "pickleproof", "dill"}) {
      EXPECT_EQ(ReasonOf({.writer = writer,
                          .traits = all,
                          .result = result,
                          .error = "SIGSEGV",
                          .stream = "cloudpickle dill._dill"}),
                "");
    }
  }
}

TEST(LiveLoss, FunctionsByNameAreMissingOnlyForPicklersThatWriteNames) {
  Case one{.writer = "_pickle",
           .reader = "_pickle",
           .result = LiveResult::kLoadRefused,
           .error = "AttributeError: Can't get attribute 'd1' on <module '__main__'>"};
  EXPECT_EQ(ReasonOf(one), "live-by-reference");
  one.writer = "cloudpickle";
  EXPECT_EQ(ReasonOf(one), "");
  one.writer = "pickleproof";
  EXPECT_EQ(ReasonOf(one), "");
}

TEST(LiveLoss, GlobalsOfDillAreLostOnlyWhereRecurseIsOff) {
  Case one{.traits = {kGlobals}, .error = "raises NameError"};
  EXPECT_EQ(ReasonOf(one), "dill-globals-by-reference");
  one.writer = "dill-recurse";
  EXPECT_EQ(ReasonOf(one), "");
  one.writer = "dill";
  one.error = "raises TypeError";
  EXPECT_EQ(ReasonOf(one), "");
}

TEST(LiveLoss, OneProbeOfSeveralThatNothingExplainsIsUnexplained) {
  Source source;
  source.parts.push_back({"root = {}\n", {kSharedCell, kLocal}});
  source.probes.push_back({"x[0](1)", {kSharedCell}});
  source.probes.push_back({"x[1]", {kLocal}});
  LiveOutcome outcome{LiveResult::kDifferent, "", {{0, "1", "2"}}};
  LiveCell cell;
  cell.writer = "cloudpickle";
  cell.reader = "_pickle";
  cell.protocol = 4;
  cell.source = &source;
  cell.outcome = &outcome;
  std::string unexplained;
  ASSERT_NE(ExplainLive(cell, &unexplained), nullptr);
  outcome.differences.push_back({1, "3", "4"});
  EXPECT_EQ(ExplainLive(cell, &unexplained), nullptr);
  EXPECT_EQ(unexplained, "x[1]: 4, not 3");
}

TEST(LiveLoss, OtherVersionsExcuseStreamsWithCodeInThemAndNoOthers) {
  const struct {
    const char *writer, *stream, *reason;
  } kRows[] = {
      {"cloudpickle", "cloudpickle.cloudpickle", "documented-as-unsupported/cloudpickle"},
      {"pickleproof", "cloudpickle.cloudpickle", "documented-as-unsupported/cloudpickle"},
      {"dill-recurse", "dill._dill", "documented-as-unsupported/dill"},
      {"cloudpickle", "builtins", ""},
      {"dill", "builtins", ""},
      {"_pickle", "cloudpickle.cloudpickle", ""},
      {"pickle.py", "dill._dill", ""},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(std::string(row.writer) + " " + row.stream);
    Case one{.writer = row.writer, .error = "0", .stream = row.stream, .other_version = true};
    EXPECT_EQ(ReasonOf(one), row.reason);
    one.result = LiveResult::kCrash;
    EXPECT_EQ(ReasonOf(one), row.reason);
    one.other_version = false;
    EXPECT_EQ(ReasonOf(one), "");
  }
}

// 3.8 and 3.9 call the type so.
TEST(LiveLoss, WeakReferencesHaveTwoNames) {
  for (const char* error : {"TypeError: cannot pickle 'weakref' object",
                            "TypeError: cannot pickle 'weakref.ReferenceType' object"}) {
    Case one{.writer = "cloudpickle",
             .traits = {kSingleDispatch},
             .result = LiveResult::kDumpRefused,
             .error = error,
             .stream = ""};
    EXPECT_EQ(ReasonOf(one), "cloudpickle-singledispatch");
    one.traits = {kLocal};
    EXPECT_EQ(ReasonOf(one), "");
  }
}

}  // namespace
}  // namespace pickleproof
