// What can't be written, what must not be, and what is large.

#include <gtest/gtest.h>

#include <string>

#include "harness/graph/notation_parser.h"
#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

DumpOptions Options(int protocol, bool fast = false) {
  DumpOptions options;
  options.protocol = protocol;
  options.fast = fast;
  return options;
}

// Graphs that no notation can say: cycles through nothing but parts that must exist first.
Graph TupleInItself() {
  Graph g;
  const NodeId tuple = g.Declare(Kind::kTuple);
  g.FillTuple(tuple, {{tuple}});
  g.set_root(tuple);
  return g;
}
Graph ObjectInItsArguments() {
  Graph g;
  const NodeId object = g.Declare(Kind::kObject);
  g.FillObject(object, How::kReduce, g.Global("m", "f"), g.Tuple({{object}}), kNoNode);
  g.set_root(object);
  return g;
}
Graph PersistentIdInItself() {
  Graph g;
  const NodeId id = g.PersistentId(kNoneNode);
  g.FillPersistentId(id, g.Tuple({{id}}));
  g.set_root(id);
  return g;
}

Graph Parsed(const char* notation) {
  Result<Graph> graph = ParseNotation(notation);
  EXPECT_TRUE(graph) << notation;
  return graph ? *std::move(graph) : Graph();
}

TEST(PicklerErrors, NameWhatAProtocolCannotSay) {
  struct Row {
    const char* title;
    Graph graph;
    DumpOptions options;
    ErrorCode code;
    const char* message;
    const char* exception;
  };
  const ErrorCode kUnsupported = ErrorCode::kUnsupported;
  const ErrorCode kValue = ErrorCode::kValue;
  const Row kRows[] = {
      {"buffer below 5", Parsed("buffer(0)"), Options(4), kUnsupported, "need protocol 5",
       "PicklingError"},
      {"buffers out of order", Parsed("[buffer(1), buffer(0)]"), Options(5), ErrorCode::kBuffer,
       "buffer 1 comes where NEXT_BUFFER gives buffer 0", "PicklingError"},
      {"extension below 2", Parsed("ext(1)"), Options(1), kUnsupported, "need protocol 2",
       "PicklingError"},
      {"extension 0", Parsed("ext(0)"), Options(2), kValue, "code 0 is out of range",
       "PicklingError"},
      {"py2 str", Parsed("py2'x'"), Options(2), kUnsupported, "set py2_strings", "PicklingError"},
      {"persistent id of two lines", Parsed("persid('a\\nb')"), Options(0), kUnsupported,
       "must be ASCII strings", "PicklingError"},
      {"persistent id beyond ASCII", Parsed("persid('é')"), Options(0), kUnsupported,
       "must be ASCII strings", "PicklingError"},
      {"persistent id that is no str", Parsed("persid(1)"), Options(0), kUnsupported,
       "must be ASCII strings", "PicklingError"},
      {"name beyond ASCII", Parsed("global('m', 'é')"), Options(2), kUnsupported,
       "using pickle protocol 2", "PicklingError"},
      {"surrogate in a name", Parsed("global('m', '\\ud800')"), Options(3), kUnsupported,
       "using pickle protocol 3", "PicklingError"},
      {"name of two lines", Parsed("global('m', 'a\\nb')"), Options(3), kUnsupported,
       "using pickle protocol 3", "PicklingError"},
      {"no name", Parsed("global('m', '')"), Options(3), kUnsupported, "using pickle protocol 3",
       "PicklingError"},
      {"members of an object below 4", Parsed("m.f().add(1)"), Options(3), kUnsupported,
       "needs protocol 4", "PicklingError"},
      {"list as arguments", Parsed("reduce(m.f, [])"), Options(4), kValue, "must be a tuple",
       "PicklingError"},
      {"instance of an int", Parsed("newobj(1, ())"), Options(4), kValue, "must be a class",
       "PicklingError"},
      {"keyword list", Parsed("newobj_ex(m.C, (), [])"), Options(4), kValue, "must be a dict",
       "PicklingError"},
      {"tuple in itself", TupleInItself(), Options(4), kValue, "a tuple contains itself",
       "RecursionError"},
      {"object in its arguments", ObjectInItsArguments(), Options(0), kValue,
       "contains itself through parts", "RecursionError"},
      {"persistent id in itself", PersistentIdInItself(), Options(2), kValue,
       "a persid contains itself", "RecursionError"},
      {"set in its member's arguments, by call", Parsed("#0=set{m.f(#0#)}"), Options(3), kValue,
       "contains itself through parts", "RecursionError"},
      {"fast: list in itself", Parsed("#0=[#0#]"), Options(4, true), kValue,
       "fast mode: can't pickle cyclic objects including a list", "ValueError"},
      {"fast: object in its state", Parsed("#0=new m.C().build({1: #0#})"), Options(2, true),
       kValue, "fast mode: can't pickle cyclic objects", "ValueError"},
      {"fast: state setter", Parsed("#0=new m.C().call(m.f(#0#, 1))"), Options(2, true), kValue,
       "state setter", "RecursionError"},
      {"protocol 6", Parsed("1"), Options(6), ErrorCode::kUsage, "no protocol 6", ""},
      {"protocol -1", Parsed("1"), Options(-1), ErrorCode::kUsage, "no protocol -1", ""},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.title);
    const Result<std::string> written = Dump(row.graph, row.options);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, row.code);
    EXPECT_NE(written.error().message.find(row.message), std::string::npos)
        << written.error().message;
    EXPECT_EQ(written.error().exception, row.exception);
  }
}

TEST(PicklerErrors, HeadlessNamesMustSurviveRenaming) {
  DumpOptions options = Options(4);
  options.policy = *EncodingPolicy::Named("headless");
  EXPECT_TRUE(Dump(Parsed("builtins.range"), options));
  EXPECT_FALSE(Dump(Parsed("itertools.izip"), options));
  options.fix_imports = false;
  EXPECT_TRUE(Dump(Parsed("itertools.izip"), options));
}

TEST(PicklerLimits, TextIntsHaveAtMostAsManyDigitsAsPythonAllows) {
  const std::string nines(4300, '9');
  for (const std::string sign : {"", "-"}) {
    const Graph most = Parsed((sign + nines).c_str());
    const Graph more = Parsed((sign + "1" + nines).c_str());
    EXPECT_EQ(*Dump(most, Options(0)), "L" + sign + nines + "L\n.");
    const Result<std::string> refused = Dump(more, Options(1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
    EXPECT_TRUE(Dump(more, Options(2)));
    DumpOptions unlimited = Options(1);
    unlimited.max_digits = 0;
    EXPECT_EQ(*Dump(more, unlimited), "L" + sign + "1" + nines + "L\n.");
    // Where text is only a policy, the binary form takes over.
    DumpOptions text = Options(2);
    text.policy = *EncodingPolicy::Named("text");
    EXPECT_EQ(Dump(more, text)->substr(2, 1), "\x8b");
  }
}

TEST(PicklerLimits, HugeIntsAreRefusedAsTextWithoutBeingConverted) {
  Graph g;
  g.set_root(g.IntFromBytes(std::string(4 << 20, '\x33')));
  EXPECT_FALSE(Dump(g, Options(0)));
  EXPECT_TRUE(Dump(g, Options(2)));
}

TEST(PicklerLimits, BytesAreCounted) {
  // 2^30 lists in fast mode, of 30 nodes.
  Graph g;
  NodeId at = g.List();
  for (int i = 0; i < 30; ++i) {
    const NodeId both = g.List();
    g.Append(both, at);
    g.Append(both, at);
    at = both;
  }
  g.set_root(at);
  DumpOptions options = Options(2, true);
  options.max_bytes = 100000;
  const Result<std::string> refused = Dump(g, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
}

TEST(PicklerLimits, DepthIsCounted) {
  Graph g;
  NodeId at = g.List();
  for (int i = 0; i < 1000; ++i) at = g.Tuple({{at}});
  g.set_root(at);
  DumpOptions options = Options(2);
  options.max_depth = 999;
  const Result<std::string> refused = Dump(g, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
  options.max_depth = 1000;
  EXPECT_TRUE(Dump(g, options));
}

TEST(PicklerLimits, NamesOfManyPartsAreForProtocol4) {
  std::string name = "a";
  for (int i = 0; i < 300; ++i) name += ".a";
  Graph g;
  g.set_root(g.Global("m", name));
  const Result<std::string> refused = Dump(g, Options(3));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
  EXPECT_TRUE(Dump(g, Options(4)));
}

enum class Nesting : uint8_t { kLists, kTuples, kLongTuples, kDicts, kObjects, kPersistentIds };

NodeId Nest(Graph& g, Nesting nesting, NodeId inner) {
  switch (nesting) {
    case Nesting::kLists: {
      const NodeId list = g.List();
      g.Append(list, inner);
      return list;
    }
    case Nesting::kTuples: return g.Tuple({{inner}});
    case Nesting::kLongTuples: return g.Tuple({{inner, kNoneNode, kNoneNode, kNoneNode}});
    case Nesting::kDicts: {
      const NodeId dict = g.Dict();
      g.SetItem(dict, kNoneNode, inner);
      return dict;
    }
    case Nesting::kObjects: {
      const NodeId args[] = {inner};
      const NodeId object = g.Object(How::kNewObj, g.Global("m", "C"), g.Tuple({}));
      g.AddStep(object, StepKind::kBuild, args);
      return object;
    }
    case Nesting::kPersistentIds: return g.PersistentId(inner);
  }
  return inner;
}

TEST(PicklerLimits, AMillionNestedValuesTakeNoStack) {
  for (const Nesting nesting : {Nesting::kLists, Nesting::kTuples, Nesting::kLongTuples,
                                Nesting::kDicts, Nesting::kObjects, Nesting::kPersistentIds}) {
    SCOPED_TRACE(static_cast<int>(nesting));
    Graph g;
    NodeId at = kNoneNode;
    for (int i = 0; i < 1000000; ++i) at = Nest(g, nesting, at);
    g.set_root(at);
    for (const bool fast : {false, true}) EXPECT_TRUE(Dump(g, Options(4, fast)));
    DumpOptions marks = Options(1);
    marks.policy = *EncodingPolicy::Named("marks");
    EXPECT_TRUE(Dump(g, marks));
  }
}

// Each list is found once more below each tuple: CPython writes such a thing in the same way.
TEST(PicklerLimits, ATupleIsEnteredOnceForEachOfItsLists) {
  Graph g;
  std::vector<NodeId> lists;
  for (int i = 0; i < 300; ++i) lists.push_back(g.List());
  NodeId at = g.Tuple(lists);
  for (int i = 0; i < 50; ++i) at = g.Tuple({{at}});
  for (const NodeId list : lists) g.Append(list, at);
  g.set_root(at);
  const Result<std::string> written = Dump(g, Options(2));
  ASSERT_TRUE(written);
  const Outcome outcome = Load(*written);
  ASSERT_EQ(outcome.verdict, Verdict::kAccept);
  DumpOptions shallow = Options(2);
  shallow.max_depth = 1000;
  EXPECT_EQ(Dump(g, shallow).error().code, ErrorCode::kLimit);
}

}  // namespace
}  // namespace pickleproof
