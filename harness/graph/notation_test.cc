#include "harness/graph/notation.h"

#include <bit>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

struct Row {
  const char* name;
  std::function<NodeId(Graph&)> make;
  const char* text;
};

NodeId TupleOf(Graph& g, std::vector<NodeId> items) { return g.Tuple(items); }

NodeId ListOf(Graph& g, std::vector<NodeId> items) { return g.Sequence(Kind::kList, items); }

void ExpectTexts(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    Graph g;
    g.set_root(row.make(g));
    EXPECT_EQ(ToNotation(g), row.text);
  }
}

TEST(Notation, PrintsAtomsAsPythonDoes) {
  ExpectTexts({
      {"none", [](Graph& g) { return g.None(); }, "None"},
      {"true", [](Graph& g) { return g.Bool(true); }, "True"},
      {"false", [](Graph& g) { return g.Bool(false); }, "False"},
      {"zero", [](Graph& g) { return g.Int(0); }, "0"},
      {"negative", [](Graph& g) { return g.Int(-5); }, "-5"},
      {"smallest small int", [](Graph& g) { return g.Int(std::numeric_limits<int64_t>::min()); },
       "-9223372036854775808"},
      {"big int", [](Graph& g) { return g.IntFromBytes(std::string("\0\0\0\0\0\0\0\0\1", 9)); },
       "18446744073709551616"},
      {"integral float", [](Graph& g) { return g.Float(1.0); }, "1.0"},
      {"fraction", [](Graph& g) { return g.Float(0.1); }, "0.1"},
      {"negative zero", [](Graph& g) { return g.Float(-0.0); }, "-0.0"},
      {"exponent", [](Graph& g) { return g.Float(1e300); }, "1e+300"},
      {"infinity", [](Graph& g) { return g.Float(std::numeric_limits<double>::infinity()); },
       "inf"},
      {"minus infinity", [](Graph& g) { return g.Float(-std::numeric_limits<double>::infinity()); },
       "-inf"},
      {"nan", [](Graph& g) { return g.FloatFromBits(0x7ff8000000000000); }, "nan"},
      {"nan with payload", [](Graph& g) { return g.FloatFromBits(0xfff8000000000001); },
       "nan:fff8000000000001"},
      {"str", [](Graph& g) { return g.Str("text"); }, "'text'"},
      {"str with quote", [](Graph& g) { return g.Str("it's"); }, "\"it's\""},
      {"str with both quotes", [](Graph& g) { return g.Str("'\""); }, "'\\'\"'"},
      {"escapes", [](Graph& g) { return g.Str(std::string("\n\t\r\\\0\x7f", 6)); },
       "'\\n\\t\\r\\\\\\x00\\x7f'"},
      {"letters", [](Graph& g) { return g.Str("\xc3\xa9\xf0\x9f\x98\x80"); },
       "'\xc3\xa9\xf0\x9f\x98\x80'"},
      {"invisible", [](Graph& g) { return g.Str("\xc2\xa0\xe2\x80\xae\xf3\xa0\x80\x81"); },
       "'\\xa0\\u202e\\U000e0001'"},
      {"lone surrogate", [](Graph& g) { return g.Str("\xed\xb2\x80"); }, "'\\udc80'"},
      {"surrogate pair", [](Graph& g) { return g.Str("\xed\xa0\xbd\xed\xb8\x80"); },
       "'\\ud83d\\ude00'"},
      {"bytes", [](Graph& g) { return g.Bytes("a'\n\xff"); }, "b'a\\'\\n\\xff'"},
      {"bytearray", [](Graph& g) { return g.TextNode(Kind::kByteArray, "a"); }, "bytearray(b'a')"},
      {"py2 str", [](Graph& g) { return g.TextNode(Kind::kPy2Str, "a"); }, "py2'a'"},
  });
}

TEST(Notation, PrintsContainers) {
  ExpectTexts({
      {"empty tuple", [](Graph& g) { return g.Tuple({}); }, "()"},
      {"tuple of one", [](Graph& g) { return TupleOf(g, {g.Int(1)}); }, "(1,)"},
      {"tuple of two", [](Graph& g) { return TupleOf(g, {g.Int(1), g.None()}); }, "(1, None)"},
      {"empty list", [](Graph& g) { return g.List(); }, "[]"},
      {"list", [](Graph& g) { return ListOf(g, {g.Int(1), g.Int(2)}); }, "[1, 2]"},
      {"empty dict", [](Graph& g) { return g.Dict(); }, "{}"},
      {"dict",
       [](Graph& g) {
         const NodeId dict = g.Dict();
         g.SetItem(dict, g.Str("a"), g.Int(1));
         g.SetItem(dict, g.Int(2), g.Dict());
         return dict;
       },
       "{'a': 1, 2: {}}"},
      {"empty set", [](Graph& g) { return g.Set(); }, "set{}"},
      {"set in order",
       [](Graph& g) {
         const NodeId set = g.Set();
         g.AddMember(set, g.Int(2));
         g.AddMember(set, g.Int(1));
         return set;
       },
       "set{2, 1}"},
      {"frozenset",
       [](Graph& g) {
         const NodeId set = g.Empty(Kind::kFrozenSet);
         g.AddMember(set, g.Int(1));
         return set;
       },
       "frozenset{1}"},
  });
}

TEST(Notation, LabelsWhatIsSharedAndCarriesIdentity) {
  ExpectTexts({
      {"cycle",
       [](Graph& g) {
         const NodeId list = ListOf(g, {g.Int(1)});
         g.Append(list, list);
         return list;
       },
       "#0=[1, #0#]"},
      {"in print order",
       [](Graph& g) {
         const NodeId a = g.List();
         const NodeId b = g.Str("b");
         return ListOf(g, {b, a, b, a});
       },
       "[#0='b', #1=[], #0#, #1#]"},
      {"equal but distinct", [](Graph& g) { return ListOf(g, {g.Str("a"), g.Str("a")}); },
       "['a', 'a']"},
      {"numbers never",
       [](Graph& g) {
         const NodeId big = g.Int(100000);
         return ListOf(g, {big, big, g.None(), g.None()});
       },
       "[100000, 100000, None, None]"},
      {"empty tuples never",
       [](Graph& g) {
         const NodeId empty = g.Tuple({});
         return ListOf(g, {empty, empty});
       },
       "[(), ()]"},
      {"globals never",
       [](Graph& g) { return ListOf(g, {g.Global("os", "system"), g.Global("os", "system")}); },
       "[os.system, os.system]"},
      {"globals with steps",
       [](Graph& g) {
         const NodeId global = g.Global("os", "system");
         const NodeId one = g.Int(1);
         g.AddStep(global, StepKind::kBuild, {&one, 1});
         return ListOf(g, {global, global});
       },
       "[#0=global('os', 'system').build(1), #0#]"},
  });
}

TEST(Notation, PrintsInertNodes) {
  ExpectTexts({
      {"global", [](Graph& g) { return g.Global("os.path", "join"); }, "os.path.join"},
      {"nested name", [](Graph& g) { return g.Global("os", "path.join"); },
       "global('os', 'path.join')"},
      {"no names", [](Graph& g) { return g.Global("", ""); }, "global('', '')"},
      {"module with an empty part", [](Graph& g) { return g.Global("a..b", "c"); },
       "global('a..b', 'c')"},
      {"name with a space", [](Graph& g) { return g.Global("a", "b c"); }, "global('a', 'b c')"},
      {"extension", [](Graph& g) { return g.Extension(17); }, "ext(17)"},
      {"persistent id", [](Graph& g) { return g.PersistentId(g.Str("x")); }, "persid('x')"},
      {"buffer", [](Graph& g) { return g.Buffer(3, false); }, "buffer(3)"},
      {"read-only buffer", [](Graph& g) { return g.Buffer(0, true); }, "buffer(0, readonly)"},
      {"call",
       [](Graph& g) {
         return g.Object(How::kReduce, g.Global("os", "system"), TupleOf(g, {g.Str("ls")}));
       },
       "os.system('ls')"},
      {"call of a call",
       [](Graph& g) {
         const NodeId inner = g.Object(How::kReduce, g.Global("m", "f"), g.Tuple({}));
         return g.Object(How::kReduce, inner, TupleOf(g, {g.Int(1), g.Int(2)}));
       },
       "m.f()(1, 2)"},
      {"call with a list",
       [](Graph& g) { return g.Object(How::kReduce, g.Global("m", "f"), g.List()); },
       "reduce(m.f, [])"},
      {"call of text", [](Graph& g) { return g.Object(How::kReduce, g.Str("f"), g.Tuple({})); },
       "reduce('f', ())"},
      {"newobj", [](Graph& g) { return g.Object(How::kNewObj, g.Global("m", "C"), g.Tuple({})); },
       "new m.C()"},
      {"newobj of a call",
       [](Graph& g) {
         const NodeId inner = g.Object(How::kReduce, g.Global("m", "f"), g.Tuple({}));
         return g.Object(How::kNewObj, inner, g.Tuple({}));
       },
       "newobj(m.f(), ())"},
      {"newobj_ex",
       [](Graph& g) { return g.Object(How::kNewObjEx, g.Global("m", "C"), g.Tuple({}), g.Dict()); },
       "newobj_ex(m.C, (), {})"},
      {"obj", [](Graph& g) { return g.Object(How::kObj, g.Extension(1), g.Tuple({})); },
       "obj ext(1)()"},
      {"inst",
       [](Graph& g) { return g.Object(How::kInst, g.Global("m", "C"), TupleOf(g, {g.Int(1)})); },
       "inst m.C(1)"},
      {"shared callable and args",
       [](Graph& g) {
         const NodeId callable = g.PersistentId(g.Int(1));
         const NodeId args = TupleOf(g, {g.None()});
         const NodeId a = g.Object(How::kReduce, callable, args);
         const NodeId b = g.Object(How::kNewObj, callable, g.Tuple({}));
         return ListOf(g, {a, b, args});
       },
       "[reduce(#0=persid(1), #1=(None,)), new #0#(), #1#]"},
  });
}

NodeId ObjectWithSteps(Graph& g) {
  const NodeId object = g.Object(How::kNewObj, g.Global("m", "C"), g.Tuple({}));
  const NodeId one = g.Int(1);
  const NodeId pair[] = {g.Int(2), g.Int(3)};
  g.AddStep(object, StepKind::kBuild, {&object, 1});
  g.AddStep(object, StepKind::kAppend, pair);
  g.AddStep(object, StepKind::kSetItems, pair);
  g.AddStep(object, StepKind::kAdd, {&one, 1});
  g.AddStep(object, StepKind::kCall, {&one, 1});
  return object;
}

TEST(Notation, PrintsStepsInOrder) {
  ExpectTexts({{"all", ObjectWithSteps,
                "#0=new m.C().build(#0#).append(2, 3).setitems(2: 3).add(1).call(1)"}});
}

TEST(Notation, UnsharedAtomsAreAnOption) {
  Graph g;
  const NodeId text = g.Str("a");
  const NodeId empty = g.Tuple({});
  const NodeId list = g.List();
  const NodeId call = g.Object(How::kReduce, g.Global("m", "f"), empty);
  g.set_root(ListOf(g, {text, text, empty, list, list, call}));
  EXPECT_EQ(ToNotation(g, {.share_atoms = false}), "['a', 'a', (), #0=[], #0#, m.f()]");
  EXPECT_EQ(ToNotation(g), "[#0='a', #0#, (), #1=[], #1#, m.f()]");
}

TEST(Notation, AbbreviatesToTheLengthAskedFor) {
  Graph g;
  g.set_root(ListOf(g, {g.Int(12), g.Str("h\xc3\xa9llo"), g.Int(3)}));
  const std::string whole = "[12, 'h\xc3\xa9llo', 3]";
  ASSERT_EQ(ToNotation(g), whole);
  for (size_t length = 3; length < whole.size(); ++length) {
    SCOPED_TRACE(length);
    const std::string text = ToNotation(g, {.max_length = length});
    EXPECT_LE(text.size(), length);
    EXPECT_GE(text.size() + 1, length);
    EXPECT_TRUE(text.ends_with("..."));
    EXPECT_TRUE(whole.starts_with(text.substr(0, text.size() - 3)));
  }
  EXPECT_EQ(ToNotation(g, {.max_length = whole.size()}), whole);
}

TEST(Notation, BreaksLinesThatAreTooLong) {
  Graph g;
  const NodeId object = ObjectWithSteps(g);
  const NodeId dict = g.Dict();
  g.SetItem(dict, g.Str("key"), TupleOf(g, {g.Str("a longer text")}));
  g.SetItem(dict, g.Str("b"), ListOf(g, {g.Int(1), g.List()}));
  g.set_root(ListOf(g, {dict, object}));
  EXPECT_EQ(ToNotation(g, {.width = 20}),
            "[\n"
            "  {\n"
            "    'key': (\n"
            "      'a longer text',\n"
            "    ),\n"
            "    'b': [1, []]\n"
            "  },\n"
            "  #0=new m.C().build(\n"
            "    #0#\n"
            "  ).append(2, 3).setitems(\n"
            "    2: 3\n"
            "  ).add(1).call(1)\n"
            "]");
  EXPECT_EQ(ToNotation(g, {.width = 1000}), ToNotation(g));
}

TEST(Notation, DepthAndLengthCostNoRecursion) {
  Graph g;
  NodeId id = g.None();
  for (int i = 0; i < 1000000; ++i) id = g.Sequence(Kind::kList, {&id, 1});
  g.set_root(id);
  const std::string text = ToNotation(g);
  EXPECT_EQ(text, std::string(1000000, '[') + "None" + std::string(1000000, ']'));
  EXPECT_EQ(ToNotation(g, {.max_length = 8}), "[[[[[...");
  EXPECT_GT(ToNotation(g, {.width = 40}).size(), text.size());
}

}  // namespace
}  // namespace pickleproof
