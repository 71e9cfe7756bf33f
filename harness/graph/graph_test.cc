#include "harness/graph/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "harness/graph/compare.h"

namespace pickleproof {
namespace {

std::vector<NodeId> ItemsOf(const Graph& g, NodeId id) {
  const auto items = g.Items(id);
  return {items.begin(), items.end()};
}

TEST(Graph, TheFixedNodesAreNoneBoolsAndSmallInts) {
  Graph g;
  EXPECT_EQ(g.kind(g.None()), Kind::kNone);
  EXPECT_FALSE(g.BoolValue(g.Bool(false)));
  EXPECT_TRUE(g.BoolValue(g.Bool(true)));
  const size_t size = g.size();
  for (int i = 0; i < 256; ++i) EXPECT_EQ(g.SmallInt(g.Int(i)), i);
  EXPECT_EQ(g.size(), size) << "no node was made";
  EXPECT_EQ(g.SmallInt(g.Int(-1)), -1);
  EXPECT_EQ(g.SmallInt(g.Int(256)), 256);
  EXPECT_EQ(g.size(), size + 2);
  EXPECT_EQ(g.root(), kNoneNode);
}

TEST(Graph, IntFromBytesTakesAnyLengthAndKeepsTheLeastForm) {
  const struct {
    const char* name;
    std::string bytes;
    std::optional<int64_t> small;  // else big
    size_t big_size;
  } rows[] = {
      {"no bytes", "", 0, 0},
      {"minus one", "\xff", -1, 0},
      {"255", std::string("\xff\x00", 2), 255, 0},
      {"superfluous sign bytes", std::string("\x05") + std::string(20, '\0'), 5, 0},
      {"superfluous negative sign bytes", std::string("\x80") + std::string(20, '\xff'), -128, 0},
      {"the greatest small int", "\xff\xff\xff\xff\xff\xff\xff\x7f", INT64_MAX, 0},
      {"the least small int", std::string("\0\0\0\0\0\0\0\x80", 8), INT64_MIN, 0},
      {"2**63", std::string("\0\0\0\0\0\0\0\x80\0", 9), std::nullopt, 9},
      {"2**63 with sign bytes", std::string("\0\0\0\0\0\0\0\x80\0\0\0", 11), std::nullopt, 9},
      {"-2**63 - 1", "\xff\xff\xff\xff\xff\xff\xff\x7f\xff", std::nullopt, 9},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    Graph g;
    const NodeId id = g.IntFromBytes(row.bytes);
    ASSERT_EQ(g.kind(id), Kind::kInt);
    ASSERT_EQ(g.IsSmallInt(id), row.small.has_value());
    if (row.small) {
      EXPECT_EQ(g.SmallInt(id), *row.small);
    } else {
      EXPECT_EQ(g.BigInt(id), row.bytes.substr(0, row.big_size));
    }
  }
}

TEST(Graph, RunsGrowSideBySideWithoutDisturbingEachOther) {
  std::mt19937 random(1);
  Graph g;
  constexpr size_t kLists = 12;
  std::vector<NodeId> lists;
  std::vector<std::vector<NodeId>> expected(kLists);
  for (size_t i = 0; i < kLists; ++i) {
    if (i % 3 == 0) {
      const NodeId items[] = {g.Int(1), g.Int(2), g.Int(3)};
      expected[i].assign(items, items + i / 3);
      lists.push_back(g.Sequence(Kind::kList, expected[i]));
    } else {
      lists.push_back(g.List());
    }
  }
  for (int round = 0; round < 3000; ++round) {
    const size_t i = random() % kLists;
    std::vector<NodeId> more(random() % 4 == 0 ? random() % 9 : 1);
    for (NodeId& id : more) id = g.Int(static_cast<int64_t>(random() % 256));
    ASSERT_TRUE(g.Extend(lists[i], more));
    expected[i].insert(expected[i].end(), more.begin(), more.end());
    const size_t other = random() % kLists;
    ASSERT_EQ(ItemsOf(g, lists[other]), expected[other]) << "in round " << round;
  }
  for (size_t i = 0; i < kLists; ++i) EXPECT_EQ(ItemsOf(g, lists[i]), expected[i]);
}

TEST(Graph, ADictKeepsTheFirstKeyAndTheLastValue) {
  // Below and above the number of keys from which they are indexed.
  for (const int count : {3, 8, 9, 1000}) {
    SCOPED_TRACE(count);
    Graph g;
    const NodeId dict = g.Dict();
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(g.SetItem(dict, g.Int(i + 1000), g.Int(i)), Insert::kAdded);
    }
    const NodeId first_key = g.Items(dict)[0];
    EXPECT_EQ(g.SetItem(dict, g.Float(1000), g.Str("new")), Insert::kReplaced);
    EXPECT_EQ(g.SetItem(dict, g.Float(1000 + count - 1), g.Str("last")), Insert::kReplaced);
    EXPECT_EQ(g.Length(dict), static_cast<size_t>(count));
    EXPECT_EQ(g.Items(dict)[0], first_key);
    EXPECT_EQ(g.Text(g.Items(dict)[1]), "new");
    EXPECT_EQ(g.Text(g.Items(dict).back()), "last");
    EXPECT_EQ(g.SetItem(dict, g.List(), g.None()), Insert::kUnhashable);
    EXPECT_EQ(g.Length(dict), static_cast<size_t>(count));
    for (int i = 1; i + 1 < count; ++i) {
      EXPECT_EQ(g.SmallInt(g.Items(dict)[2 * static_cast<size_t>(i)]), 1000 + i);
    }
  }
}

TEST(Graph, ASetKeepsTheFirstOfEqualMembers) {
  for (const int count : {2, 8, 9, 500}) {
    for (const Kind kind : {Kind::kSet, Kind::kFrozenSet}) {
      SCOPED_TRACE(count);
      Graph g;
      const NodeId set = g.Empty(kind);
      for (int i = 0; i < count; ++i) {
        ASSERT_EQ(g.AddMember(set, g.Str("member " + std::to_string(i))), Insert::kAdded);
      }
      const auto before = ItemsOf(g, set);
      for (int i = count; i-- > 0;) {
        EXPECT_EQ(g.AddMember(set, g.Str("member " + std::to_string(i))), Insert::kReplaced);
      }
      EXPECT_EQ(ItemsOf(g, set), before);
      EXPECT_EQ(g.AddMember(set, g.Dict()), Insert::kUnhashable);
      EXPECT_EQ(g.Length(set), static_cast<size_t>(count));
    }
  }
}

TEST(Graph, NothingIsAddedPastTheLimits) {
  Graph g;
  g.SetLimits(g.size() + 2, 4);
  const NodeId list = g.List();
  const NodeId text = g.Str("a");
  EXPECT_NE(list, kNoNode);
  EXPECT_NE(text, kNoNode);
  EXPECT_EQ(g.List(), kNoNode);
  EXPECT_EQ(g.Str("b"), kNoNode);
  EXPECT_EQ(g.Int(1000), kNoNode);
  EXPECT_EQ(g.Global("m", "x"), kNoNode);
  EXPECT_EQ(g.Object(How::kReduce, text, text), kNoNode);
  EXPECT_EQ(g.Int(7), kSmallIntNode + 7) << "fixed nodes cost nothing";
  EXPECT_TRUE(g.Extend(list, {{text, text, text}}));
  EXPECT_FALSE(g.Extend(list, {{text, text}}));
  EXPECT_EQ(g.Length(list), 3U);
  EXPECT_TRUE(g.Append(list, text));
  EXPECT_FALSE(g.Append(list, text));
  EXPECT_EQ(g.Length(list), 4U);
}

TEST(Graph, AGraphThatHitItsLimitIsStillWhole) {
  Graph g;
  const NodeId a = g.List();
  const NodeId b = g.List();
  // The second item of `a` does not end the edges, so that `a` moves and has room for four.
  ASSERT_TRUE(g.Append(a, g.Int(1)));
  ASSERT_TRUE(g.Append(b, g.Int(10)));
  ASSERT_TRUE(g.Extend(a, {{g.Int(2), g.Int(3)}}));
  g.SetLimits(1000, 7);
  EXPECT_FALSE(g.Extend(a, {{g.Int(4), g.Int(5), g.Int(6), g.Int(7)}}));
  const NodeId c = g.List();
  ASSERT_TRUE(g.Append(c, g.Int(20)));
  EXPECT_EQ(ItemsOf(g, a), (std::vector{g.Int(1), g.Int(2), g.Int(3)}));
  g.Append(a, g.Int(4));
  EXPECT_EQ(ItemsOf(g, c), std::vector{g.Int(20)});
  EXPECT_EQ(ItemsOf(g, b), std::vector{g.Int(10)});
}

TEST(Graph, AKeyThatHitTheLimitIsNotThere) {
  Graph g;
  const NodeId set = g.Set();
  g.SetLimits(1000, 20);
  int added = 0;
  while (g.AddMember(set, g.Int(added + 1000)) == Insert::kAdded) ++added;
  EXPECT_EQ(g.Length(set), static_cast<size_t>(added));
  EXPECT_EQ(g.AddMember(set, g.Int(added + 1000)), Insert::kLimit) << "asked again";
  EXPECT_EQ(g.AddMember(set, g.Int(1000)), Insert::kReplaced);
  const NodeId dict = g.Dict();
  EXPECT_EQ(g.SetItem(dict, g.Int(1), g.Int(1)), Insert::kLimit);
  EXPECT_EQ(g.Length(dict), 0U);
}

TEST(Graph, EqualNamesAndCodesAreOneNode) {
  Graph g;
  std::vector<NodeId> globals;
  std::vector<NodeId> codes;
  for (int i = 0; i < 100; ++i) {
    globals.push_back(g.Global("m" + std::to_string(i), "name"));
    codes.push_back(g.Extension(static_cast<uint32_t>(i)));
  }
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(g.Global("m" + std::to_string(i), "name"), globals[static_cast<size_t>(i)]);
    EXPECT_EQ(g.Extension(static_cast<uint32_t>(i)), codes[static_cast<size_t>(i)]);
  }
  EXPECT_NE(g.Global("m1", "name2"), globals[1]);
  EXPECT_NE(g.Global("m1name", ""), g.Global("m1", "name"));
  EXPECT_EQ(g.Module(globals[7]), "m7");
  EXPECT_EQ(g.QualifiedName(globals[7]), "name");
  EXPECT_EQ(g.ExtensionCode(codes[7]), 7U);
}

TEST(Graph, StepsOfAKindMergeExceptStatesAndCalls) {
  Graph g;
  const NodeId object = g.Object(How::kReduce, g.Global("m", "C"), g.Tuple({}));
  EXPECT_FALSE(g.HasSteps(object));
  const auto add = [&](StepKind kind, std::vector<NodeId> items) {
    ASSERT_TRUE(g.AddStep(object, kind, items));
  };
  add(StepKind::kAppend, {g.Int(1)});
  add(StepKind::kAppend, {g.Int(2), g.Int(3)});
  add(StepKind::kAppend, {});
  add(StepKind::kSetItems, {});
  add(StepKind::kSetItems, {g.Str("k"), g.Int(4)});
  add(StepKind::kSetItems, {g.Str("k"), g.Int(5)});
  add(StepKind::kBuild, {g.Int(6)});
  add(StepKind::kBuild, {g.Int(7)});
  add(StepKind::kCall, {g.Int(8)});
  add(StepKind::kCall, {g.Int(9)});
  add(StepKind::kAdd, {g.Int(10)});
  add(StepKind::kAppend, {g.Int(11)});
  const std::vector<Graph::Step> steps = g.Steps(object);
  const std::pair<StepKind, size_t> expected[] = {{StepKind::kAppend, 3}, {StepKind::kSetItems, 4},
                                                  {StepKind::kBuild, 1},  {StepKind::kBuild, 1},
                                                  {StepKind::kCall, 1},   {StepKind::kCall, 1},
                                                  {StepKind::kAdd, 1},    {StepKind::kAppend, 1}};
  ASSERT_EQ(steps.size(), std::size(expected));
  for (size_t i = 0; i < steps.size(); ++i) {
    EXPECT_EQ(steps[i].kind, expected[i].first) << i;
    EXPECT_EQ(steps[i].items.size(), expected[i].second) << i;
  }
  EXPECT_EQ(steps[0].items[2], g.Int(3));
  EXPECT_TRUE(g.HasSteps(object));
}

TEST(Graph, ChildrenComeInOneOrder) {
  Graph g;
  const NodeId callable = g.Global("m", "C");
  const NodeId args = g.Tuple({});
  const NodeId kwargs = g.Dict();
  const NodeId object = g.Object(How::kNewObjEx, callable, args, kwargs);
  ASSERT_TRUE(g.AddStep(object, StepKind::kBuild, {{g.Int(1)}}));
  ASSERT_TRUE(g.AddStep(object, StepKind::kSetItems, {{g.Int(2), g.Int(3)}}));
  std::vector<NodeId> children;
  g.ForEachChild(object, [&](NodeId child) { children.push_back(child); });
  EXPECT_EQ(children, (std::vector{callable, args, kwargs, g.Int(1), g.Int(2), g.Int(3)}));
}

TEST(Graph, ACopyOwnsItsText) {
  std::string input = "borrowed text of the input";
  Graph g;
  const NodeId text = g.BorrowedText(Kind::kStr, input);
  const NodeId big = g.IntFromBytes(std::string(20, '\x55'));
  const NodeId global = g.Global("module", "name");
  g.set_root(g.Tuple({{text, big, global}}));
  const Graph copy = g;
  Graph assigned;
  assigned.Str("what was there before");
  assigned = g;
  std::ranges::fill(input, '!');
  EXPECT_EQ(g.Text(text), input);
  g.Clear();
  g.Str("overwrites the arena of the original, if anything does");
  for (const Graph* other : {&copy, &std::as_const(assigned)}) {
    EXPECT_EQ(other->Text(text), "borrowed text of the input");
    EXPECT_EQ(other->BigInt(big), std::string(20, '\x55'));
    EXPECT_EQ(other->Module(global), "module");
    EXPECT_EQ(ItemsOf(*other, other->root()), (std::vector{text, big, global}));
  }
}

TEST(Graph, ACopyGrowsApartFromItsOriginal) {
  Graph g;
  const NodeId dict = g.Dict();
  for (int i = 0; i < 20; ++i) g.SetItem(dict, g.Int(i), g.None());
  Graph copy = g;
  EXPECT_EQ(copy.SetItem(dict, copy.Int(20), copy.None()), Insert::kAdded);
  EXPECT_EQ(copy.SetItem(dict, copy.Int(5), copy.Int(1)), Insert::kReplaced);
  EXPECT_EQ(copy.Length(dict), 21U);
  EXPECT_EQ(g.Length(dict), 20U);
  EXPECT_EQ(g.Items(dict)[11], g.None());
  EXPECT_EQ(g.SetItem(dict, g.Int(20), g.Int(2)), Insert::kAdded);
}

TEST(Graph, ReplaceTextAndReplaceItemChangeInPlace) {
  Graph g;
  const NodeId bytearray = g.TextNode(Kind::kByteArray, "old");
  ASSERT_TRUE(g.ReplaceText(bytearray, "new and longer"));
  EXPECT_EQ(g.Text(bytearray), "new and longer");
  const NodeId list = g.Sequence(Kind::kList, {{g.Int(1), g.Int(2)}});
  g.ReplaceItem(list, 1, list);
  EXPECT_EQ(ItemsOf(g, list), (std::vector{g.Int(1), list}));
}

TEST(Graph, ClearLeavesAFreshGraph) {
  Graph g;
  for (int round = 0; round < 3; ++round) {
    const NodeId dict = g.Dict();
    for (int i = 0; i < 20; ++i) {
      ASSERT_EQ(g.SetItem(dict, g.Str(std::to_string(i)), g.Int(i)), Insert::kAdded) << round;
    }
    ASSERT_EQ(g.SetItem(dict, g.Tuple({{g.Str("tuple")}}), g.Global("m", "x")), Insert::kAdded);
    g.set_root(dict);
    g.Clear();
    EXPECT_EQ(g.size(), Graph().size());
    EXPECT_EQ(g.root(), kNoneNode);
  }
}

TEST(Reach, ReachableVisitsDepthFirstAndOnce) {
  Graph g;
  const NodeId shared = g.List();
  const NodeId inner = g.Sequence(Kind::kList, {{shared}});
  const NodeId outer = g.Sequence(Kind::kList, {{inner, g.Int(1), shared}});
  ASSERT_TRUE(g.Append(shared, outer));
  g.Str("unreachable");
  EXPECT_EQ(Reachable(g, outer), (std::vector{outer, inner, shared, g.Int(1)}));
}

TEST(Reach, HashOrderPutsInnerFrozensetsFirst) {
  Graph g;
  const NodeId inner = g.Empty(Kind::kFrozenSet);
  g.AddMember(inner, g.Int(1));
  const NodeId middle = g.Empty(Kind::kFrozenSet);
  g.AddMember(middle, g.Tuple({{inner}}));
  const NodeId outer = g.Empty(Kind::kFrozenSet);
  g.AddMember(outer, middle);
  const NodeId ids[] = {outer, inner};
  EXPECT_EQ(HashOrder(g, ids), (std::vector{inner, middle, outer}));
}

TEST(Reach, CopyReachableKeepsSharingAndDropsTheRest) {
  Graph g;
  for (int i = 0; i < 1000; ++i) g.Str("garbage");
  const NodeId inner = g.Empty(Kind::kFrozenSet);
  g.AddMember(inner, g.Str("member"));
  const NodeId outer = g.Empty(Kind::kFrozenSet);
  g.AddMember(outer, g.Tuple({{inner}}));
  g.AddMember(outer, inner);
  const NodeId dict = g.Dict();
  for (int i = 0; i < 20; ++i) g.SetItem(dict, g.Str(std::to_string(i)), outer);
  g.SetItem(dict, outer, dict);
  const NodeId object = g.Object(How::kNewObjEx, g.Global("m", "C"), g.Tuple({{dict}}), dict);
  g.AddStep(object, StepKind::kBuild, {{object}});
  g.AddStep(object, StepKind::kSetItems, {{g.Int(1), g.Extension(7)}});
  g.AddStep(object, StepKind::kCall, {{g.PersistentId(g.Buffer(3, true))}});
  const NodeId set = g.Set();
  g.AddMember(set, object);
  g.AddMember(set, g.Float(0.5));
  g.set_root(g.Sequence(Kind::kList, {{set, object, dict, g.TextNode(Kind::kByteArray, "x")}}));
  Graph copy;
  copy.set_root(CopyReachable(g, g.root(), copy));
  EXPECT_EQ(FirstDifference(g, copy, {.strictness = Strictness::kAllIdentity, .set_order = true}),
            std::nullopt);
  const std::vector<NodeId> reached = Reachable(copy, copy.root());
  const size_t fixed = Graph().size();
  const auto made = std::ranges::count_if(reached, [&](NodeId id) { return id >= fixed; });
  EXPECT_EQ(copy.size(), fixed + static_cast<size_t>(made)) << "nothing else was made";
}

}  // namespace
}  // namespace pickleproof
