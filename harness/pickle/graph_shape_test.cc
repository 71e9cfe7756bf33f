#include "harness/pickle/graph_shape.h"

#include <gtest/gtest.h>

#include "harness/graph/notation_parser.h"

namespace pickleproof {
namespace {

TEST(GraphShape, CountsReferencesOfWhatTheRootReaches) {
  Graph g;
  const NodeId twice = g.Str("twice");
  const NodeId once = g.Str("once");
  const NodeId garbage_only = g.Str("garbage");
  const NodeId garbage[] = {twice, once, garbage_only};
  g.Tuple(garbage);
  const NodeId items[] = {twice, once, twice};
  const NodeId root = g.Tuple(items);
  const GraphShape shape(g, root);
  EXPECT_TRUE(shape.HasSeveralReferences(twice));
  EXPECT_FALSE(shape.HasSeveralReferences(once));
  EXPECT_FALSE(shape.HasSeveralReferences(root));
  EXPECT_FALSE(shape.IsShared(garbage_only));
}

TEST(GraphShape, TheRootIsReferredToByItself) {
  Graph g;
  const NodeId list = g.List();
  g.Append(list, list);
  const GraphShape shape(g, list);
  EXPECT_TRUE(shape.HasSeveralReferences(list));
  EXPECT_TRUE(shape.IsCyclic(list));
}

TEST(GraphShape, FindsEveryNodeOfACycleAndNoOther) {
  // root -> a -> b -> c -> a; b -> leaf; root -> d, d in no cycle.
  Graph g;
  const NodeId leaf = g.List();
  const NodeId a = g.List();
  const NodeId b = g.List();
  const NodeId c = g.List();
  const NodeId d = g.List();
  const NodeId root = g.List();
  for (const auto& [from, to] :
       {std::pair{root, a}, {a, b}, {b, c}, {b, leaf}, {c, a}, {root, d}, {d, a}}) {
    g.Append(from, to);
  }
  const GraphShape shape(g, root);
  for (const NodeId id : {a, b, c}) EXPECT_TRUE(shape.IsCyclic(id));
  for (const NodeId id : {root, leaf, d}) EXPECT_FALSE(shape.IsCyclic(id));
}

TEST(GraphShape, PartsOfACyclicTupleAreVisitedAgain) {
  Graph g;
  const NodeId list = g.List();
  const NodeId text = g.Str("once");
  const NodeId items[] = {list, text};
  const NodeId tuple = g.Tuple(items);
  g.Append(list, tuple);
  const GraphShape shape(g, tuple);
  EXPECT_FALSE(shape.HasSeveralReferences(text));
  EXPECT_TRUE(shape.IsShared(text));
}

// Below protocol 4 a set is made by a call, and memoized only then. Found by fuzz_graph_round_trip:
// what stood in one was called twice.
TEST(GraphShape, PartsOfACyclicSetAreVisitedAgain) {
  const auto graph = ParseNotation("#0=set{(#1=m.C().call(m.f(#1#, #0#)), None), m.g(1)}");
  ASSERT_TRUE(graph) << ToString(graph.error());
  const GraphShape shape(*graph, graph->root());
  for (const NodeId member : graph->Items(graph->root())) EXPECT_TRUE(shape.IsShared(member));
}

TEST(GraphShape, DeepNestingTakesNoStack) {
  Graph g;
  NodeId at = g.List();
  for (int i = 0; i < 300000; ++i) at = g.Tuple({&at, 1});
  const GraphShape shape(g, at);
  EXPECT_FALSE(shape.IsCyclic(at));
}

}  // namespace
}  // namespace pickleproof
