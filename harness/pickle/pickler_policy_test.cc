// Under every policy and protocol: the graph is read back, and the stream is legal.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "harness/base/utf8.h"
#include "harness/graph/compare.h"
#include "harness/graph/notation.h"
#include "harness/graph/notation_parser.h"
#include "harness/pickle/disassembler.h"
#include "harness/pickle/pickler.h"
#include "harness/pickle/program.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

struct Row {
  const char* graph;
  int first_protocol;       // that can say it
  bool made_twice = false;  // CPython's forms have calls or steps twice
};

const Row kRows[] = {
    {"[None, True, False, 0, 255, 256, 65535, 65536, -1, 2147483648, -2147483649]", 0},
    {"[9223372036854775808, -9223372036854775809, 340282366920938463463374607431768211456]", 0},
    {"[0.0, -0.0, 0.1, 1e+100, -inf, nan, 5e-324]", 0},
    {"[nan:fff8000000000001, nan:7ff0000000000001]", 1},
    {"['', 'a', 'abc', 'é', '€', '😀', '\\ud83d\\ude00', '\\\\ \\n\\r\\x00\\x1a']", 0},
    {"[b'', b'a', b'abc\\xff', bytearray(b''), bytearray(b'x'), bytearray(b'xyz\\x80')]", 0},
    {"[#0='shared', #1=b'too', #2=bytearray(b'and'), #3=(1, 2), #0#, #1#, #2#, #3#, 'shared']", 0},
    {"[(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [()], {}, {1: 2}, {1: 2, 3: [4, 5, 6, 7]}]",
     0},
    {"[set{}, set{1}, set{1, 2, 3, 4}, frozenset{}, frozenset{(1, frozenset{2})}]", 0},
    {"#0=[#1=set{1}, #1#, #2=frozenset{b'x'}, #2#, #0#]", 0},
    {"#0=[#0#, {'self': #0#}]", 0},
    {"#0={1: #0#, 2: [#0#]}", 0},
    {"#0=([#0#],)", 0},
    {"#0=(1, [#0#], 'once', 4, #1=(5, [#1#]))", 0},
    {"#0=[([#0#, (#0#, {'x': #0#})],)]", 0},
    {"#0=frozenset{new m.C().build({'f': #0#})}", 0},
    {"#0=set{new m.C().build({'s': #0#, 'x': 'once'})}", 0},
    {"#0=set{m.f(#0#)}", 4},
    {"#0=new m.C().build({'me': #0#})", 0},
    {"#0=m.f(#1=[#0#], 'once').append(#1#)", 0, true},
    {"#0=new m.C([#0#]).build('state')", 0, true},
    {"[m.A, m.B, m.A, builtins.set, set{1}, builtins.getattr, builtins.range]", 0},
    {"[global('m', 'A.B'), global('m', 'A.B.C'), m.A]", 4},
    {"[m.f(), m.f(1), m.f(1, 2, 3, 4), m.f((), []), m.f(m.g)(2)]", 0},
    {"[new m.C(), new m.C('a', 1), newobj_ex(m.C, (1,), {'k': 2})]", 0},
    {"[#0=(1, 2), newobj(m.C, #0#)]", 2},
    {"[obj m.C(), obj m.C(1, 'a'), inst m.C(), inst m.C([2])]", 0},
    {"#0=obj m.C([#0#]).build(1)", 0},
    {"[obj(m.f(), (1,)), obj m.f(2)]", 0},
    {"[obj(ext(1), (1,)), newobj(persid(1), ())]", 2},
    {"obj(global('m', 'A.B'), (1,))", 4},
    {"[#0=global('m', 'C').build(1), inst #0#(2), #0#]", 0},
    {"[inst(#0=global('m', 'C').build(1), (2,)), #0#]", 0},
    {"m.f().append(1).setitems('a': 1).build(2).append(1, 2, 3, 4).build(3).build(4)", 0},
    {"m.f().setitems([]: 1, 2: 3, 2: 4, 5: 6)", 0},
    {"m.f().add(1, 2, 3, 4).build(0)", 4},
    {"#0=new m.C().build(1).call(m.setstate(#0#, {'x': #0#}))", 0},
    {"[#0=new m.C().call(reduce(m.f, #1=(#0#, 1))), #1#]", 0},
    {"#0=new m.C().call(obj m.f(#0#, 1)).call(m.g(#0#, #0#).build(2))", 0},
    {"[#0=m.f(m.x, [#0#]), #1=new m.C([#1#], 2), #2=newobj_ex(m.D, ([#2#],), {})]", 0, true},
    {"[#0=obj m.C(m.x, [#0#]), #1=inst m.D(m.x, [#1#]), m.x]", 0, true},
    {"[persid('id'), persid('')]", 0},
    {"[#0=persid('id'), #0#, #1=persid('id').build(#1#), #1#]", 0},
    {"[persid((1, 'a')), persid(persid([])), persid(5)]", 1},
    {"[ext(1), ext(255), ext(256), ext(65535), ext(65536), ext(2147483647), ext(1)]", 2},
    {"[#0=ext(7).build([#0#]), #0#]", 2},
    {"[buffer(0), buffer(1, readonly), #0=buffer(2), #0#]", 5},
    {"[py2'', py2'it\\'s\\n\\x00\\xff', #0=py2'x', #0#]", 0},
};

DumpOptions Options(int protocol, std::string_view policy) {
  DumpOptions options;
  options.protocol = protocol;
  options.policy = *EncodingPolicy::Named(policy);
  options.py2_strings = true;
  return options;
}

bool IsCPython(std::string_view policy) { return policy == "_pickle" || policy == "pickle.py"; }

LoadOptions Reading() {
  LoadOptions options;
  options.encoding = "keep";
  options.buffers = {false, true, false};
  options.has_buffers = true;
  return options;
}

CompareOptions Strict(std::string_view policy, int protocol) {
  CompareOptions options;
  // CPython writes a persistent id each time, and pickle.py forgets what it escapes.
  options.strictness = IsCPython(policy) ? Strictness::kMutableIdentity : Strictness::kAllIdentity;
  options.merge_obj_with_reduce = protocol == 0;  // where OBJ is missing
  return options;
}

// Calls check(graph, policy, protocol, bytes) for everything that can be written.
template <typename Check>
void ForEverything(Check check) {
  for (const Row& row : kRows) {
    const Result<Graph> graph = ParseNotation(row.graph);
    ASSERT_TRUE(graph) << row.graph << ": " << ToString(graph.error());
    for (const std::string_view policy : EncodingPolicy::Names()) {
      for (int protocol = row.first_protocol; protocol <= kHighestProtocol; ++protocol) {
        SCOPED_TRACE(std::string(row.graph) + " as " + std::string(policy) + " at " +
                     std::to_string(protocol));
        const Result<std::string> bytes = Dump(*graph, Options(protocol, policy));
        ASSERT_TRUE(bytes) << ToString(bytes.error());
        if (!(row.made_twice && IsCPython(policy))) check(*graph, policy, protocol, *bytes);
      }
    }
  }
}

TEST(PicklerPolicy, EveryFormIsReadBackAsTheSameGraph) {
  ForEverything(
      [](const Graph& graph, std::string_view policy, int protocol, const std::string& bytes) {
        const Outcome outcome = Load(bytes, Reading());
        ASSERT_EQ(outcome.verdict, Verdict::kAccept)
            << (outcome.error ? ToString(*outcome.error) : "") << Disassemble(bytes);
        EXPECT_EQ(outcome.consumed, bytes.size());
        const auto difference = FirstDifference(graph, outcome.graph, Strict(policy, protocol));
        EXPECT_FALSE(difference) << difference->ToString() << "\n" << Disassemble(bytes);
      });
}

TEST(PicklerPolicy, NoFormUsesAnOpcodeThatItsProtocolLacks) {
  ForEverything([](const Graph&, std::string_view policy, int protocol, const std::string& bytes) {
    const Program program = Decode(bytes);
    ASSERT_FALSE(program.error);
    for (const OwnedInstruction& instruction : program.instructions) {
      const OpcodeInfo& info = *FindOpcode(static_cast<uint8_t>(instruction.opcode));
      // CPython writes a state setter's TUPLE2 at every protocol.
      if (IsCPython(policy) && info.opcode == Opcode::TUPLE2) continue;
      EXPECT_LE(info.protocol, protocol) << info.name << "\n" << Disassemble(bytes);
    }
  });
}

// Memo indices of a stream, in order, those that are fetched or those that are stored.
std::multiset<uint64_t> MemoIndices(const std::string& bytes, bool fetched) {
  std::multiset<uint64_t> indices;
  uint64_t stored = 0;
  Decoder decoder(bytes);
  while (true) {
    const auto next = decoder.Next();
    if (!next || !*next) return indices;
    const Instruction& instruction = **next;
    const std::string_view name = Name(instruction.opcode);
    if (name == "MEMOIZE" || name.ends_with("PUT")) {
      if (!fetched) indices.insert(name == "MEMOIZE" ? stored : instruction.number);
      ++stored;
    } else if (name.ends_with("GET") && fetched) {
      indices.insert(instruction.number);
    }
  }
}

// How dill writes a method that uses super(): the cell of its closure is filled with the class,
// which the function, and so the cell, is needed to make.
TEST(PicklerPolicy, DeferredCallsWaitForTheObjectThatTheyNeed) {
  const auto graph = ParseNotation(
      "#0=m.type('C', {'f': m.function((#1=m.cell(None).call(builtins.setattr(#1#, 'v', "
      "#0#)),))})");
  ASSERT_TRUE(graph) << ToString(graph.error());
  for (const int protocol : {0, 2, 5}) {
    for (const bool deferred : {true, false}) {
      SCOPED_TRACE(testing::Message() << "protocol " << protocol << ", deferred " << deferred);
      DumpOptions options;
      options.protocol = protocol;
      options.policy.defer_calls = deferred;
      const auto bytes = Dump(*graph, options);
      ASSERT_TRUE(bytes) << ToString(bytes.error());
      const Outcome read = Load(*bytes, {});
      ASSERT_EQ(read.verdict, Verdict::kAccept);
      const auto made = std::ranges::count_if(
          read.trace, [](const TraceEvent& event) { return event.target == "m type"; });
      EXPECT_EQ(made, deferred ? 2 : 3);  // the global, and each call
      if (deferred) {
        EXPECT_TRUE(Isomorphic(*graph, read.graph));
      }
    }
  }
}

// Several calls wait for the outermost object that they need, and keep their order.
TEST(PicklerPolicy, DeferredCallsKeepTheirOrder) {
  const auto graph = ParseNotation(
      "#0=m.outer(#1=m.inner(#2=m.cell().call(m.set(#2#, #0#)).call(m.set(#2#, [#1#]))"
      ".call(m.set(#2#, (#0#, 1)))))");
  ASSERT_TRUE(graph) << ToString(graph.error());
  DumpOptions options;
  options.policy.defer_calls = true;
  const auto bytes = Dump(*graph, options);
  ASSERT_TRUE(bytes) << ToString(bytes.error());
  const Outcome read = Load(*bytes, {});
  // The call that waits for the inner object comes before those that wait for the outer one.
  EXPECT_EQ(ToNotation(read.graph),
            "#0=m.outer(#1=m.inner(#2=m.cell().call(m.set(#2#, [#1#])).call(m.set(#2#, #0#))"
            ".call(m.set(#2#, (#0#, 1)))))");
}

// How dill (recurse) writes a class with a method that names it: the globals of the method get the
// class when it is made. A class is made of a copy of its dict, which must be full by then.
TEST(PicklerPolicy, DeferredItemsWaitForTheObjectThatTheyAre) {
  for (const char* text :
       {"#0=m.type('C', {'f': m.function({'__name__': 'n', 'C': #0#, 'z': 1}), 'g': 2})",
        "#0=m.type('C', {'f': m.function([1, #0#, 2, #0#, [3]]), 'g': 2})",
        "#0=m.outer(#1=m.inner([1, #1#, 2, #0#, 3], {'a': #0#, 'b': #1#}))"}) {
    const auto graph = ParseNotation(text);
    ASSERT_TRUE(graph) << ToString(graph.error());
    for (const int protocol : {0, 2, 5}) {
      SCOPED_TRACE(testing::Message() << text << " at protocol " << protocol);
      DumpOptions options;
      options.protocol = protocol;
      options.policy.defer_calls = true;
      const auto bytes = Dump(*graph, options);
      ASSERT_TRUE(bytes) << ToString(bytes.error());
      const Outcome read = Load(*bytes, {});
      ASSERT_EQ(read.verdict, Verdict::kAccept);
      EXPECT_TRUE(Isomorphic(*graph, read.graph)) << Disassemble(*bytes);
      // Each is made once: its global is looked up, and it is called.
      for (const char* target : {"m type", "m outer", "m inner", "m function"}) {
        const auto made = std::ranges::count_if(
            read.trace, [&](const TraceEvent& event) { return event.target == target; });
        EXPECT_TRUE(made == 0 || made == 2) << target << " " << made;
      }
    }
  }
}

TEST(PicklerPolicy, OptimizedStreamsStoreOnlyWhatTheyFetch) {
  for (const char* text :
       {"[#0='shared', 'once', #0#, #1=[], (#1#, m.A, m.B, m.A, b'x', set{1})]"}) {
    SCOPED_TRACE(text);
    const Result<Graph> graph = ParseNotation(text);
    ASSERT_TRUE(graph);
    for (int protocol = 0; protocol <= kHighestProtocol; ++protocol) {
      const std::string bytes = *Dump(*graph, Options(protocol, "optimized"));
      const auto fetched = MemoIndices(bytes, true);
      for (const uint64_t index : MemoIndices(bytes, false)) {
        EXPECT_TRUE(fetched.contains(index)) << Disassemble(bytes);
      }
    }
  }
}

TEST(PicklerPolicy, TheTextPolicyWritesNoByteThatTextCannotHold) {
  const Graph graph = *ParseNotation("[1, 2147483648, 1.5, 'abc', (1, 2), m.A, #0=[True], #0#]");
  const std::string bytes = *Dump(graph, Options(1, "text"));
  EXPECT_TRUE(IsAscii(bytes));
  EXPECT_EQ(std::count_if(bytes.begin(), bytes.end(), [](char c) { return c < 9; }), 0);
}

TEST(PicklerPolicy, MemoStartsWhereThePolicySays) {
  const Graph graph = *ParseNotation("[[], []]");
  for (const int protocol : {1, 4}) {
    EXPECT_EQ(MemoIndices(*Dump(graph, Options(protocol, "memo-from-1")), false),
              (std::multiset<uint64_t>{1, 2, 3}));
    EXPECT_EQ(MemoIndices(*Dump(graph, Options(protocol, "memo-from-70000")), false),
              (std::multiset<uint64_t>{70000, 70001, 70002}));
  }
}

TEST(EncodingPolicy, KnowsItsNamesAndNoOthers) {
  const std::vector<std::string_view> names = EncodingPolicy::Names();
  ASSERT_GE(names.size(), 10U);
  EXPECT_EQ(names[0], "_pickle");
  EXPECT_EQ(names[1], "pickle.py");
  for (const std::string_view name : names) EXPECT_TRUE(EncodingPolicy::Named(name)) << name;
  EXPECT_FALSE(EncodingPolicy::Named("cPickle"));
  EXPECT_EQ(EncodingPolicy::Named("_pickle"), EncodingPolicy{});
}

TEST(EncodingPolicy, FollowsTheVersionsOfCPython) {
  EXPECT_EQ(EncodingPolicy::OfCPython("_pickle", 11), EncodingPolicy::Named("_pickle"));
  EXPECT_EQ(EncodingPolicy::OfCPython("pickle.py", 11), EncodingPolicy::Named("pickle.py"));
  EXPECT_EQ(EncodingPolicy::OfCPython("_pickle", 9), EncodingPolicy::OfCPython("_pickle", 12));
  EXPECT_TRUE(EncodingPolicy::OfCPython("pickle.py", 9)->forget_bytearrays);
  EXPECT_FALSE(EncodingPolicy::OfCPython("pickle.py", 10)->forget_bytearrays);
  EXPECT_FALSE(EncodingPolicy::OfCPython("pickle.py", 13)->forget_escaped);
  EXPECT_FALSE(EncodingPolicy::OfCPython("_pickle", 8));
  EXPECT_FALSE(EncodingPolicy::OfCPython("marshal", 11));
}

// CPython 3.13: save_global writes nested names without memo entries of their parents.
TEST(EncodingPolicy, FlatGetattrMemoizesNoParents) {
  DumpOptions options;
  options.protocol = 3;
  options.policy = *EncodingPolicy::OfCPython("_pickle", 13);
  const Graph graph = *ParseNotation("[global('m', 'A.Bee.Cee'), m.A]");
  DisassembleOptions plain;
  plain.offsets = plain.comments = false;
  EXPECT_EQ(Disassemble(*Dump(graph, options), plain),
            "PROTO 3\nEMPTY_LIST\nBINPUT 0\nMARK\n  GLOBAL 'builtins getattr'\n  BINPUT 1\n"
            "  BINGET 1\n  GLOBAL 'm A'\n  BINUNICODE 'Bee'\n  BINPUT 2\n  TUPLE2\n  REDUCE\n"
            "  BINUNICODE 'Cee'\n  BINPUT 3\n  TUPLE2\n  REDUCE\n  BINPUT 4\n  GLOBAL 'm A'\n"
            "  BINPUT 5\n  APPENDS\nSTOP\n");
}

}  // namespace
}  // namespace pickleproof
