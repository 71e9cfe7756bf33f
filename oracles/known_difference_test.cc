#include "oracles/known_difference.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "harness/adapter/pickleproof_engine.h"
#include "harness/graph/notation_parser.h"
#include "oracles/known_loss.h"

namespace pickleproof {
namespace {

// The name of what explains that `read` came back where `written` was written.
std::string NameOf(std::string_view written, std::string_view read, int protocol,
                   std::string_view writer_id = "w/_pickle") {
  const auto left = ParseNotation(written);
  const auto right = ParseNotation(read);
  if (!left || !right) return "bad notation";
  CompareOptions options;
  options.strictness = Strictness::kAllIdentity;
  const auto difference = FirstDifference(*left, *right, options);
  if (!difference) return "no difference";
  const bool identity = difference->ToString().find("separate object") != std::string::npos;
  const Comparison comparison = {Agreement::kDiffer, identity ? "identity" : "value",
                                 difference->path, difference->left, difference->right};
  EngineCard writer, reader;
  writer.id = writer_id;
  Disagreement disagreement;
  disagreement.protocol = protocol;
  disagreement.writer = &writer;
  disagreement.right = &reader;
  disagreement.left_graph = &*left;
  disagreement.right_graph = &*right;
  disagreement.comparison = &comparison;
  const auto explanation = Explain(disagreement);
  return explanation ? std::string(explanation->name) : "";
}

TEST(KnownDifferences, ANanLosesItsBitsAtProtocol0Only) {
  EXPECT_EQ(NameOf("nan:fff8000000000001", "nan", 0), "nan-as-text");
  EXPECT_EQ(NameOf("nan:fff8000000000001", "nan", 1), "");
  EXPECT_EQ(NameOf("nan:fff8000000000001", "1.0", 0), "");
  EXPECT_EQ(NameOf("1.0", "nan", 0), "");
}

TEST(KnownDifferences, PersistentIdsAreWrittenAnew) {
  EXPECT_EQ(NameOf("(#0=persid('a'), #0#)", "(persid('a'), persid('a'))", 2), "persistent-id-anew");
  EXPECT_EQ(NameOf("(#0='a', #0#)", "('a', 'a')", 2), "") << "there is no persistent id";
  EXPECT_EQ(NameOf("(#0=[], #0#, persid(1))", "([], [], persid(1))", 2), "")
      << "the list's identity is in the stream";
}

TEST(KnownDifferences, PicklePyMemoizesEscapedCopiesAtProtocol0) {
  EXPECT_EQ(NameOf("(#0='a\\n', #0#)", "('a\\n', 'a\\n')", 0, "w/pickle.py"), "escaped-text-anew");
  EXPECT_EQ(NameOf("(#0='a\\n', #0#)", "('a\\n', 'a\\n')", 1, "w/pickle.py"), "");
  EXPECT_EQ(NameOf("(#0='a\\n', #0#)", "('a\\n', 'a\\n')", 0, "w/_pickle"), "");
  EXPECT_EQ(NameOf("(#0='a', #0#)", "('a', 'a')", 0, "w/pickle.py"), "");
}

TEST(KnownDifferences, SomeNamesOfPython3ShareOneOfPython2) {
  EXPECT_EQ(NameOf("builtins.ModuleNotFoundError", "builtins.ImportError", 2), "name-of-python-2");
  EXPECT_EQ(NameOf("builtins.ModuleNotFoundError", "builtins.ImportError", 3), "");
  EXPECT_EQ(NameOf("builtins.ModuleNotFoundError", "builtins.OSError", 2), "");
}

TEST(KnownDifferences, DottedNamesBecomeCallsOfGetattrBelowProtocol4) {
  const std::string_view back = "builtins.getattr(builtins.getattr(m.A, 'b'), 'c')";
  EXPECT_EQ(NameOf("[global('m', 'A.b.c')]", "[" + std::string(back) + "]", 3),
            "dotted-name-as-getattr");
  EXPECT_EQ(NameOf("[global('m', 'A.b.c')]", "[" + std::string(back) + "]", 4), "");
  EXPECT_EQ(NameOf("[global('m', 'A.d.c')]", "[" + std::string(back) + "]", 3), "");
}

TEST(KnownDifferences, DottedNamesMayShareWhatStandsBeforeTheLastDot) {
  const std::string_view written = "(global('m', 'A.b.c'), global('m', 'A.b.d'))";
  EXPECT_EQ(NameOf(written,
                   "(builtins.getattr(#0=builtins.getattr(m.A, 'b'), 'c'), "
                   "builtins.getattr(#0#, 'd'))",
                   3),
            "dotted-name-as-getattr");
  EXPECT_EQ(NameOf(written,
                   "(builtins.getattr(builtins.getattr(m.A, 'b'), 'c'), "
                   "builtins.getattr(builtins.getattr(m.A, 'b'), 'd'))",
                   3),
            "dotted-name-as-getattr");
}

// Found by fuzz_load_dump.
TEST(KnownDifferences, WhatStandsBeforeTheLastDotMayBeAnotherNameOfTheGraph) {
  const std::string_view apart =
      "(builtins.getattr(m.A, 'b'), builtins.getattr(builtins.getattr(m.A, 'b'), 'c'))";
  const std::string_view shared = "(#0=builtins.getattr(m.A, 'b'), builtins.getattr(#0#, 'c'))";
  for (const std::string_view back : {apart, shared}) {
    EXPECT_EQ(NameOf("(global('m', 'A.b'), global('m', 'A.b.c'))", back, 3),
              "dotted-name-as-getattr");
  }
  EXPECT_EQ(NameOf("(global('m', 'A.b.c'), global('m', 'A.b').build(1))",
                   "(builtins.getattr(#0=builtins.getattr(m.A, 'b').build(1), 'c'), #0#)", 3),
            "dotted-name-as-getattr");
  EXPECT_EQ(NameOf("(global('m', 'A.b'), global('m', 'A.x.c'))", shared, 3), "");
}

// Found by fuzz_load_dump, which such a name ended.
TEST(KnownDifferences, NamesMayHoldSurrogates) {
  EXPECT_EQ(NameOf("global('\\udc80', 'C')", "global('\\udc81', 'C')", 4), "");
  EXPECT_EQ(
      NameOf("(global('\\udc80', 'C'), obj m.C(1))", "(global('\\udc80', 'C'), inst m.C(1))", 0),
      "obj-as-inst");
}

TEST(KnownDifferences, StepsStayWithADottedName) {
  EXPECT_EQ(NameOf("global('m', 'A.b').build(1)", "builtins.getattr(m.A, 'b').build(1)", 3),
            "dotted-name-as-getattr");
  EXPECT_EQ(NameOf("global('m', 'A.b').build(1)", "builtins.getattr(m.A, 'b')", 3), "");
}

TEST(KnownDifferences, InstTakesNoDottedName) {
  EXPECT_EQ(NameOf("inst global('m', 'A.b')(1)", "obj global('m', 'A.b')(1)", 4), "no-inst");
  EXPECT_EQ(NameOf("inst m.C(1)", "obj m.C(1)", 4), "");
  EXPECT_EQ(NameOf("obj ext(1)(1)", "ext(1)(1)", 0), "no-inst");
  EXPECT_EQ(NameOf("obj ext(1)(1)", "ext(1)(1)", 1), "");
  EXPECT_EQ(NameOf("obj global('m', 'A.b')()", "builtins.getattr(m.A, 'b')()", 0), "no-inst");
}

TEST(KnownDifferences, KeysThatBecomeOneNameAreMerged) {
  EXPECT_EQ(NameOf("{builtins.ModuleNotFoundError: 1, builtins.ImportError: 2}",
                   "{builtins.ImportError: 2}", 2),
            "name-of-python-2");
}

TEST(KnownDifferences, ObjIsWrittenAsInstAtProtocol0) {
  EXPECT_EQ(NameOf("obj m.C(1)", "inst m.C(1)", 0), "obj-as-inst");
  EXPECT_EQ(NameOf("[obj m.C(1)]", "[inst m.D(1)]", 0), "");
}

TEST(KnownDifferences, SeveralLossesMayMeetInOneGraphEvenInsideSets) {
  EXPECT_EQ(NameOf("set{(global('m', 'A.b'), 0), (builtins.ModuleNotFoundError, 1)}",
                   "set{(builtins.ImportError, 1), (builtins.getattr(m.A, 'b'), 0)}", 0),
            "dotted-name-as-getattr");
}

TEST(KnownDifferences, PicklePyAppliesStepsTwiceWhereArgumentsLeadBack) {
  const std::string_view written = "#0=m.f([#0#]).append(1)";
  const std::string_view read = "#0=m.f([#0#]).append(1, 1)";
  EXPECT_EQ(NameOf(written, read, 4, "w/pickle.py"), "steps-twice");
  EXPECT_EQ(NameOf(written, read, 4, "w/_pickle"), "");
  EXPECT_EQ(NameOf("m.f([]).append(1)", "m.f([]).append(1, 1)", 4, "w/pickle.py"), "");
}

TEST(KnownDifferences, RepeatedStepsAreFoundHoweverOftenTheyStandAndWhereTheyRunIntoOneAnother) {
  const std::string_view written =
      "#0=m.f([#0#]).setitems(1: 2).build(m.g(persid(3))).setitems(4: 5)";
  // The state is written anew each time; the last items of a round run into the first of the next.
  const std::string_view read =
      "#0=m.f([#0#]).setitems(1: 2).build(m.g(persid(3))).setitems(4: 5, 1: 2)"
      ".build(m.g(persid(3))).setitems(4: 5, 1: 2).build(m.g(persid(3))).setitems(4: 5)";
  EXPECT_EQ(NameOf(written, read, 4, "w/pickle.py"), "steps-twice");
  const std::string_view other_state =
      "#0=m.f([#0#]).setitems(1: 2).build(m.g(persid(3))).setitems(4: 5, 1: 2)"
      ".build(m.g(persid(6))).setitems(4: 5)";
  EXPECT_EQ(NameOf(written, other_state, 4, "w/pickle.py"), "");
  const std::string_view cut_short =
      "#0=m.f([#0#]).setitems(1: 2).build(m.g(persid(3))).setitems(4: 5, 1: 2)"
      ".build(m.g(persid(3)))";
  EXPECT_EQ(NameOf(written, cut_short, 4, "w/pickle.py"), "");
}

TEST(KnownDifferences, StepsThatWereTwiceFromTheStartAreNoObstacle) {
  EXPECT_EQ(
      NameOf("#0=m.f([#0#]).append(1, 1)", "#0=m.f([#0#]).append(1, 1, 1, 1)", 4, "w/pickle.py"),
      "steps-twice");
  EXPECT_EQ(
      NameOf("#0=m.f([#0#]).append(1, 2)", "#0=m.f([#0#]).append(1, 1, 2, 2)", 4, "w/pickle.py"),
      "");
}

TEST(KnownDifferences, QuirksExplainWhatTheyMakeDifferent) {
  const auto engines = MakePickleproofEngines(11);
  const auto name_of = [&](std::string_view stream) -> std::string {
    const LoadOptions options;
    const Outcome left = engines[0]->Load(stream, options);
    const Outcome right = engines[1]->Load(stream, options);
    DifferentialOracle oracle;
    const Comparison comparison = oracle.Compare(left, right, {});
    if (comparison.agreement != Agreement::kDiffer) return "no difference";
    Disagreement disagreement;
    disagreement.stream = stream;
    disagreement.options = &options;
    disagreement.left = &engines[0]->card();
    disagreement.right = &engines[1]->card();
    if (left.verdict == Verdict::kAccept) disagreement.left_graph = &left.graph;
    if (right.verdict == Verdict::kAccept) disagreement.right_graph = &right.graph;
    disagreement.comparison = &comparison;
    const auto explanation = Explain(disagreement);
    return explanation ? std::string(explanation->name) : "";
  };
  EXPECT_EQ(name_of("I010\n."), "StrictNumberText");
  EXPECT_EQ(name_of("cm\nC\n]R."), "IterableArgs");
  // It takes both, one for the call that is made and one for the error behind it.
  EXPECT_EQ(name_of("cm\nC\n]R0I010\n."), "StrictNumberText");
  EXPECT_EQ(name_of("]K\x02h"), "no difference");
}

TEST(KnownDifferences, HaveUniqueNamesAndReasonsInProse) {
  std::set<std::string_view> names;
  for (const KnownDifference& known : AllKnownDifferences()) {
    EXPECT_TRUE(names.insert(known.name).second) << known.name;
    EXPECT_GT(known.reason.size(), 40U) << known.name;
  }
  for (const KnownLoss* loss : AllKnownLosses()) {
    EXPECT_TRUE(names.insert(loss->name).second) << loss->name;
    EXPECT_GT(loss->reason.size(), 40U) << loss->name;
  }
  for (const QuirkInfo& quirk : AllQuirks()) {
    EXPECT_TRUE(names.insert(quirk.name).second) << quirk.name;
    EXPECT_GT(quirk.reason.size(), 40U) << quirk.name;
  }
}

}  // namespace
}  // namespace pickleproof
