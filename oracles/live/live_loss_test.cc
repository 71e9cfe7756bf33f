#include "oracles/live/live_loss.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace pickleproof {
namespace {

using enum SourceTrait;

// A cell, by what differs from the usual: a source of one part and one probe with its traits.
struct Case {
  std::string writer = "dill", reader = "dill";
  int protocol = 4;
  SourceTraits traits = {};
  LiveResult result = LiveResult::kDifferent;
  std::string error;  // or what the probe answers
  std::string stream = "a stream";
  bool other_version = false;
  Release wrote = {}, reads = {};
  int minor = 11;
  std::string probe = "x['d1']";
};

std::string ReasonOf(const Case& one) {
  Source source;
  source.parts.push_back({"root = {}\n", one.traits});
  source.probes.push_back({one.probe, one.traits});
  LiveOutcome outcome{one.result, one.error, {}};
  if (one.result == LiveResult::kDifferent) {
    outcome.error.clear();
    outcome.differences.push_back({0, "'as it was'", one.error});
  }
  LiveCell cell;
  cell.writer = one.writer;
  cell.reader = one.reader;
  cell.protocol = one.protocol;
  cell.source = &source;
  cell.outcome = &outcome;
  cell.stream = one.stream;
  cell.other_version = one.other_version;
  cell.wrote = one.wrote;
  cell.reads = one.reads;
  cell.minor = one.minor;
  std::string unexplained;
  const LiveLoss* loss = ExplainLive(cell, &unexplained);
  EXPECT_EQ(loss == nullptr, !unexplained.empty());
  return loss == nullptr ? "" : std::string(loss->name);
}

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

struct ReleaseRow {
  const char* reason;
  Case lost;          // what the last release that loses it does
  Release fixed;      // and the first that doesn't
  SourceTraits less;  // traits that don't explain it
};

constexpr auto kDump = LiveResult::kDumpRefused;
constexpr auto kLoad = LiveResult::kLoadRefused;

std::vector<ReleaseRow> CloudpickleRows() {
  return {
      {"cloudpickle-3.0-dataclass",
       {.writer = "cloudpickle",
        .traits = {kDataclass},
        .error = "[]",
        .wrote = {2, 2, 1},
        .probe = "dataclasses.fields(x['d1'])"},
       {3, 0, 0},
       {kLocal}},
      {"cloudpickle-2.2-named-tuple",
       {.writer = "cloudpickle",
        .traits = {kNamedTuple},
        .result = kLoad,
        .error = "KeyError: '__module__'",
        .wrote = {2, 1, 0}},
       {2, 2, 0},
       {kLocal}},
      {"cloudpickle-1.3-inherited-slots",
       {.writer = "cloudpickle",
        .traits = {kAbstract},
        .error = "raises AttributeError",
        .wrote = {1, 2, 2}},
       {1, 3, 0},
       {kLocal}},
      {"cloudpickle-1.2-no-class",
       {.writer = "cloudpickle",
        .traits = {kSingleton},
        .result = kDump,
        .error = "AttributeError: 'S_d1' object has no attribute '__bases__'",
        .wrote = {1, 1, 1}},
       {1, 2, 0},
       {kLocal}},
  };
}

std::vector<ReleaseRow> NewerDillRows() {
  return {
      {"dill-0.3.8-called-globals",
       {.writer = "dill-recurse",
        .traits = {kGlobals},
        .error = "raises NameError",
        .wrote = {0, 3, 7},
        .minor = 13},
       {0, 3, 8},
       {kLocal}},
      {"dill-0.3.7-private-slots",
       {.traits = {kMangledSlots}, .result = kDump, .error = "KeyError: '__v'", .wrote = {0, 3, 6}},
       {0, 3, 7},
       {kSlots}},
      {"dill-0.3.7-abstract",
       {.traits = {kAbstract},
        .result = kDump,
        .error = "TypeError: cannot pickle '_abc._abc_data' object",
        .wrote = {0, 3, 6}},
       {0, 3, 7},
       {kLocal}},
      {"dill-0.3.6-dict-slot",
       {.traits = {kSlots}, .result = kDump, .error = "KeyError: '__dict__'", .wrote = {0, 3, 5}},
       {0, 3, 6},
       {kLocal}},
      {"dill-0.3.6-dataclass",
       {.traits = {kDataclass},
        .error = "[]",
        .wrote = {0, 3, 5},
        .probe = "dataclasses.fields(x['d1'])"},
       {0, 3, 6},
       {kLocal}},
  };
}

std::vector<ReleaseRow> OlderDillRows() {
  return {
      {"dill-0.3.5-recursion",
       {.traits = {kRecursiveCell},
        .result = kDump,
        .error = "RecursionError: maximum recursion depth exceeded",
        .wrote = {0, 3, 4}},
       {0, 3, 5},
       {kLocal}},
      {"dill-0.3.5-class-cell",
       {.traits = {kClassCell},
        .result = kLoad,
        .error = "AttributeError: Can't get attribute 'd1' on <module '__main__' (built-in)>",
        .wrote = {0, 3, 4}},
       {0, 3, 5},
       {kLocal}},
      {"dill-0.3.5-lru-cache",
       {.traits = {kLruCache},
        .result = kLoad,
        .error = "AttributeError: Can't get attribute 'd1' on <module '__main__' (built-in)>",
        .wrote = {0, 3, 4}},
       {0, 3, 5},
       {kLocal}},
      {"dill-0.3.5-recursive-globals",
       {.writer = "dill-recurse",
        .traits = {kGlobals},
        .error = "raises NameError",
        .wrote = {0, 3, 4}},
       {0, 3, 5},
       {kLocal}},
      {"dill-0.3.5-empty-cell",
       {.traits = {kLocal},
        .result = kDump,
        .error = "ValueError: Cell is empty",
        .wrote = {0, 3, 4}},
       {0, 3, 5},
       {kMainName}},
  };
}

TEST(LiveLoss, OfOlderReleasesEndsWithTheReleaseThatHasItRight) {
  std::vector<ReleaseRow> rows = CloudpickleRows();
  for (const auto& more : {NewerDillRows(), OlderDillRows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  for (const ReleaseRow& row : rows) {
    SCOPED_TRACE(row.reason);
    EXPECT_EQ(ReasonOf(row.lost), row.reason);
    Case later = row.lost;
    later.wrote = row.fixed;
    EXPECT_EQ(ReasonOf(later), "");
    Case unknown = row.lost;
    unknown.wrote = Release();
    EXPECT_EQ(ReasonOf(unknown), "");
    Case other_source = row.lost;
    other_source.traits = row.less;
    EXPECT_EQ(ReasonOf(other_source), "");
    Case other_error = row.lost;
    other_error.error = "TypeError";
    other_error.probe = "x['d1']";
    EXPECT_EQ(ReasonOf(other_error), "");
    Case other_writer = row.lost;
    other_writer.writer = "someone";
    EXPECT_EQ(ReasonOf(other_writer), "");
  }
}

TEST(LiveLoss, OfOlderReleasesWhatNoTraitTells) {
  Case one{.error = "'f'", .wrote = {0, 3, 4}, .probe = "x['d1'].__qualname__"};
  EXPECT_EQ(ReasonOf(one), "dill-0.3.5-function-attributes");
  one.probe = "x['d1'].__name__";
  EXPECT_EQ(ReasonOf(one), "");
  one.probe = "x['d1'].me[0] is x['d1']";
  EXPECT_EQ(ReasonOf(one), "");
  one.error = "raises AttributeError";
  EXPECT_EQ(ReasonOf(one), "dill-0.3.5-function-attributes");
  one.wrote = {0, 3, 5};
  EXPECT_EQ(ReasonOf(one), "");

  Case type{.result = LiveResult::kDumpRefused,
            .error =
                "PicklingError: Can't pickle <class 'ellipsis'>: it's not found as "
                "builtins.ellipsis",
            .wrote = {0, 3, 4}};
  EXPECT_EQ(ReasonOf(type), "dill-0.3.5-ellipsis");
  type.wrote = {0, 3, 5};
  EXPECT_EQ(ReasonOf(type), "");
}

TEST(LiveLoss, CalledGlobalsAreLeftOutInPython313Only) {
  Case one{.writer = "dill-recurse",
           .traits = {kGlobals},
           .error = "raises NameError",
           .wrote = {0, 3, 6},
           .minor = 13};
  EXPECT_EQ(ReasonOf(one), "dill-0.3.8-called-globals");
  one.minor = 12;
  EXPECT_EQ(ReasonOf(one), "");
}

// Found by cross --live, seed 501, source 11.
TEST(LiveLoss, BytearraysComeBackTwiceFromThePythonPicklerBefore310) {
  const auto reason = [](const std::string& writer, int minor, const Release& wrote = {},
                         const std::string& stream = "\x96", const std::string& answer = "False") {
    return ReasonOf({.writer = writer,
                     .error = answer,
                     .stream = stream,
                     .wrote = wrote,
                     .minor = minor,
                     .probe = "x['d1'][0] is x['d1'][3]"});
  };
  for (const char* writer : {"pickle.py", "dill", "dill-recurse"}) {
    EXPECT_EQ(reason(writer, 9), "python-3.10-bytearray") << writer;
    EXPECT_EQ(reason(writer, 10), "") << writer;
    EXPECT_EQ(reason(writer, 9, {}, "no such opcode"), "") << writer;
    EXPECT_EQ(reason(writer, 9, {}, "\x96", "raises TypeError"), "") << writer;
  }
  EXPECT_EQ(reason("_pickle", 9), "");
  EXPECT_EQ(reason("cloudpickle", 9, {1, 1, 1}), "python-3.10-bytearray");
  EXPECT_EQ(reason("cloudpickle", 9, {1, 2, 0}), "");
  EXPECT_EQ(reason("pickleproof", 9, {1, 1, 1}), "");
}

TEST(LiveLoss, FunctionsWithoutBuiltinsComeOfWhoeverMakesThem) {
  Case one{.writer = "dill-recurse",
           .error = "raises ImportError",
           .wrote = {0, 4, 1},
           .reads = {0, 3, 3}};
  EXPECT_EQ(ReasonOf(one), "dill-0.3.4-no-builtins");
  one.reads = {0, 3, 6};
  EXPECT_EQ(ReasonOf(one), "");
  one.wrote = {0, 3, 3};
  EXPECT_EQ(ReasonOf(one), "dill-0.3.4-no-builtins");
}

// Only what can't be loaded: what loads and behaves differently needs a reason of its own.
TEST(LiveLoss, OtherReleasesExcuseStreamsThatTheyRefuse) {
  const Release older = {2, 1, 0};
  const Release newer = {3, 1, 2};
  const struct {
    const char *writer, *stream;
    Release wrote, reads;
    const char* reason;
  } kRows[] = {
      {"cloudpickle", "cloudpickle.cloudpickle", newer, older,
       "documented-as-unsupported/cloudpickle-releases"},
      {"pickleproof", "cloudpickle.cloudpickle", newer, older,
       "documented-as-unsupported/cloudpickle-releases"},
      {"cloudpickle", "cloudpickle.cloudpickle", older, newer,
       "documented-as-unsupported/cloudpickle-releases"},
      {"cloudpickle", "cloudpickle.cloudpickle", newer, newer, ""},
      {"cloudpickle", "builtins", newer, older, ""},
      {"dill", "dill._dill", newer, older, "documented-as-unsupported/dill-releases"},
      {"dill", "dill._dill", older, newer, ""},
      {"dill", "dill._dill", newer, newer, ""},
      {"dill", "builtins", newer, older, ""},
      {"_pickle", "cloudpickle.cloudpickle", newer, older, ""},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(std::string(row.writer) + " " + row.stream);
    Case one{.writer = row.writer,
             .result = LiveResult::kLoadRefused,
             .error = "TypeError: takes 3 positional arguments but 4 were given",
             .stream = row.stream,
             .wrote = row.wrote,
             .reads = row.reads};
    EXPECT_EQ(ReasonOf(one), row.reason);
    one.result = LiveResult::kDifferent;
    EXPECT_EQ(ReasonOf(one), "");
    one.result = LiveResult::kCrash;
    EXPECT_EQ(ReasonOf(one), "");
  }
}

}  // namespace
}  // namespace pickleproof
