// CPython's picklers as writers of graphs.

#include "harness/graph/compare.h"
#include "harness/graph/notation_parser.h"
#include "harness/pickle/pickler.h"
#include "harness/python/python_test.h"
#include "harness/python/realize.h"

namespace pickleproof {
namespace {

class WritersTest : public PythonTest {
 protected:
  static Graph Parsed(std::string_view notation) {
    auto graph = ParseNotation(notation);
    EXPECT_TRUE(graph) << ToString(graph.error()) << "\n" << notation;
    return graph ? *std::move(graph) : Graph();
  }

  // The reader of the same implementation, on a channel that has persistent ids.
  static Outcome Reread(const Engine& writer, std::string_view bytes) {
    LoadOptions options;
    options.has_buffers = true;
    options.buffers = {false, false};
    const size_t reader = writer.card().language == "C" ? 1 : 4;
    return (*engines)[reader]->Load(bytes, options);
  }

  static std::string RoundTrip(Engine& writer, const Graph& graph, int protocol) {
    const auto bytes = writer.Dump(graph, protocol);
    if (!bytes) return ToString(bytes.error());
    const Outcome outcome = Reread(writer, *bytes);
    if (outcome.verdict != Verdict::kAccept) return Meaning(outcome);
    const auto difference = FirstDifference(graph, outcome.graph);
    return difference ? difference->ToString() : "same";
  }
};

constexpr std::string_view kGraphs[] = {
    "None",
    "(True, False, 0, 255, 256, 65536, -1, -2147483649)",
    "[170141183460469231731687303715884105727, -170141183460469231731687303715884105729]",
    "[1.5, -0.0, inf, 1e-300]",
    "['', 'a', 'é', '\\ud83d', 'long text']",
    "[b'', b'a', b'\\x00\\xff']",
    "bytearray(b'ab')",
    "((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4))",
    "#0=[1, #0#]",
    "#0={'self': #0#}",
    "#0=[(#0#, #0#)]",
    "[#0=[], #0#, []]",
    "{(1, (2, 'key')): frozenset{1, frozenset{2}}}",
    "set{1, 'two', (3,)}",
    "frozenset{(frozenset{1},)}",
    "[os.system, os.path.join, os.system]",
    "[builtins.set, builtins.len, copyreg._reconstructor, _codecs.encode]",
    "[set{1}, builtins.set, builtins.print, bytearray(b'x'), b'\\xff']",
    "os.system('ls')",
    "m.f(1)(2)",
    "new m.C()",
    "new m.C(1, 'a')",
    "#0=new m.C().build({'self': #0#})",
    "#0=m.f().append(1, 2, #0#).setitems('a': 1, [1]: 2).build((None, {}))",
    "m.f().append(1)",
    "#0=new m.C(1).call(m.setter(#0#, {'a': 1}))",
    "[#0=m.f(), new m.C(#0#), #0#]",
    "{new m.C(): m.C}",
    "reduce(persid('class'), (1,))",
};

TEST_F(WritersTest, EveryGraphSurvivesEveryWriterAndProtocol) {
  for (const std::string_view notation : kGraphs) {
    const Graph graph = Parsed(notation);
    for (const auto& engine : *engines) {
      const bool ids = engine->card().channel != Channel::kLoads;
      if (!ids && notation.find("persid") != std::string_view::npos) continue;
      for (int protocol = 0; protocol <= 5; ++protocol) {
        SCOPED_TRACE(engine->card().id + " " + std::string(notation) + " at protocol " +
                     std::to_string(protocol));
        EXPECT_EQ(RoundTrip(*engine, graph, protocol), "same");
      }
    }
  }
}

TEST_F(WritersTest, WhatNeedsAProtocolSurvivesThere) {
  const struct {
    std::string_view notation;
    std::vector<int> protocols;
  } rows[] = {
      {"newobj_ex(m.C, (1,), {'key': 2})", {0, 1, 4, 5}},
      {"newobj_ex(m.C, (), {})", {0, 1, 4, 5}},
      {"[global('m', 'A.B'), global('m', 'A'), global('m', 'A.B.C')]", {4, 5}},
      {"[ext(17), ext(65535), ext(70000), ext(17)]", {2, 3, 4, 5}},
      {"[buffer(0), buffer(1, readonly)]", {5}},
  };
  for (const auto& row : rows) {
    for (const auto& engine : *engines) {
      for (const int protocol : row.protocols) {
        SCOPED_TRACE(engine->card().id + " " + std::string(row.notation) + " at protocol " +
                     std::to_string(protocol));
        EXPECT_EQ(RoundTrip(*engine, Parsed(row.notation), protocol), "same");
      }
    }
  }
}

TEST_F(WritersTest, WhatNoPythonObjectIsWrittenAsIsUnsupported) {
  const struct {
    std::string_view notation;
    int protocol;
  } rows[] = {
      {"py2'text'", 2},
      {"obj m.C(1)", 1},
      {"inst m.C()", 0},
      {"global('m', 'C').build(1)", 2},
      {"m.f().build(1).append(2)", 2},
      {"m.f().build(1).build(2)", 2},
      {"m.f().build(None)", 2},
      {"m.f().add(1)", 4},
      {"#0=m.f().call(m.g(#0#))", 2},
      {"reduce([], ())", 2},
      {"reduce(m.f, [])", 2},
      {"[newobj(m.C, #0=(1,)), #0#]", 2},
      {"copyreg.__newobj__(1)", 2},
      {"newobj_ex(m.C, (), {1: 2})", 4},
      {"newobj_ex(m.C, (), {})", 2},
      {"newobj_ex(m.C, (), {})", 3},
      {"ext(17)", 1},
      {"buffer(0)", 4},
      {"buffer(1)", 5},
      {"[#0=buffer(0), #0#]", 5},
      {"persid(None)", 2},
      {"persid(1)", 0},
      {"persid('a\\nb')", 0},
      {"global('m', '<locals>.f')", 4},
  };
  for (const auto& row : rows) {
    for (const auto& engine : *engines) {
      SCOPED_TRACE(engine->card().id + " " + std::string(row.notation));
      const auto bytes = engine->Dump(Parsed(row.notation), row.protocol);
      ASSERT_FALSE(bytes) << EscapeBytes(*bytes);
      EXPECT_EQ(Name(bytes.error().code), "unsupported") << bytes.error().message;
    }
  }
  const auto bytes = (*engines)[0]->Dump(Parsed("persid('a')"), 2);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::kUnsupported);
}

TEST_F(WritersTest, DeepGraphsAreALimitNotACrash) {
  Graph graph;
  NodeId inner = graph.List();
  for (int i = 0; i < 100'000; ++i) {
    const NodeId outer = graph.List();
    graph.Append(outer, inner);
    inner = outer;
  }
  graph.set_root(inner);
  for (const auto& engine : *engines) {
    const auto bytes = engine->Dump(graph, 4);
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().code, ErrorCode::kLimit) << bytes.error().message;
  }
  const auto real = Realize(*interpreter, graph);
  ASSERT_TRUE(real);
  EXPECT_EQ(real->size(), graph.size());
}

TEST_F(WritersTest, KeysTooDeepToHashAreALimit) {
  Graph graph;
  NodeId key = graph.Int(1);
  for (int i = 0; i < 20'000; ++i) key = graph.Tuple({&key, 1});
  const NodeId dict = graph.Dict();
  ASSERT_EQ(graph.SetItem(dict, key, key), Insert::kAdded);
  graph.set_root(dict);
  const auto real = Realize(*interpreter, graph);
  ASSERT_FALSE(real);
  EXPECT_EQ(real.error().code, ErrorCode::kLimit);
}

TEST_F(WritersTest, RealizeSharesWhatPythonShares) {
  const auto real = Realize(*interpreter, Parsed("['', '', 'a', 'a', b'', b'', 'ab', 'ab']"));
  ASSERT_TRUE(real) << ToString(real.error());
  EXPECT_EQ(ToNotation(*real), "[#0='', #0#, #1='a', #1#, #2=b'', #2#, 'ab', 'ab']");
}

TEST_F(WritersTest, RealizingTwiceChangesNothingMore) {
  for (const std::string_view notation : kGraphs) {
    SCOPED_TRACE(notation);
    const auto once = Realize(*interpreter, Parsed(notation));
    ASSERT_TRUE(once) << ToString(once.error());
    const auto twice = Realize(*interpreter, *once);
    ASSERT_TRUE(twice) << ToString(twice.error());
    const auto difference =
        FirstDifference(*once, *twice, {.strictness = Strictness::kAllIdentity});
    EXPECT_FALSE(difference) << difference->ToString();
    EXPECT_TRUE(Isomorphic(Parsed(notation), *once));
  }
}

TEST_F(WritersTest, SysModulesAndRegistriesAreAsBefore) {
  const std::string state =
      "import sys, copyreg\nresult = (sorted(sys.modules), copyreg._extension_registry, "
      "[type(m).__name__ for m in sys.modules.values() if 'StandIn' in type(m).__name__], "
      "sys.getrecursionlimit())";
  const auto before = interpreter->Ask(state);
  for (const std::string_view notation : {"[os.system, a.b.c.d, ext(5), copyreg.x, sys.modules]",
                                          "[new nowhere.C(), [global('m', '<locals>')]]"}) {
    for (const auto& engine : *engines) {
      const auto bytes = engine->Dump(Parsed(notation), 4);
      EXPECT_EQ(bytes.has_value(), notation.find("<locals>") == std::string_view::npos);
    }
  }
  EXPECT_EQ(interpreter->Ask(state).value_or("failed"), before.value_or("no answer"));
}

// The pickler of this project promises to write what CPython writes, byte for byte.
TEST_F(WritersTest, OurPicklerWritesTheSameBytes) {
  for (const std::string_view implementation : {"_pickle", "pickle.py"}) {
    for (const std::string_view notation : kGraphs) {
      for (int protocol = 0; protocol <= 5; ++protocol) {
        // pickle.py of 3.9 does not memoize bytearrays there; the policy is that of later ones.
        if (interpreter->minor() < 10 && implementation == "pickle.py" && protocol == 5) continue;
        SCOPED_TRACE(std::string(implementation) + " " + std::string(notation) + " at protocol " +
                     std::to_string(protocol));
        const auto written = WriteRealized(*interpreter, implementation, Channel::kBytesIo,
                                           Parsed(notation), protocol);
        ASSERT_TRUE(written) << ToString(written.error());
        DumpOptions options;
        options.protocol = protocol;
        options.policy = *EncodingPolicy::Named(implementation);
        const auto ours = Dump(written->graph, options);
        ASSERT_TRUE(ours) << ToString(ours.error());
        EXPECT_EQ(EscapeBytes(*ours), EscapeBytes(written->bytes));
      }
    }
  }
}

}  // namespace
}  // namespace pickleproof
