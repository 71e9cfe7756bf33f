#include "oracles/known_difference.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "harness/adapter/pickleproof_engine.h"
#include "harness/graph/notation_parser.h"

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

TEST(KnownDifferences, AQuirkExplainsWhatItAloneMakesDifferent) {
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
  EXPECT_EQ(name_of("]K\x02h"), "no difference");
}

TEST(KnownDifferences, HaveUniqueNamesAndReasonsInProse) {
  std::set<std::string_view> names;
  for (const KnownDifference& known : AllKnownDifferences()) {
    EXPECT_TRUE(names.insert(known.name).second) << known.name;
    EXPECT_GT(known.reason.size(), 40U) << known.name;
  }
  for (const QuirkInfo& quirk : AllQuirks()) {
    EXPECT_TRUE(names.insert(quirk.name).second) << quirk.name;
    EXPECT_GT(quirk.reason.size(), 40U) << quirk.name;
  }
}

}  // namespace
}  // namespace pickleproof
