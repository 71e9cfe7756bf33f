#include "harness/pickle/effects.h"

#include <gtest/gtest.h>

#include <vector>

namespace pickleproof {
namespace {

class EffectsTest : public testing::Test {
 protected:
  NodeId Tuple(std::vector<NodeId> items) { return graph_.Tuple(items); }
  NodeId Call(NodeId callable, std::vector<NodeId> args) {
    const NodeId call = graph_.Object(How::kReduce, callable, Tuple(std::move(args)));
    calls_.push_back(call);
    return call;
  }
  std::vector<NodeId> Effects(NodeId id) const {
    std::vector<NodeId> effects;
    graph_.ForEachStep(id, [&](const Graph::Step& step) {
      if (step.kind == StepKind::kCall) effects.push_back(step.items[0]);
    });
    return effects;
  }
  bool Attach(NodeId root) { return AttachEffects(graph_, root, calls_); }

  Graph graph_;
  std::vector<NodeId> calls_;
  const NodeId setter_ = graph_.Global("m", "setter");
  const NodeId cls_ = graph_.Global("m", "Class");
};

TEST_F(EffectsTest, ADroppedCallOnAReachableObjectIsKept) {
  const NodeId object = Call(cls_, {});
  const NodeId setting = Call(setter_, {object, graph_.Int(300)});
  ASSERT_TRUE(Attach(object));
  EXPECT_EQ(Effects(object), std::vector<NodeId>{setting});
}

TEST_F(EffectsTest, ACallWhoseResultIsUsedIsNoEffect) {
  const NodeId object = Call(cls_, {});
  const NodeId used = Call(setter_, {object, graph_.Int(1)});
  ASSERT_TRUE(Attach(Tuple({object, used})));
  EXPECT_TRUE(Effects(object).empty());
}

TEST_F(EffectsTest, AnAttributeThatIsSetIsKept) {
  const NodeId object = Call(cls_, {});
  const NodeId setattr = graph_.Global("builtins", "setattr");
  const NodeId setting = Call(setattr, {object, graph_.Str("cell_contents"), object});
  const NodeId getattr = graph_.Global("builtins", "getattr");
  Call(getattr, {object, graph_.Str("name"), graph_.None()});
  ASSERT_TRUE(Attach(object));
  EXPECT_EQ(Effects(object), std::vector<NodeId>{setting});
}

TEST_F(EffectsTest, OtherNumbersOfArgumentsAreDropped) {
  const NodeId object = Call(cls_, {});
  Call(setter_, {object});
  Call(setter_, {object, object, object, object});
  ASSERT_TRUE(Attach(object));
  EXPECT_FALSE(graph_.HasSteps(object));
}

TEST_F(EffectsTest, ACallOnSomethingUnreachableOrNotInertIsDropped) {
  const NodeId object = Call(cls_, {});
  const NodeId lost = Call(cls_, {});
  const NodeId list = graph_.List();
  Call(setter_, {lost, object});
  Call(setter_, {list, object});
  ASSERT_TRUE(Attach(Tuple({object, list})));
  EXPECT_FALSE(graph_.HasSteps(object));
}

TEST_F(EffectsTest, EffectsFollowTheOtherStepsInCallOrder) {
  const NodeId object = Call(cls_, {});
  const NodeId first = Call(setter_, {object, graph_.Int(1)});
  const NodeId second = Call(setter_, {object, graph_.Int(2)});
  const NodeId state = graph_.Int(3);
  ASSERT_TRUE(graph_.AddStep(object, StepKind::kBuild, {&state, 1}));
  ASSERT_TRUE(Attach(object));
  EXPECT_EQ(Effects(object), (std::vector<NodeId>{first, second}));
  EXPECT_EQ(graph_.Steps(object)[0].kind, StepKind::kBuild);
}

TEST_F(EffectsTest, AnEarlierResultUsedByALaterEffectIsNotAnEffectItself) {
  const NodeId object = Call(cls_, {});
  const NodeId earlier = Call(setter_, {object, graph_.Int(1)});
  const NodeId later = Call(setter_, {object, earlier});
  ASSERT_TRUE(Attach(object));
  EXPECT_EQ(Effects(object), std::vector<NodeId>{later});
}

// Found by the matrix (seed 7, graph 18263): a persistent id is another node each time it is
// written.
TEST_F(EffectsTest, ASecondCallOfTheSamePersistentIdIsDropped) {
  const NodeId object = Call(cls_, {});
  const NodeId other = graph_.Str("other");
  const NodeId pids[] = {graph_.Str("pid"), graph_.Str("pid"), other};
  const NodeId args = Tuple({object, graph_.Int(1), graph_.Int(2)});
  std::vector<NodeId> made;
  for (const NodeId pid : pids) {
    made.push_back(graph_.Object(How::kReduce, graph_.PersistentId(pid), args));
    calls_.push_back(made.back());
  }
  ASSERT_TRUE(Attach(made[0]));
  EXPECT_EQ(Effects(object), std::vector<NodeId>{made[2]});
}

TEST_F(EffectsTest, AnAttachedCallMakesFurtherTargetsReachable) {
  const NodeId object = Call(cls_, {});
  const NodeId hidden = Call(cls_, {});
  const NodeId outer = Call(setter_, {object, hidden});
  const NodeId inner = Call(setter_, {hidden, graph_.Int(7)});
  ASSERT_TRUE(Attach(object));
  EXPECT_EQ(Effects(object), std::vector<NodeId>{outer});
  EXPECT_EQ(Effects(hidden), std::vector<NodeId>{inner});
}

TEST_F(EffectsTest, AChainOfManyEffectsNeedsNoRecursionAndNoSquareTime) {
  constexpr int kLength = 200'000;
  std::vector<NodeId> objects;
  for (int i = 0; i <= kLength; ++i) objects.push_back(Call(cls_, {}));
  for (int i = 0; i < kLength; ++i) Call(setter_, {objects[i], objects[i + 1]});
  ASSERT_TRUE(Attach(objects.front()));
  EXPECT_EQ(Effects(objects[kLength - 1]).size(), 1U);
}

TEST_F(EffectsTest, ALimitIsReported) {
  const NodeId object = Call(cls_, {});
  Call(setter_, {object, object});
  graph_.SetLimits(1000, 2);  // exactly the edges of the argument tuple
  EXPECT_FALSE(Attach(object));
}

}  // namespace
}  // namespace pickleproof
