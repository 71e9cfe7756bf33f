#include "harness/graph/compare.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "harness/graph/big_int.h"
#include "harness/graph/test_graphs.h"

namespace pickleproof {
namespace {

struct Row {
  const char* name;
  NodeId (*a)(Graph&);
  NodeId (*b)(Graph&);
  const char* difference;
};

void Check(std::span<const Row> rows, const CompareOptions& options = {}) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(DifferenceOf(row.a, row.a, options), "equal") << "left with itself";
    EXPECT_EQ(DifferenceOf(row.b, row.b, options), "equal") << "right with itself";
    EXPECT_EQ(DifferenceOf(row.a, row.b, options), row.difference);
  }
}

constexpr Row kLeafRows[] = {
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
};

TEST(Compare, LeavesDifferByKindAndValue) { Check(kLeafRows); }

constexpr Row kPathRows[] = {
    {"items of a list in a tuple",
     [](Graph& g) { return TupleOf(g, {g.None(), ListOf(g, {g.Int(1), g.Int(2)})}); },
     [](Graph& g) { return TupleOf(g, {g.None(), ListOf(g, {g.Int(1), g.Int(3)})}); },
     "at $[1][1]: 2 on the left, 3 on the right"},
    {"a length", [](Graph& g) { return ListOf(g, {g.Int(1), g.Int(2)}); },
     [](Graph& g) { return ListOf(g, {g.Int(1)}); }, "at $: [1, 2] on the left, [1] on the right"},
    {"a dict's value",
     [](Graph& g) {
       return DictOf(g, {{g.Str("a"), g.Int(1)}, {g.Str("b"), ListOf(g, {g.Int(2)})}});
     },
     [](Graph& g) {
       return DictOf(g, {{g.Str("a"), g.Int(1)}, {g.Str("b"), ListOf(g, {g.Int(3)})}});
     },
     "at $['b'][0]: 2 on the left, 3 on the right"},
    {"a dict's key", [](Graph& g) { return DictOf(g, {{g.Int(1), g.None()}}); },
     [](Graph& g) { return DictOf(g, {{g.Float(1), g.None()}}); },
     "at $[key #0]: 1 on the left, 1.0 on the right"},
    {"a dict's order",
     [](Graph& g) { return DictOf(g, {{g.Int(1), g.None()}, {g.Int(2), g.None()}}); },
     [](Graph& g) { return DictOf(g, {{g.Int(2), g.None()}, {g.Int(1), g.None()}}); },
     "at $[key #0]: 1 on the left, 2 on the right"},
    {"an object's callable",
     [](Graph& g) { return g.Object(How::kReduce, g.Global("m", "f"), TupleOf(g, {})); },
     [](Graph& g) { return g.Object(How::kReduce, g.Global("m", "g"), TupleOf(g, {})); },
     "at $.callable: m.f on the left, m.g on the right"},
    {"an object's args",
     [](Graph& g) { return g.Object(How::kReduce, g.Global("m", "f"), TupleOf(g, {g.Int(1)})); },
     [](Graph& g) { return g.Object(How::kReduce, g.Global("m", "f"), TupleOf(g, {g.Int(2)})); },
     "at $.args[0]: 1 on the left, 2 on the right"},
    {"an object's kwargs",
     [](Graph& g) {
       return g.Object(How::kNewObjEx, g.Global("m", "f"), TupleOf(g, {}),
                       DictOf(g, {{g.Str("k"), g.Int(1)}}));
     },
     [](Graph& g) {
       return g.Object(How::kNewObjEx, g.Global("m", "f"), TupleOf(g, {}),
                       DictOf(g, {{g.Str("k"), g.Int(2)}}));
     },
     "at $.kwargs['k']: 1 on the left, 2 on the right"},
    {"how an object was made", [](Graph& g) { return InstanceOf(g, g.Int(1), How::kNewObj); },
     [](Graph& g) { return InstanceOf(g, g.Int(1), How::kReduce); },
     "at $: m.C() (newobj, build) on the left, m.C() (reduce, build) on the right"},
    {"a state", [](Graph& g) { return InstanceOf(g, ListOf(g, {g.Int(1)})); },
     [](Graph& g) { return InstanceOf(g, ListOf(g, {g.Int(2)})); },
     "at $.then[0][0]: 1 on the left, 2 on the right"},
    {"what was done to an object", [](Graph& g) { return InstanceOf(g, g.Int(1)); },
     [](Graph& g) { return InstanceOf(g, kNoNode); },
     "at $.then: build of 1 on the left, nothing on the right"},
    {"a later step of an object",
     [](Graph& g) {
       const NodeId object = InstanceOf(g, g.Int(1));
       g.AddStep(object, StepKind::kAppend, {{g.Int(7), g.Int(8)}});
       g.AddStep(object, StepKind::kSetItems, {{g.Str("k"), g.Int(8)}});
       return object;
     },
     [](Graph& g) {
       const NodeId object = InstanceOf(g, g.Int(1));
       g.AddStep(object, StepKind::kAppend, {{g.Int(7), g.Int(8)}});
       g.AddStep(object, StepKind::kSetItems, {{g.Str("k"), g.Int(9)}});
       return object;
     },
     "at $.then[2]['k']: 8 on the left, 9 on the right"},
    {"a call made for its effect",
     [](Graph& g) {
       const NodeId object = InstanceOf(g, kNoNode);
       g.AddStep(object, StepKind::kCall, {{g.Int(1)}});
       return object;
     },
     [](Graph& g) {
       const NodeId object = InstanceOf(g, kNoNode);
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
     [](Graph& g) { return g.PersistentId(g.Int(2)); }, "at $.pid: 1 on the left, 2 on the right"},
    {"inside a member of a set",
     [](Graph& g) { return SetOf(g, {g.Int(1), TupleOf(g, {g.Int(5), g.Int(2)})}); },
     [](Graph& g) { return SetOf(g, {g.Int(1), TupleOf(g, {g.Int(5), g.Int(3)})}); },
     "at ${(5, 2)}[1]: 2 on the left, 3 on the right"},
    {"the odd member of a set", [](Graph& g) { return SetOf(g, {g.Int(1), g.Int(2), g.Int(3)}); },
     [](Graph& g) { return SetOf(g, {g.Int(4), g.Int(3), g.Int(1)}); },
     "at ${2}: 2 on the left, 4 on the right"},
};

TEST(Compare, PathsReadLikePython) { Check(kPathRows); }

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

TEST(Compare, OptionsMakeKindsAndWaysEqual) {
  const auto py2 = [](Graph& g) { return g.TextNode(Kind::kPy2Str, "a"); };
  const auto bytes = [](Graph& g) { return g.Bytes("a"); };
  EXPECT_NE(DifferenceOf(py2, bytes), "equal");
  EXPECT_EQ(DifferenceOf(py2, bytes, {.py2str_is_bytes = true}), "equal");
  EXPECT_EQ(
      DifferenceOf(py2, bytes, {.strictness = Strictness::kAllIdentity, .py2str_is_bytes = true}),
      "equal");
  const auto made = [](How how) { return [how](Graph& g) { return InstanceOf(g, kNoNode, how); }; };
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
    const auto a = [kind](Graph& g) {
      return SetOf(g, {g.Int(1), g.Str("b"), TupleOf(g, {g.Int(2)}), g.Global("m", "x")}, kind);
    };
    const auto b = [kind](Graph& g) {
      return SetOf(g, {g.Global("m", "x"), TupleOf(g, {g.Int(2)}), g.Int(1), g.Str("b")}, kind);
    };
    EXPECT_EQ(DifferenceOf(a, b), "equal");
    EXPECT_NE(DifferenceOf(a, b, {.set_order = true}), "equal");
    EXPECT_EQ(DifferenceOf(a, a, {.set_order = true}), "equal");
  }
}

// A list of the deepest of `depth` nested lists inside out.
NodeId Nested(Graph& g, int depth, NodeId innermost) {
  NodeId node = innermost;
  for (int i = 0; i < depth; ++i) node = ListOf(g, {node});
  return node;
}

TEST(Compare, AMillionNestedListsAreCompared) {
  const auto a = [](Graph& g) { return Nested(g, 1'000'000, g.Int(1)); };
  const auto b = [](Graph& g) { return Nested(g, 1'000'000, g.Int(2)); };
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
  const Graph small = Built([](Graph& g) { return ListOf(g, {g.List()}); });
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
