#include "generators/pickling_walk.h"

#include <gtest/gtest.h>

#include <array>

namespace pickleproof {
namespace {

NodeId Tuple(Graph& graph, std::initializer_list<NodeId> items) {
  return graph.Tuple(std::vector<NodeId>(items));
}

TEST(PicklingWalk, ALeafIsOneSave) {
  Graph graph;
  EXPECT_EQ(WalkAsPickler(graph, kNoneNode, true).depth, 1U);
}

TEST(PicklingWalk, AListInItselfEnds) {
  Graph graph;
  const NodeId list = graph.List();
  graph.Append(list, list);
  const PicklingWalk walk = WalkAsPickler(graph, list, true);
  EXPECT_TRUE(walk.ends);
  EXPECT_EQ(walk.depth, 1U);
}

TEST(PicklingWalk, ATupleThroughAListIsSavedTwice) {
  Graph graph;
  const NodeId list = graph.List();
  const NodeId tuple = Tuple(graph, {list});
  graph.Append(list, tuple);
  const PicklingWalk walk = WalkAsPickler(graph, tuple, true);
  EXPECT_TRUE(walk.ends);
  EXPECT_EQ(walk.depth, 3U) << "tuple, list, tuple again";
}

TEST(PicklingWalk, AnObjectThroughItsOwnArgumentsDoesNotEnd) {
  Graph graph;
  const NodeId object = graph.Declare(Kind::kObject);
  graph.FillObject(object, How::kReduce, graph.Global("m", "C"), Tuple(graph, {object}), kNoNode);
  EXPECT_FALSE(WalkAsPickler(graph, object, true).ends);
}

TEST(PicklingWalk, AnObjectThroughAListInItsArgumentsEnds) {
  Graph graph;
  const NodeId list = graph.List();
  const NodeId object = graph.Object(How::kReduce, graph.Global("m", "C"), Tuple(graph, {list}));
  graph.Append(list, object);
  EXPECT_TRUE(WalkAsPickler(graph, object, true).ends);
  EXPECT_FALSE(WalkAsPickler(graph, object, true).steps_reentered);
  const NodeId state = graph.Int(1);
  graph.AddStep(object, StepKind::kBuild, {&state, 1});
  EXPECT_TRUE(WalkAsPickler(graph, object, true).steps_reentered);
  EXPECT_FALSE(WalkAsPickler(graph, list, true).steps_reentered) << "the list comes first";
}

TEST(PicklingWalk, ASetInItsMembersArgumentsEndsFromProtocol4On) {
  Graph graph;
  const NodeId set = graph.Set();
  const NodeId object = graph.Object(How::kReduce, graph.Global("m", "K"), Tuple(graph, {set}));
  graph.AddMember(set, object);
  EXPECT_TRUE(WalkAsPickler(graph, set, true).ends);
  EXPECT_FALSE(WalkAsPickler(graph, set, false).ends);
}

TEST(PicklingWalk, ASetInItsMembersStateEndsAlways) {
  Graph graph;
  const NodeId set = graph.Set();
  const NodeId object = graph.Object(How::kNewObj, graph.Global("m", "K"), Tuple(graph, {}));
  graph.AddMember(set, object);
  graph.AddStep(object, StepKind::kBuild, {&set, 1});
  for (const bool sets_first : {true, false}) {
    EXPECT_TRUE(WalkAsPickler(graph, set, sets_first).ends);
    EXPECT_TRUE(WalkAsPickler(graph, object, sets_first).ends);
  }
}

TEST(PicklingWalk, DeepInputIsNoRecursion) {
  Graph graph;
  NodeId node = graph.List();
  for (int i = 1; i < 200000; ++i) node = graph.Sequence(Kind::kList, {&node, 1});
  EXPECT_EQ(WalkAsPickler(graph, node, true).depth, 200000U);
}

}  // namespace
}  // namespace pickleproof
