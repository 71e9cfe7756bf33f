#include "oracles/live/live_loss_releases.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "oracles/live/live_loss_case.h"

namespace pickleproof {
namespace {

using enum SourceTrait;

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
      {"dill-0.3.5-partial",
       {.traits = {kPartialAttribute}, .error = "raises AttributeError", .wrote = {0, 3, 4}},
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

TEST(LiveLossReleases, EndWithTheReleaseThatHasItRight) {
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

TEST(LiveLossReleases, LoseWhatNoTraitTells) {
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

TEST(LiveLossReleases, CalledGlobalsAreLeftOutInPython313Only) {
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
TEST(LiveLossReleases, BytearraysComeBackTwiceFromThePythonPicklerBefore310) {
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

TEST(LiveLossReleases, FunctionsWithoutBuiltinsComeOfWhoeverMakesThem) {
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
TEST(LiveLossReleases, OtherReleasesExcuseStreamsThatTheyRefuse) {
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
