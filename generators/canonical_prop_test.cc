// Canonical form depends on what a graph means, and on nothing else.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "generators/exhaustive.h"
#include "generators/rapidcheck_choices.h"
#include "harness/graph/canonical.h"
#include "harness/graph/compare.h"

namespace pickleproof {
namespace {

// The same graph with its nodes made in another order and its sets filled in another order.
Graph Scrambled(const Graph& graph, uint64_t seed) {
  RandomChoices choices(seed);
  std::vector<NodeId> order = Reachable(graph, graph.root());
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[choices.Below(i)]);
  // Copying parts first numbers the nodes differently.
  Graph scrambled;
  const NodeId all = [&] {
    Graph whole = graph;
    const NodeId list = whole.Sequence(Kind::kList, order);
    const NodeId pair[] = {list, graph.root()};
    const NodeId root = whole.Sequence(Kind::kList, pair);
    return CopyReachable(whole, root, scrambled);
  }();
  Graph trimmed;
  trimmed.set_root(CopyReachable(scrambled, scrambled.Items(all)[1], trimmed));
  scrambled.set_root(scrambled.Items(all)[1]);
  return choices.Chance(1, 2) ? scrambled : trimmed;
}

constexpr CompareOptions kStrict = {.strictness = Strictness::kAllIdentity};

TEST(CanonicalForm, IgnoresTheOrderOfNodes) {
  EXPECT_TRUE(rc::check([] {
    const Graph graph = *Graphs(EverythingWeHave());
    const Graph other = Scrambled(graph, *rc::gen::arbitrary<uint64_t>());
    for (const Strictness strictness :
         {Strictness::kValues, Strictness::kMutableIdentity, Strictness::kAllIdentity}) {
      const CompareOptions options{.strictness = strictness};
      RC_ASSERT(Comparer().Equal(graph, other, options));
      const Canonical form = CanonicalForm(graph, options);
      if (form.exact) RC_ASSERT(form.bytes == CanonicalForm(other, options).bytes);
    }
  }));
}

TEST(CanonicalForm, DiffersWhereGraphsDiffer) {
  EXPECT_TRUE(rc::check([] {
    const Graph graph = *Graphs(EverythingWeHave());
    GraphShrinks shrinks(graph);
    for (int i = 0; i < 5; ++i) {
      const std::optional<Graph> smaller = shrinks.Next();
      if (!smaller) return;
      RC_ASSERT(Comparer().Equal(graph, *smaller, kStrict) ==
                (CanonicalForm(graph, kStrict).bytes == CanonicalForm(*smaller, kStrict).bytes));
    }
  }));
}

TEST(CanonicalForm, TellsSmallGraphsApartExactlyAsComparisonDoes) {
  // Graphs of equal form must compare equal; there are too many pairs for the other direction, so
  // that each form is compared with the one graph kept for it, and the forms must be as many as the
  // graphs less those that only list a set in another order.
  std::map<std::string, Graph> forms;
  uint64_t equal = 0;
  const uint64_t count = ForEachSmallGraph(3, [&](const Graph& graph) {
    const auto [it, fresh] = forms.try_emplace(CanonicalForm(graph, kStrict).bytes, graph);
    if (fresh) return;
    ++equal;
    EXPECT_TRUE(Comparer().Equal(it->second, graph, kStrict));
  });
  EXPECT_EQ(forms.size() + equal, count);
  EXPECT_LT(equal, count / 20);
}

TEST(ShrinkGraph, OnRandomGraphsKeepsFailing) {
  EXPECT_TRUE(rc::check([] {
    const Graph graph = *Graphs(EverythingWeHave());
    const auto fails = [](const Graph& g) {
      const std::vector<NodeId> order = Reachable(g, g.root());
      return std::count_if(order.begin(), order.end(),
                           [&](NodeId id) { return g.kind(id) == Kind::kStr; }) >= 2;
    };
    RC_PRE(fails(graph));
    const Graph smallest = ShrinkGraph(graph, fails, 2000);
    RC_ASSERT(fails(smallest));
    RC_ASSERT(Measure(smallest) <= Measure(graph));
  }));
}

}  // namespace
}  // namespace pickleproof
