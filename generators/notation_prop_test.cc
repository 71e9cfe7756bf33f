// Text notation is read back as the graph it was printed from.

#include <gtest/gtest.h>

#include "generators/exhaustive.h"
#include "generators/rapidcheck_choices.h"
#include "harness/graph/compare.h"
#include "harness/graph/node_table.h"
#include "harness/graph/notation_parser.h"

namespace pickleproof {
namespace {

GraphCapabilities Everything() {
  GraphCapabilities all = EverythingWeHave();
  all.Allow({Kind::kPy2Str, Kind::kBuffer, Kind::kExtension});
  all.obj_and_inst = all.steps_on_others = true;
  return all;
}

std::string Difference(const Graph& graph, const Result<Graph>& again) {
  if (!again) return ToString(again.error());
  Comparer comparer;
  const auto difference = comparer.FirstDifference(
      graph, *again, {.strictness = Strictness::kAllIdentity, .set_order = true});
  return difference ? difference->ToString() : "";
}

TEST(Notation, IsReadBackAsItWas) {
  EXPECT_TRUE(rc::check([] {
    const Graph graph = *Graphs(Everything());
    const auto width = *rc::gen::inRange<size_t>(0, 100);
    const std::string text = ToNotation(graph, {.width = width});
    const std::string wrong = Difference(graph, ParseNotation(text));
    if (!wrong.empty()) RC_FAIL(wrong + "\n" + text);
  }));
}

TEST(Notation, OfEverySmallGraphIsReadBack) {
  ForEachSmallGraph(3, [](const Graph& graph) {
    const std::string text = ToNotation(graph);
    EXPECT_EQ(Difference(graph, ParseNotation(text)), "") << text;
  });
}

TEST(NodeTable, IsReadBackAsItWas) {
  EXPECT_TRUE(rc::check([] {
    const Graph graph = *Graphs(Everything());
    const std::string wrong = Difference(graph, GraphFromNodeTableText(NodeTableJson(graph)));
    if (!wrong.empty()) RC_FAIL(wrong);
  }));
}

}  // namespace
}  // namespace pickleproof
