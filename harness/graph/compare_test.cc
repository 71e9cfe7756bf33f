#include "harness/graph/compare.h"

#include <gtest/gtest.h>

#include <bit>
#include <functional>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "harness/graph/big_int.h"

namespace pickleproof {
namespace {

using Make = std::function<NodeId(Graph&)>;

NodeId Tuple(Graph& g, std::initializer_list<NodeId> items) { return g.Tuple({items}); }

NodeId List(Graph& g, std::initializer_list<NodeId> items) {
  return g.Sequence(Kind::kList, {items});
}

NodeId Dict(Graph& g, std::initializer_list<std::pair<NodeId, NodeId>> entries) {
  const NodeId dict = g.Dict();
  for (const auto& [key, value] : entries) g.SetItem(dict, key, value);
  return dict;
}

NodeId SetOf(Graph& g, std::initializer_list<NodeId> members, Kind kind = Kind::kSet) {
  const NodeId set = g.Empty(kind);
  for (const NodeId member : members) g.AddMember(set, member);
  return set;
}

// m.C(), made like this, with one state.
NodeId Instance(Graph& g, NodeId state, How how = How::kNewObj) {
  const NodeId object = g.Object(how, g.Global("m", "C"), Tuple(g, {}));
  if (state != kNoNode) g.AddStep(object, StepKind::kBuild, {{state}});
  return object;
}

Graph Built(const Make& make) {
  Graph g;
  g.set_root(make(g));
  return g;
}

std::string DifferenceOf(const Make& a, const Make& b, const CompareOptions& options = {}) {
  const Graph left = Built(a);
  const Graph right = Built(b);
  const auto difference = FirstDifference(left, right, options);
  EXPECT_EQ(Isomorphic(left, right, options), !difference.has_value());
  EXPECT_EQ(Isomorphic(right, left, options), !difference.has_value());
  return difference ? difference->ToString() : "equal";
}

struct Row {
  const char* name;
  Make a, b;
  std::string difference;
};

void Check(const std::vector<Row>& rows, const CompareOptions& options = {}) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(DifferenceOf(row.a, row.a, options), "equal") << "left with itself";
    EXPECT_EQ(DifferenceOf(row.b, row.b, options), "equal") << "right with itself";
    EXPECT_EQ(DifferenceOf(row.a, row.b, options), row.difference);
  }
}

TEST(Compare, LeavesDifferByKindAndValue) {
  Check({
      {"int and float", [](Graph& g) { return g.Int(1); }, [](Graph& g) { return g.Float(1); },
       "at $: 1 on the left, 1.0 on the right"},
      {"int and bool", [](Graph& g) { return g.Int(1); }, [](Graph& g) { return g.Bool(true); },
       "at $: 1 on the left, True on the right"},
      {"None and False", [](Graph& g) { return g.None(); }, [](Graph& g) { return g.Bool(false); },
       "at $: None on the left, False on the right"},
      {"ints", [](Graph& g) { return g.Int(1000); }, [](Graph& g) { return g.Int(-1000); },
       "at $: 1000 on the left, -1000 on the right"},
      {"a big int", [](Graph& g) { return IntFromDecimal(g, "18446744073709551616"); },
       [](Graph& g) { return IntFromDecimal(g, "18446744073709551617"); },
       "at $: 18446744073709551616 on the left, 18446744073709551617 on the right"},
      {"zeros", [](Graph& g) { return g.Float(0.0); }, [](Graph& g) { return g.Float(-0.0); },
       "at $: 0.0 on the left, -0.0 on the right"},
      {"str and bytes", [](Graph& g) { return g.Str("a"); }, [](Graph& g) { return g.Bytes("a"); },
       "at $: 'a' on the left, b'a' on the right"},
      {"str and py2 str", [](Graph& g) { return g.Str("a\n"); },
       [](Graph& g) { return g.TextNode(Kind::kPy2Str, "a\n"); },
       "at $: 'a\\n' on the left, py2str'a\\n' on the right"},
      {"bytes and bytearray", [](Graph& g) { return g.Bytes("\xff"); },
       [](Graph& g) { return g.TextNode(Kind::kByteArray, "\xff"); },
       "at $: b'\\xff' on the left, bytearray(b'\\xff') on the right"},
      {"text that is not ASCII", [](Graph& g) { return g.Str("\xc3\xa9"); },
       [](Graph& g) { return g.Str("\xed\xa0\xbd"); },
       "at $: '\xc3\xa9' on the left, '\\ud83d' on the right"},
      {"globals", [](Graph& g) { return g.Global("os", "system"); },
       [](Graph& g) { return g.Global("os", "popen"); },
       "at $: os.system on the left, os.popen on the right"},
      {"extension codes", [](Graph& g) { return g.Extension(1); },
       [](Graph& g) { return g.Extension(2); }, "at $: ext(1) on the left, ext(2) on the right"},
      {"buffers", [](Graph& g) { return g.Buffer(0, false); },
       [](Graph& g) { return g.Buffer(0, true); },
       "at $: buffer(0) on the left, buffer(0, read-only) on the right"},
  });
}

TEST(Compare, PathsReadLikePython) {
  Check({
      {"items of a list in a tuple",
       [](Graph& g) { return Tuple(g, {g.None(), List(g, {g.Int(1), g.Int(2)})}); },
       [](Graph& g) { return Tuple(g, {g.None(), List(g, {g.Int(1), g.Int(3)})}); },
       "at $[1][1]: 2 on the left, 3 on the right"},
      {"a length", [](Graph& g) { return List(g, {g.Int(1), g.Int(2)}); },
       [](Graph& g) { return List(g, {g.Int(1)}); }, "at $: [1, 2] on the left, [1] on the right"},
      {"a dict's value",
       [](Graph& g) {
         return Dict(g, {{g.Str("a"), g.Int(1)}, {g.Str("b"), List(g, {g.Int(2)})}});
       },
       [](Graph& g) {
         return Dict(g, {{g.Str("a"), g.Int(1)}, {g.Str("b"), List(g, {g.Int(3)})}});
       },
       "at $['b'][0]: 2 on the left, 3 on the right"},
      {"a dict's key", [](Graph& g) { return Dict(g, {{g.Int(1), g.None()}}); },
       [](Graph& g) { return Dict(g, {{g.Float(1), g.None()}}); },
       "at $[key #0]: 1 on the left, 1.0 on the right"},
      {"a dict's order",
       [](Graph& g) { return Dict(g, {{g.Int(1), g.None()}, {g.Int(2), g.None()}}); },
       [](Graph& g) { return Dict(g, {{g.Int(2), g.None()}, {g.Int(1), g.None()}}); },
       "at $[key #0]: 1 on the left, 2 on the right"},
      {"an object's callable",
       [](Graph& g) { return g.Object(How::kReduce, g.Global("m", "f"), Tuple(g, {})); },
       [](Graph& g) { return g.Object(How::kReduce, g.Global("m", "g"), Tuple(g, {})); },
       "at $.callable: m.f on the left, m.g on the right"},
      {"an object's args",
       [](Graph& g) { return g.Object(How::kReduce, g.Global("m", "f"), Tuple(g, {g.Int(1)})); },
       [](Graph& g) { return g.Object(How::kReduce, g.Global("m", "f"), Tuple(g, {g.Int(2)})); },
       "at $.args[0]: 1 on the left, 2 on the right"},
      {"an object's kwargs",
       [](Graph& g) {
         return g.Object(How::kNewObjEx, g.Global("m", "f"), Tuple(g, {}),
                         Dict(g, {{g.Str("k"), g.Int(1)}}));
       },
       [](Graph& g) {
         return g.Object(How::kNewObjEx, g.Global("m", "f"), Tuple(g, {}),
                         Dict(g, {{g.Str("k"), g.Int(2)}}));
       },
       "at $.kwargs['k']: 1 on the left, 2 on the right"},
      {"how an object was made", [](Graph& g) { return Instance(g, g.Int(1), How::kNewObj); },
       [](Graph& g) { return Instance(g, g.Int(1), How::kReduce); },
       "at $: m.C() (newobj, build) on the left, m.C() (reduce, build) on the right"},
      {"a state", [](Graph& g) { return Instance(g, List(g, {g.Int(1)})); },
       [](Graph& g) { return Instance(g, List(g, {g.Int(2)})); },
       "at $.then[0][0]: 1 on the left, 2 on the right"},
      {"what was done to an object", [](Graph& g) { return Instance(g, g.Int(1)); },
       [](Graph& g) { return Instance(g, kNoNode); },
       "at $.then: build of 1 on the left, nothing on the right"},
      {"a later step of an object",
       [](Graph& g) {
         const NodeId object = Instance(g, g.Int(1));
         g.AddStep(object, StepKind::kAppend, {{g.Int(7), g.Int(8)}});
         g.AddStep(object, StepKind::kSetItems, {{g.Str("k"), g.Int(8)}});
         return object;
       },
       [](Graph& g) {
         const NodeId object = Instance(g, g.Int(1));
         g.AddStep(object, StepKind::kAppend, {{g.Int(7), g.Int(8)}});
         g.AddStep(object, StepKind::kSetItems, {{g.Str("k"), g.Int(9)}});
         return object;
       },
       "at $.then[2]['k']: 8 on the left, 9 on the right"},
      {"a call made for its effect",
       [](Graph& g) {
         const NodeId object = Instance(g, kNoNode);
         g.AddStep(object, StepKind::kCall, {{g.Int(1)}});
         return object;
       },
       [](Graph& g) {
         const NodeId object = Instance(g, kNoNode);
         g.AddStep(object, StepKind::kCall, {{g.Int(2)}});
         return object;
       },
       "at $.then[0]: 1 on the left, 2 on the right"},
      {"a step on a global",
       [](Graph& g) {
         const NodeId global = g.Global("m", "x");
         g.AddStep(global, StepKind::kAppend, {{g.None(), g.Int(1)}});
         return global;
       },
       [](Graph& g) {
         const NodeId global = g.Global("m", "x");
         g.AddStep(global, StepKind::kAppend, {{g.None(), g.Int(2)}});
         return global;
       },
       "at $.then[0][1]: 1 on the left, 2 on the right"},
      {"a persistent id", [](Graph& g) { return g.PersistentId(g.Int(1)); },
       [](Graph& g) { return g.PersistentId(g.Int(2)); },
       "at $.pid: 1 on the left, 2 on the right"},
      {"inside a member of a set",
       [](Graph& g) { return SetOf(g, {g.Int(1), Tuple(g, {g.Int(5), g.Int(2)})}); },
       [](Graph& g) { return SetOf(g, {g.Int(1), Tuple(g, {g.Int(5), g.Int(3)})}); },
       "at ${(5, 2)}[1]: 2 on the left, 3 on the right"},
      {"the odd member of a set", [](Graph& g) { return SetOf(g, {g.Int(1), g.Int(2), g.Int(3)}); },
       [](Graph& g) { return SetOf(g, {g.Int(4), g.Int(3), g.Int(1)}); },
       "at ${2}: 2 on the left, 4 on the right"},
  });
}

TEST(Compare, LongTextIsShownWhereItDiffers) {
  const std::string text(1000, 'x');
  const auto left = [&](Graph& g) { return g.Str(text + "LEFT" + text); };
  const auto right = [&](Graph& g) { return g.Str(text + "RIGHT" + text); };
  const std::string difference = DifferenceOf(left, right);
  EXPECT_NE(difference.find("xxLEFTxx"), std::string::npos) << difference;
  EXPECT_NE(difference.find("xxRIGHTxx"), std::string::npos) << difference;
  EXPECT_NE(difference.find("(from byte 990 of 2004)"), std::string::npos) << difference;
  EXPECT_LT(difference.size(), 300U);
}

TEST(Compare, ADifferenceThatIsLeftOutIsAdmitted) {
  std::string digits(400, '1');
  const auto left = [&](Graph& g) { return IntFromDigits(g, digits, 2); };
  std::string other = digits;
  other[200] = '0';
  const auto right = [&](Graph& g) { return IntFromDigits(g, other, 2); };
  EXPECT_NE(DifferenceOf(left, right).find("they differ in what is left out"), std::string::npos);
}

// What each strictness says of a pair: equal under values, mutable identity, all identity.
struct IdentityRow {
  const char* name;
  Make a, b;
  bool values, mutables, all;
};

NodeId Shared(Graph& g, const Make& make, Kind kind = Kind::kList) {
  const NodeId item = make(g);
  return g.Sequence(kind, {{item, item}});
}

NodeId Apart(Graph& g, const Make& make, Kind kind = Kind::kList) {
  const NodeId items[] = {make(g), make(g)};
  return g.Sequence(kind, items);
}

IdentityRow SharedOrApart(const char* name, const Make& make, bool values, bool mutables,
                          bool all) {
  return {name,
          [make](Graph& g) { return Shared(g, make); },
          [make](Graph& g) { return Apart(g, make); },
          values,
          mutables,
          all};
}

TEST(Compare, StrictnessSaysWhichSharingCounts) {
  const IdentityRow rows[] = {
      SharedOrApart(
          "lists", [](Graph& g) { return g.List(); }, true, false, false),
      SharedOrApart(
          "dicts", [](Graph& g) { return g.Dict(); }, true, false, false),
      SharedOrApart(
          "sets", [](Graph& g) { return g.Set(); }, true, false, false),
      SharedOrApart(
          "bytearrays", [](Graph& g) { return g.TextNode(Kind::kByteArray, "a"); }, true, false,
          false),
      SharedOrApart(
          "objects", [](Graph& g) { return Instance(g, kNoNode); }, true, false, false),
      SharedOrApart(
          "strs", [](Graph& g) { return g.Str("a"); }, true, true, false),
      SharedOrApart(
          "long strs", [](Graph& g) { return g.Str(std::string(100, 'a')); }, true, true, false),
      SharedOrApart(
          "bytes", [](Graph& g) { return g.Bytes("a"); }, true, true, false),
      SharedOrApart(
          "tuples", [](Graph& g) { return Tuple(g, {g.Int(1)}); }, true, true, false),
      SharedOrApart(
          "empty tuples", [](Graph& g) { return Tuple(g, {}); }, true, true, true),
      SharedOrApart(
          "frozensets", [](Graph& g) { return SetOf(g, {g.Int(1)}, Kind::kFrozenSet); }, true, true,
          false),
      SharedOrApart(
          "persistent ids", [](Graph& g) { return g.PersistentId(g.Int(1)); }, true, true, false),
      SharedOrApart(
          "buffers", [](Graph& g) { return g.Buffer(1, true); }, true, true, false),
      SharedOrApart(
          "globals", [](Graph& g) { return g.Global("m", "x"); }, true, true, true),
      SharedOrApart(
          "floats", [](Graph& g) { return g.Float(0.5); }, true, true, true),
      SharedOrApart(
          "ints", [](Graph& g) { return g.Int(1000); }, true, true, true),
      SharedOrApart(
          "tuples of lists", [](Graph& g) { return Tuple(g, {g.List()}); }, true, false, false),
      {"a list through one tuple or two",
       [](Graph& g) {
         const NodeId list = g.List();
         return List(g, {Tuple(g, {list}), Tuple(g, {list})});
       },
       [](Graph& g) {
         const NodeId tuple = Tuple(g, {g.List()});
         return List(g, {tuple, tuple});
       },
       true, true, false},
      {"a list that holds itself, unrolled once",
       [](Graph& g) {
         const NodeId list = g.List();
         g.Append(list, list);
         return list;
       },
       [](Graph& g) {
         const NodeId list = g.List();
         g.Append(list, List(g, {list}));
         return list;
       },
       true, false, false},
      {"x, y, x, y and x, y, y, x",
       [](Graph& g) {
         const NodeId x = g.List();
         const NodeId y = g.List();
         return List(g, {x, y, x, y});
       },
       [](Graph& g) {
         const NodeId x = g.List();
         const NodeId y = g.List();
         return List(g, {x, y, y, x});
       },
       true, false, false},
  };
  for (const IdentityRow& row : rows) {
    SCOPED_TRACE(row.name);
    const std::pair<Strictness, bool> expected[] = {{Strictness::kValues, row.values},
                                                    {Strictness::kMutableIdentity, row.mutables},
                                                    {Strictness::kAllIdentity, row.all}};
    for (const auto& [strictness, equal] : expected) {
      SCOPED_TRACE(static_cast<int>(strictness));
      const CompareOptions options{.strictness = strictness};
      EXPECT_EQ(DifferenceOf(row.a, row.b, options) == "equal", equal);
      EXPECT_EQ(DifferenceOf(row.b, row.a, options) == "equal", equal);
      EXPECT_EQ(DifferenceOf(row.a, row.a, options), "equal");
    }
  }
}

TEST(Compare, ADifferenceOfIdentitySaysWhatIsWhat) {
  const Make shared = [](Graph& g) {
    const NodeId list = g.List();
    return List(g, {list, g.None(), list});
  };
  const Make apart = [](Graph& g) { return List(g, {g.List(), g.None(), g.List()}); };
  EXPECT_EQ(DifferenceOf(shared, apart),
            "at $[2]: the same object as $[0] on the left, a separate object on the right");
  EXPECT_EQ(DifferenceOf(apart, shared),
            "at $[2]: a separate object on the left, the same object as $[0] on the right");
}

TEST(Compare, OptionsMakeKindsAndWaysEqual) {
  const Make py2 = [](Graph& g) { return g.TextNode(Kind::kPy2Str, "a"); };
  const Make bytes = [](Graph& g) { return g.Bytes("a"); };
  EXPECT_NE(DifferenceOf(py2, bytes), "equal");
  EXPECT_EQ(DifferenceOf(py2, bytes, {.py2str_is_bytes = true}), "equal");
  EXPECT_EQ(
      DifferenceOf(py2, bytes, {.strictness = Strictness::kAllIdentity, .py2str_is_bytes = true}),
      "equal");
  const auto made = [](How how) { return [how](Graph& g) { return Instance(g, kNoNode, how); }; };
  for (const How how : {How::kObj, How::kInst}) {
    EXPECT_NE(DifferenceOf(made(how), made(How::kReduce)), "equal");
    EXPECT_EQ(DifferenceOf(made(how), made(How::kReduce), {.merge_obj_with_reduce = true}),
              "equal");
    EXPECT_NE(DifferenceOf(made(how), made(How::kNewObj), {.merge_obj_with_reduce = true}),
              "equal");
  }
  const auto nan = [](uint64_t bits) { return [bits](Graph& g) { return g.FloatFromBits(bits); }; };
  EXPECT_NE(DifferenceOf(nan(0x7ff8000000000000), nan(0xfff8000000000001)), "equal");
  EXPECT_EQ(DifferenceOf(nan(0x7ff8000000000000), nan(0xfff8000000000001), {.nan_bits = false}),
            "equal");
  EXPECT_NE(DifferenceOf(nan(0x7ff8000000000000), nan(0x7ff0000000000000), {.nan_bits = false}),
            "equal")
      << "an infinity is no NaN";
}

TEST(Compare, TheOrderOfASetCountsOnlyOnDemand) {
  for (const Kind kind : {Kind::kSet, Kind::kFrozenSet}) {
    SCOPED_TRACE(Name(kind));
    const Make a = [kind](Graph& g) {
      return SetOf(g, {g.Int(1), g.Str("b"), Tuple(g, {g.Int(2)}), g.Global("m", "x")}, kind);
    };
    const Make b = [kind](Graph& g) {
      return SetOf(g, {g.Global("m", "x"), Tuple(g, {g.Int(2)}), g.Int(1), g.Str("b")}, kind);
    };
    EXPECT_EQ(DifferenceOf(a, b), "equal");
    EXPECT_NE(DifferenceOf(a, b, {.set_order = true}), "equal");
    EXPECT_EQ(DifferenceOf(a, a, {.set_order = true}), "equal");
  }
}

// A list of the deepest of `depth` nested lists inside out.
NodeId Nested(Graph& g, int depth, NodeId innermost) {
  NodeId node = innermost;
  for (int i = 0; i < depth; ++i) node = List(g, {node});
  return node;
}

TEST(Compare, AMillionNestedListsAreCompared) {
  const Make a = [](Graph& g) { return Nested(g, 1'000'000, g.Int(1)); };
  const Make b = [](Graph& g) { return Nested(g, 1'000'000, g.Int(2)); };
  const Graph left = Built(a);
  const Graph right = Built(b);
  Comparer comparer;
  for (const Strictness strictness :
       {Strictness::kValues, Strictness::kMutableIdentity, Strictness::kAllIdentity}) {
    const CompareOptions options{.strictness = strictness};
    EXPECT_EQ(comparer.FirstDifference(left, left, options), std::nullopt);
    const auto difference = comparer.FirstDifference(left, right, options);
    ASSERT_TRUE(difference.has_value());
    EXPECT_EQ(difference->left, "1");
    EXPECT_EQ(difference->right, "2");
    EXPECT_NE(difference->path.find("...(999952 steps)..."), std::string::npos);
    EXPECT_LT(difference->path.size(), 300U);
  }
}

TEST(Compare, ValuesThatShareTheirPartsAreLinear) {
  const auto doubled = [](Kind kind, bool shared) {
    return [kind, shared](Graph& g) {
      NodeId node = g.Sequence(kind, {});
      NodeId twin = g.Sequence(kind, {});
      for (int i = 0; i < 60; ++i) {
        const NodeId next = g.Sequence(kind, {{node, shared ? node : twin}});
        twin = g.Sequence(kind, {{twin, node}});
        node = next;
      }
      return node;
    };
  };
  EXPECT_EQ(DifferenceOf(doubled(Kind::kTuple, true), doubled(Kind::kTuple, false)), "equal");
  EXPECT_EQ(DifferenceOf(doubled(Kind::kList, true), doubled(Kind::kList, false),
                         {.strictness = Strictness::kValues}),
            "equal");
}

TEST(Compare, CyclesOfDifferentLengthsAreEqualValues) {
  const auto ring = [](int length, int odd) {
    return [length, odd](Graph& g) {
      const NodeId first = g.List();
      NodeId last = first;
      for (int i = 1; i < length; ++i) {
        const NodeId next = g.List();
        g.Append(last, next);
        if (i == odd) g.Append(last, g.None());
        last = next;
      }
      g.Append(last, first);
      return first;
    };
  };
  const CompareOptions values{.strictness = Strictness::kValues};
  EXPECT_EQ(DifferenceOf(ring(10007, 0), ring(9973, 0), values), "equal");
  EXPECT_NE(DifferenceOf(ring(10007, 10000), ring(9973, 0), values), "equal");
  EXPECT_NE(DifferenceOf(ring(3, 0), ring(4, 0)), "equal");
}

TEST(Compare, AComparerCanBeUsedAgainForAnythingElse) {
  Comparer comparer;
  const Graph big = Built([](Graph& g) { return Nested(g, 1000, g.Int(1)); });
  const Graph small = Built([](Graph& g) { return List(g, {g.List()}); });
  const Graph other = Built([](Graph& g) { return SetOf(g, {g.Int(1), g.Int(2)}); });
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(comparer.Equal(big, big));
    EXPECT_FALSE(comparer.Equal(big, small));
    EXPECT_TRUE(comparer.Equal(small, small, {.strictness = Strictness::kValues}));
    EXPECT_FALSE(comparer.Equal(other, small));
    EXPECT_TRUE(comparer.Equal(other, other));
  }
}

}  // namespace
}  // namespace pickleproof
