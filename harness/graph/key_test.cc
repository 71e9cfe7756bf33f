#include "harness/graph/key.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <limits>
#include <string>

#include "harness/graph/big_int.h"
#include "harness/graph/test_graphs.h"

namespace pickleproof {
namespace {

NodeId FrozenSet(Graph& g, std::initializer_list<NodeId> items) {
  return SetOf(g, items, Kind::kFrozenSet);
}

// 2**exponent, plus `plus`.
NodeId PowerOfTwo(Graph& g, unsigned exponent, int plus = 0, bool negative = false) {
  std::string digits = "1" + std::string(exponent, '0');
  if (plus == 1) digits.back() = '1';
  if (plus == -1) digits = std::string(exponent, '1');
  return IntFromDigits(g, (negative ? "-" : "") + digits, 2);
}

struct KeyPair {
  const char* name;
  NodeId (*a)(Graph&);
  NodeId (*b)(Graph&);
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kSubnormal = std::numeric_limits<double>::denorm_min();

constexpr KeyPair kEqualPairs[] = {
    {"1 == 1.0", [](Graph& g) { return g.Int(1); }, [](Graph& g) { return g.Float(1); }},
    {"1 == True", [](Graph& g) { return g.Int(1); }, [](Graph& g) { return g.Bool(true); }},
    {"0.0 == False", [](Graph& g) { return g.Float(0); }, [](Graph& g) { return g.Bool(false); }},
    {"-0.0 == 0.0", [](Graph& g) { return g.Float(-0.0); }, [](Graph& g) { return g.Float(0); }},
    {"-0.0 == 0", [](Graph& g) { return g.Float(-0.0); }, [](Graph& g) { return g.Int(0); }},
    {"-7 == -7.0", [](Graph& g) { return g.Int(-7); }, [](Graph& g) { return g.Float(-7); }},
    {"300 twice", [](Graph& g) { return g.Int(300); }, [](Graph& g) { return g.Int(300); }},
    {"2**53 and its float", [](Graph& g) { return PowerOfTwo(g, 53); },
     [](Graph& g) { return g.Float(0x1p53); }},
    {"-2**63, the least small int", [](Graph& g) { return PowerOfTwo(g, 63, 0, true); },
     [](Graph& g) { return g.Float(-0x1p63); }},
    {"2**63, the least big int", [](Graph& g) { return PowerOfTwo(g, 63); },
     [](Graph& g) { return g.Float(0x1p63); }},
    {"2**64", [](Graph& g) { return PowerOfTwo(g, 64); }, [](Graph& g) { return g.Float(0x1p64); }},
    {"2**70", [](Graph& g) { return PowerOfTwo(g, 70); }, [](Graph& g) { return g.Float(0x1p70); }},
    {"-2**70", [](Graph& g) { return PowerOfTwo(g, 70, 0, true); },
     [](Graph& g) { return g.Float(-0x1p70); }},
    {"2**61 - 1 times 16, whose hash is 0",
     [](Graph& g) { return IntFromDecimal(g, "36893488147419103216"); },
     [](Graph& g) { return IntFromDecimal(g, "36893488147419103216"); }},
    {"2**1000", [](Graph& g) { return PowerOfTwo(g, 1000); },
     [](Graph& g) { return g.Float(0x1p1000); }},
    {"the greatest float",
     [](Graph& g) { return IntFromDigits(g, std::string(53, '1') + std::string(971, '0'), 2); },
     [](Graph& g) { return g.Float(std::numeric_limits<double>::max()); }},
    {"the least float",
     [](Graph& g) {
       return IntFromDigits(g, "-" + std::string(53, '1') + std::string(971, '0'), 2);
     },
     [](Graph& g) { return g.Float(std::numeric_limits<double>::lowest()); }},
    {"inf", [](Graph& g) { return g.Float(kInfinity); },
     [](Graph& g) { return g.Float(kInfinity); }},
    {"subnormal", [](Graph& g) { return g.Float(kSubnormal); },
     [](Graph& g) { return g.Float(kSubnormal); }},
    {"None", [](Graph& g) { return g.None(); }, [](Graph& g) { return g.None(); }},
    {"str", [](Graph& g) { return g.Str("key"); }, [](Graph& g) { return g.Str("key"); }},
    {"bytes", [](Graph& g) { return g.Bytes("key"); }, [](Graph& g) { return g.Bytes("key"); }},
    {"long str", [](Graph& g) { return g.Str(std::string(5000, 'x')); },
     [](Graph& g) { return g.Str(std::string(5000, 'x')); }},
    {"empty tuples", [](Graph& g) { return TupleOf(g, {}); },
     [](Graph& g) { return TupleOf(g, {}); }},
    {"(1, (2,)) == (1.0, (2.0,))",
     [](Graph& g) { return TupleOf(g, {g.Int(1), TupleOf(g, {g.Int(2)})}); },
     [](Graph& g) { return TupleOf(g, {g.Float(1), TupleOf(g, {g.Float(2)})}); }},
    {"frozensets in two orders",
     [](Graph& g) { return FrozenSet(g, {g.Int(1), g.Str("a"), g.None()}); },
     [](Graph& g) { return FrozenSet(g, {g.None(), g.Bool(true), g.Str("a")}); }},
    {"frozensets of frozensets of tuples",
     [](Graph& g) {
       return FrozenSet(g, {FrozenSet(g, {g.Int(1)}), FrozenSet(g, {TupleOf(g, {g.Int(2)})})});
     },
     [](Graph& g) {
       return FrozenSet(g, {FrozenSet(g, {TupleOf(g, {g.Float(2)})}), FrozenSet(g, {g.Float(1)})});
     }},
    {"one global in two tuples", [](Graph& g) { return TupleOf(g, {g.Global("os", "system")}); },
     [](Graph& g) { return TupleOf(g, {g.Global("os", "system")}); }},
};

constexpr KeyPair kUnequalPairs[] = {
    {"2**53 + 1 and float(2**53)", [](Graph& g) { return PowerOfTwo(g, 53, 1); },
     [](Graph& g) { return g.Float(0x1p53); }},
    {"2**63 - 1 and 2.0**63", [](Graph& g) { return PowerOfTwo(g, 63, -1); },
     [](Graph& g) { return g.Float(0x1p63); }},
    {"2**1000 + 1 and its float", [](Graph& g) { return PowerOfTwo(g, 1000, 1); },
     [](Graph& g) { return g.Float(0x1p1000); }},
    {"2**70 and -2.0**70", [](Graph& g) { return PowerOfTwo(g, 70); },
     [](Graph& g) { return g.Float(-0x1p70); }},
    {"2**1024 and inf", [](Graph& g) { return PowerOfTwo(g, 1024); },
     [](Graph& g) { return g.Float(kInfinity); }},
    {"2**1100 and the greatest float", [](Graph& g) { return PowerOfTwo(g, 1100); },
     [](Graph& g) { return g.Float(std::numeric_limits<double>::max()); }},
    {"2**64 and 0.0", [](Graph& g) { return PowerOfTwo(g, 64); },
     [](Graph& g) { return g.Float(0); }},
    {"2**128 and 2.0**64, equal low bytes", [](Graph& g) { return PowerOfTwo(g, 128); },
     [](Graph& g) { return g.Float(0x1p64); }},
    {"2**64 and 2.0**100 + 2.0**64, equal low bytes", [](Graph& g) { return PowerOfTwo(g, 64); },
     [](Graph& g) { return g.Float(0x1p100 + 0x1p64); }},
    {"1 and 1.5", [](Graph& g) { return g.Int(1); }, [](Graph& g) { return g.Float(1.5); }},
    {"inf and -inf", [](Graph& g) { return g.Float(kInfinity); },
     [](Graph& g) { return g.Float(-kInfinity); }},
    {"two NaNs", [](Graph& g) { return g.Float(kNan); }, [](Graph& g) { return g.Float(kNan); }},
    {"two NaNs in tuples", [](Graph& g) { return TupleOf(g, {g.Float(kNan)}); },
     [](Graph& g) { return TupleOf(g, {g.Float(kNan)}); }},
    {"subnormal and 0", [](Graph& g) { return g.Float(kSubnormal); },
     [](Graph& g) { return g.Int(0); }},
    {"None and False", [](Graph& g) { return g.None(); }, [](Graph& g) { return g.Bool(false); }},
    {"str and bytes", [](Graph& g) { return g.Str("a"); }, [](Graph& g) { return g.Bytes("a"); }},
    {"str and py2 str", [](Graph& g) { return g.Str("a"); },
     [](Graph& g) { return g.TextNode(Kind::kPy2Str, "a"); }},
    {"bytes and py2 str", [](Graph& g) { return g.Bytes("a"); },
     [](Graph& g) { return g.TextNode(Kind::kPy2Str, "a"); }},
    {"prefixes", [](Graph& g) { return g.Str("ab"); }, [](Graph& g) { return g.Str("a"); }},
    {"tuples of two lengths", [](Graph& g) { return TupleOf(g, {g.Int(1)}); },
     [](Graph& g) { return TupleOf(g, {g.Int(1), g.Int(1)}); }},
    {"tuples in two orders", [](Graph& g) { return TupleOf(g, {g.Int(1), g.Int(2)}); },
     [](Graph& g) { return TupleOf(g, {g.Int(2), g.Int(1)}); }},
    {"a tuple and a frozenset", [](Graph& g) { return TupleOf(g, {g.Int(1)}); },
     [](Graph& g) { return FrozenSet(g, {g.Int(1)}); }},
    {"nested: the inner tuple differs",
     [](Graph& g) { return TupleOf(g, {TupleOf(g, {g.Int(1)}), g.Int(2)}); },
     [](Graph& g) { return TupleOf(g, {TupleOf(g, {g.Int(3)}), g.Int(2)}); }},
    {"frozensets that differ in one member",
     [](Graph& g) { return FrozenSet(g, {g.Int(1), TupleOf(g, {g.Int(2)})}); },
     [](Graph& g) { return FrozenSet(g, {g.Int(1), TupleOf(g, {g.Int(3)})}); }},
    {"objects made alike",
     [](Graph& g) { return g.Object(How::kReduce, g.Global("m", "C"), TupleOf(g, {})); },
     [](Graph& g) { return g.Object(How::kReduce, g.Global("m", "C"), TupleOf(g, {})); }},
    {"persistent ids made alike", [](Graph& g) { return g.PersistentId(g.Int(1)); },
     [](Graph& g) { return g.PersistentId(g.Int(1)); }},
};

TEST(Key, EqualKeysHaveEqualHashesAndAreOneMember) {
  for (const KeyPair& pair : kEqualPairs) {
    SCOPED_TRACE(pair.name);
    Graph g;
    const NodeId a = pair.a(g);
    const NodeId b = pair.b(g);
    EXPECT_TRUE(KeysEqual(g, a, b));
    EXPECT_TRUE(KeysEqual(g, b, a));
    ASSERT_TRUE(HashKey(g, a).has_value());
    EXPECT_EQ(HashKey(g, a), HashKey(g, b));
    const NodeId set = g.Set();
    EXPECT_EQ(g.AddMember(set, a), Insert::kAdded);
    EXPECT_EQ(g.AddMember(set, b), Insert::kReplaced);
  }
}

TEST(Key, UnequalKeysAreTwoMembers) {
  for (const KeyPair& pair : kUnequalPairs) {
    SCOPED_TRACE(pair.name);
    Graph g;
    const NodeId a = pair.a(g);
    const NodeId b = pair.b(g);
    EXPECT_FALSE(KeysEqual(g, a, b));
    EXPECT_FALSE(KeysEqual(g, b, a));
    EXPECT_NE(HashKey(g, a), HashKey(g, b));
    const NodeId set = g.Set();
    EXPECT_EQ(g.AddMember(set, a), Insert::kAdded);
    EXPECT_EQ(g.AddMember(set, b), Insert::kAdded);
  }
}

TEST(Key, ANanIsEqualToItselfAsAnObject) {
  Graph g;
  const NodeId nan = g.Float(kNan);
  EXPECT_TRUE(KeysEqual(g, nan, nan));
  EXPECT_TRUE(KeysEqual(g, TupleOf(g, {nan}), TupleOf(g, {nan})));
  EXPECT_EQ(HashKey(g, TupleOf(g, {nan})), HashKey(g, TupleOf(g, {nan})));
}

TEST(Key, BigIntsWithEqualHashesAreStillTwoKeys) {
  Graph g;
  // Both are 5 modulo 2**61 - 1.
  const NodeId a = IntFromDecimal(g, "36893488147419103221");
  const NodeId b = IntFromDecimal(g, "73786976294838206437");
  ASSERT_EQ(HashKey(g, a), HashKey(g, b));
  EXPECT_FALSE(KeysEqual(g, a, b));
  const NodeId left = FrozenSet(g, {a, TupleOf(g, {b}), b, TupleOf(g, {a})});
  const NodeId right = FrozenSet(g, {TupleOf(g, {a}), b, TupleOf(g, {b}), a});
  EXPECT_TRUE(KeysEqual(g, left, right));
  EXPECT_FALSE(KeysEqual(g, FrozenSet(g, {a}), FrozenSet(g, {b})));
  EXPECT_FALSE(KeysEqual(g, FrozenSet(g, {TupleOf(g, {a})}), FrozenSet(g, {TupleOf(g, {b})})));
}

TEST(Key, MutableKindsAndTuplesOfThemAreUnhashable) {
  Graph g;
  const NodeId unhashable[] = {g.List(),
                               g.Dict(),
                               g.Set(),
                               g.TextNode(Kind::kByteArray, "a"),
                               g.Buffer(0, true),
                               TupleOf(g, {g.List()}),
                               TupleOf(g, {g.Int(1), TupleOf(g, {g.Int(2), g.Dict()})})};
  for (const NodeId key : unhashable) {
    SCOPED_TRACE(Name(g.kind(key)));
    EXPECT_EQ(HashKey(g, key), std::nullopt);
    EXPECT_EQ(HashKey(g, key), std::nullopt) << "asked again";
    EXPECT_EQ(g.AddMember(g.Set(), key), Insert::kUnhashable);
  }
}

TEST(Key, AnObjectIsHashableWhateverItHolds) {
  Graph g;
  const NodeId object = g.Object(How::kNewObj, g.Global("m", "C"), TupleOf(g, {g.List()}));
  EXPECT_TRUE(HashKey(g, object).has_value());
  EXPECT_TRUE(HashKey(g, TupleOf(g, {object})).has_value());
}

TEST(Key, ACycleThroughAnObjectEnds) {
  Graph g;
  const NodeId object = g.Object(How::kNewObj, g.Global("m", "C"), TupleOf(g, {}));
  const NodeId tuple = TupleOf(g, {object, TupleOf(g, {g.Int(1)})});
  ASSERT_TRUE(g.AddStep(object, StepKind::kBuild, {{tuple}}));
  EXPECT_TRUE(HashKey(g, tuple).has_value());
  EXPECT_TRUE(KeysEqual(g, tuple, TupleOf(g, {object, TupleOf(g, {g.Float(1)})})));
}

TEST(Key, ATupleInsideItselfEnds) {
  Graph g;
  const NodeId a = g.Declare(Kind::kTuple);
  const NodeId b = g.Declare(Kind::kTuple);
  ASSERT_TRUE(g.FillTuple(a, {{b}}));
  ASSERT_TRUE(g.FillTuple(b, {{a}}));
  EXPECT_TRUE(HashKey(g, a).has_value());
  EXPECT_TRUE(KeysEqual(g, a, b));
}

TEST(Key, AMillionNestedTuplesAreHashedAndCompared) {
  Graph g;
  const auto nested = [&](NodeId innermost) {
    NodeId tuple = TupleOf(g, {innermost});
    for (int i = 0; i < 1'000'000; ++i) tuple = TupleOf(g, {tuple});
    return tuple;
  };
  const NodeId a = nested(g.Int(1));
  const NodeId b = nested(g.Float(1));
  const NodeId c = nested(g.Int(2));
  EXPECT_EQ(HashKey(g, a), HashKey(g, b));
  EXPECT_TRUE(KeysEqual(g, a, b));
  EXPECT_NE(HashKey(g, a), HashKey(g, c));
  EXPECT_FALSE(KeysEqual(g, a, c));
  EXPECT_EQ(HashKey(g, nested(g.List())), std::nullopt);
}

TEST(Key, TuplesThatShareTheirPartsAreLinear) {
  Graph g;
  const auto doubled = [&](Kind kind) {
    NodeId key = TupleOf(g, {g.Int(1)});
    for (int i = 0; i < 60; ++i) {
      key = kind == Kind::kTuple ? TupleOf(g, {key, key})
                                 : FrozenSet(g, {key, TupleOf(g, {key, g.Int(1)})});
    }
    return key;
  };
  for (const Kind kind : {Kind::kTuple, Kind::kFrozenSet}) {
    SCOPED_TRACE(Name(kind));
    const NodeId a = doubled(kind);
    const NodeId b = doubled(kind);
    EXPECT_EQ(HashKey(g, a), HashKey(g, b));
    EXPECT_TRUE(KeysEqual(g, a, b));
  }
}

TEST(Key, TextOfEveryLengthHashesByItsBytes) {
  Graph g;
  for (size_t size = 1; size < 70; ++size) {
    SCOPED_TRACE(size);
    const std::string text(size, 'a');
    const NodeId plain = g.Str(text);
    EXPECT_EQ(HashKey(g, plain), HashKey(g, g.Str(text)));
    for (size_t i = 0; i < size; ++i) {
      std::string other = text;
      other[i] = 'b';
      EXPECT_NE(HashKey(g, plain), HashKey(g, g.Str(other))) << i;
    }
    EXPECT_NE(HashKey(g, plain), HashKey(g, g.Str(text + 'a')));
  }
}

}  // namespace
}  // namespace pickleproof
