#include "generators/shrink.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "generators/choices.h"
#include "generators/graphs.h"
#include "generators/pickling_walk.h"
#include "harness/graph/notation.h"
#include "harness/graph/notation_parser.h"

namespace pickleproof {
namespace {

template <typename Predicate>
bool AnyNode(const Graph& graph, Predicate predicate) {
  for (const NodeId id : Reachable(graph, graph.root())) {
    if (predicate(id)) return true;
  }
  return false;
}

bool HasNan(const Graph& graph) {
  return AnyNode(graph, [&](NodeId id) {
    return graph.kind(id) == Kind::kFloat && std::isnan(graph.FloatValue(id));
  });
}

bool HasCycleThroughDict(const Graph& graph) {
  return AnyNode(graph, [&](NodeId id) {
    if (graph.kind(id) != Kind::kDict) return false;
    bool found = false;
    graph.ForEachChild(id, [&](NodeId child) {
      for (const NodeId next : Reachable(graph, child)) found |= next == id;
    });
    return found;
  });
}

bool HasTwoPathsToOneList(const Graph& graph) {
  std::map<NodeId, int> references;
  for (const NodeId id : Reachable(graph, graph.root())) {
    graph.ForEachChild(id, [&](NodeId child) {
      bool back = child == id;
      for (const NodeId next : Reachable(graph, child)) back |= next == id;
      if (graph.kind(child) == Kind::kList && !back) ++references[child];
    });
  }
  for (const auto& [id, count] : references) {
    if (count > 1) return true;
  }
  return false;
}

bool HasLargeInt(const Graph& graph) {
  return AnyNode(graph, [&](NodeId id) {
    return graph.kind(id) == Kind::kInt && graph.IsSmallInt(id) && graph.SmallInt(id) >= 1000;
  });
}

bool HasLongText(const Graph& graph) {
  return AnyNode(
      graph, [&](NodeId id) { return graph.kind(id) == Kind::kStr && graph.Text(id).size() >= 3; });
}

bool HasState(const Graph& graph) {
  return AnyNode(graph, [&](NodeId id) {
    bool found = false;
    if (!graph.HasSteps(id)) return false;
    graph.ForEachStep(id, [&](const Graph::Step& step) { found |= step.kind == StepKind::kBuild; });
    return found;
  });
}

bool HasFourMembers(const Graph& graph) {
  return AnyNode(graph,
                 [&](NodeId id) { return IsSetLike(graph.kind(id)) && graph.Length(id) >= 4; });
}

struct PlantedRow {
  const char* name;
  bool (*predicate)(const Graph&);
  GraphMeasure smallest;  // what no graph with it can be below, and shrinking reaches
};
const PlantedRow kPlanted[] = {
    {"a NaN", HasNan, {1, 0, 1, 0, 3}},
    {"a cycle through a dict", HasCycleThroughDict, {1, 2, 2, 0, 0}},
    {"two paths to one list", HasTwoPathsToOneList, {2, 2, 3, 0, 0}},
    {"an int from 1000 on", HasLargeInt, {1, 0, 1, 2, 2000}},
    {"three bytes of text", HasLongText, {1, 0, 1, 3, 0}},
    {"state", HasState, {3, 3, 3, 2, 0}},
    // No four members are plainer.
    {"four members", HasFourMembers, Measure(*ParseNotation("set{None, False, True, 2}"))},
};

TEST(ShrinkGraph, ReachesTheMinimumOfPlantedPredicates) {
  for (const PlantedRow& row : kPlanted) {
    SCOPED_TRACE(row.name);
    int found = 0;
    for (uint64_t seed = 0; seed < 3000 && found < 12; ++seed) {
      const Graph graph = GraphFromSeed(seed, PicklableByCPython(4));
      if (graph.size() > 700 || !row.predicate(graph)) continue;
      ++found;
      const Graph smallest = ShrinkGraph(graph, row.predicate);
      EXPECT_TRUE(row.predicate(smallest)) << "seed " << seed;
      EXPECT_TRUE(Measure(smallest) <= row.smallest)
          << "seed " << seed << ": " << ToNotation(smallest);
    }
    EXPECT_GE(found, 4);
  }
}

TEST(GraphShrinks, OnRandomPathsEveryCandidateIsValidAndStrictlySmaller) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    RandomChoices choices(seed);
    Graph graph = GraphFromSeed(seed, EverythingWeHave());
    for (int step = 0; step < 200; ++step) {
      GraphShrinks shrinks(graph);
      std::optional<Graph> next;
      for (uint64_t skip = choices.Skewed(30) + 1; skip > 0; --skip) {
        std::optional<Graph> candidate = shrinks.Next();
        if (!candidate) break;
        EXPECT_LT(Measure(*candidate), Measure(graph));
        EXPECT_TRUE(WalkAsPickler(*candidate, candidate->root(), true).ends);
        Graph copy;
        copy.set_root(CopyReachable(*candidate, candidate->root(), copy));
        EXPECT_EQ(copy.size(), candidate->size());
        next = std::move(candidate);
      }
      if (!next) break;
      graph = *std::move(next);
    }
  }
}

TEST(GraphShrinks, NoneHasNone) {
  Graph graph;
  EXPECT_FALSE(GraphShrinks(graph).Next());
}

TEST(GraphShrinks, EverythingShrinksToNone) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const Graph smallest =
        ShrinkGraph(GraphFromSeed(seed, EverythingWeHave()), [](const Graph&) { return true; });
    EXPECT_EQ(smallest.root(), kNoneNode);
  }
}

TEST(ShrinkGraph, IsDeterministic) {
  const Graph graph = GraphFromSeed(7, PicklableByCPython(4));
  const auto big = [](const Graph& g) { return Reachable(g, g.root()).size() >= 4; };
  EXPECT_EQ(ToNotation(ShrinkGraph(graph, big)), ToNotation(ShrinkGraph(graph, big)));
}

TEST(ShrinkGraph, DropsTheChaffOfALongListInFewTries) {
  Graph graph;
  const NodeId list = graph.List();
  for (int i = 0; i < 2000; ++i) graph.Append(list, graph.Int(i == 1234 ? 5000 : i % 7));
  graph.set_root(list);
  uint64_t tries = 0;
  const Graph smallest = ShrinkGraph(graph, [&](const Graph& g) {
    ++tries;
    return g.kind(g.root()) == Kind::kList && HasLargeInt(g);
  });
  EXPECT_EQ(ToNotation(smallest), "[1000]");
  EXPECT_LT(tries, 500U) << "single removals would take thousands";
}

TEST(ShrinkGraph, StopsAtItsTries) {
  uint64_t tries = 0;
  ShrinkGraph(GraphFromSeed(5), [&](const Graph&) { return ++tries, false; }, 10);
  EXPECT_EQ(tries, 10U);
}

TEST(Apply, KeepsObjectsSound) {
  // Arguments must stay a tuple, callables inert, keywords a dict from strings.
  Graph graph;
  const NodeId key = graph.Str("k");
  const NodeId keywords = graph.Dict();
  graph.SetItem(keywords, key, kTrueNode);
  const NodeId global = graph.Global("m", "C");
  const NodeId arguments = graph.Tuple({});
  graph.set_root(graph.Object(How::kNewObjEx, global, arguments, keywords));
  for (const NodeId id : {key, keywords, global, arguments}) {
    EXPECT_FALSE(Apply(graph, {.what = ShrinkEdit::What::kReplace, .node = id, .to = kNoneNode}));
  }
  EXPECT_TRUE(
      Apply(graph, {.what = ShrinkEdit::What::kReplace, .node = kTrueNode, .to = kNoneNode}));
}

TEST(Apply, RefusesKeysWithoutAHash) {
  Graph graph;
  const NodeId list = graph.List();
  const NodeId object = graph.Object(How::kReduce, graph.Global("m", "C"), graph.Tuple({}));
  graph.AddStep(object, StepKind::kAppend, {&list, 1});
  const NodeId set = graph.Set();
  graph.AddMember(set, object);
  graph.set_root(set);
  EXPECT_FALSE(Apply(graph, {.what = ShrinkEdit::What::kReplace, .node = object, .to = list}));
}

TEST(Apply, KeysThatBecomeEqualBecomeOne) {
  Graph graph;
  const NodeId a = graph.Str("a");
  const NodeId b = graph.Str("b");
  const NodeId dict = graph.Dict();
  graph.SetItem(dict, a, graph.Int(1));
  graph.SetItem(dict, b, graph.Int(2));
  graph.set_root(dict);
  const auto smaller = Apply(graph, {.what = ShrinkEdit::What::kText, .node = b, .text = "a"});
  ASSERT_TRUE(smaller);
  EXPECT_EQ(ToNotation(*smaller), "{'a': 2}");
}

}  // namespace
}  // namespace pickleproof
