#include "harness/pickle/pickler.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/base/bytes.h"
#include "harness/graph/notation_parser.h"
#include "harness/pickle/disassembler.h"
#include "harness/pickle/program.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

DumpOptions Options(int protocol, std::string_view policy = "_pickle") {
  DumpOptions options;
  options.protocol = protocol;
  options.policy = *EncodingPolicy::Named(policy);
  return options;
}

std::string Written(const Graph& graph, const DumpOptions& options) {
  const Result<std::string> bytes = Dump(graph, options);
  EXPECT_TRUE(bytes) << ToString(bytes.error());
  return bytes.value_or("");
}

std::string Assembly(std::string_view bytes) {
  DisassembleOptions options;
  options.offsets = options.comments = false;
  options.after_stop = AfterStop::kContinue;
  return Disassemble(bytes, options);
}

std::string WrittenAssembly(std::string_view notation, const DumpOptions& options) {
  const Result<Graph> graph = ParseNotation(notation);
  EXPECT_TRUE(graph) << ToString(graph.error());
  return graph ? Assembly(Written(*graph, options)) : "";
}

// A list, dict or set of the ints from 0 on.
Graph Container(Kind kind, int count) {
  Graph g;
  const NodeId root = g.Empty(kind);
  for (int i = 0; i < count; ++i) {
    if (kind == Kind::kDict) {
      g.SetItem(root, g.Int(i), g.None());
    } else if (kind == Kind::kSet) {
      g.AddMember(root, g.Int(i));
    } else {
      g.Append(root, g.Int(i));
    }
  }
  g.set_root(root);
  return g;
}

// What becomes of the items, in letters: opcodes of items are left out, and so are the others that
// are the same for every container.
std::string Batches(const Graph& graph, const DumpOptions& options) {
  std::string out;
  int items = 0;
  for (const OwnedInstruction& instruction : Decode(Written(graph, options)).instructions) {
    const std::string_view name = Name(instruction.opcode);
    if (name == "BININT1" || name == "BININT2") {
      ++items;
    } else if (name == "MARK" || name.starts_with("APPEND") || name.starts_with("SETITEM") ||
               name == "ADDITEMS") {
      if (items != 0) out += std::to_string(items) + " ";
      items = 0;
      out += std::string(name) + " ";
    }
  }
  return out;
}

// Source: CPython Modules/_pickle.c batch_list_exact, batch_dict_exact, save_set; Lib/pickle.py
// _batch_appends, _batch_setitems, save_set.
TEST(PicklerBatches, AreThoseOfEachOfCPythonsPicklers) {
  struct Row {
    Kind kind;
    int count;
    const char* c;
    const char* python;
  };
  const Row kRows[] = {
      {Kind::kList, 0, "", ""},
      {Kind::kList, 1, "1 APPEND ", "1 APPEND "},
      {Kind::kList, 2, "MARK 2 APPENDS ", "MARK 2 APPENDS "},
      {Kind::kList, 999, "MARK 999 APPENDS ", "MARK 999 APPENDS "},
      {Kind::kList, 1000, "MARK 1000 APPENDS ", "MARK 1000 APPENDS "},
      {Kind::kList, 1001, "MARK 1000 APPENDS MARK 1 APPENDS ", "MARK 1000 APPENDS 1 APPEND "},
      {Kind::kList, 2002, "MARK 1000 APPENDS MARK 1000 APPENDS MARK 2 APPENDS ",
       "MARK 1000 APPENDS MARK 1000 APPENDS MARK 2 APPENDS "},
      {Kind::kDict, 0, "", ""},
      {Kind::kDict, 1, "1 SETITEM ", "1 SETITEM "},
      {Kind::kDict, 999, "MARK 999 SETITEMS ", "MARK 999 SETITEMS "},
      {Kind::kDict, 1000, "MARK 1000 SETITEMS MARK SETITEMS ", "MARK 1000 SETITEMS "},
      {Kind::kDict, 1001, "MARK 1000 SETITEMS MARK 1 SETITEMS ", "MARK 1000 SETITEMS 1 SETITEM "},
      {Kind::kSet, 0, "", ""},
      {Kind::kSet, 1, "MARK 1 ADDITEMS ", "MARK 1 ADDITEMS "},
      {Kind::kSet, 1000, "MARK 1000 ADDITEMS MARK ADDITEMS ", "MARK 1000 ADDITEMS "},
      {Kind::kSet, 1001, "MARK 1000 ADDITEMS MARK 1 ADDITEMS ",
       "MARK 1000 ADDITEMS MARK 1 ADDITEMS "},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(std::string(Name(row.kind)) + " of " + std::to_string(row.count));
    const Graph graph = Container(row.kind, row.count);
    EXPECT_EQ(Batches(graph, Options(4)), row.c);
    EXPECT_EQ(Batches(graph, Options(5, "pickle.py")), row.python);
  }
}

// Items of reduce tuples come from iterators: _pickle batches them as pickle.py does
// (Modules/_pickle.c batch_list, batch_dict).
TEST(PicklerBatches, OfObjectsAreThoseOfIterators) {
  for (const int count : {1000, 1001}) {
    Graph g;
    const NodeId object = g.Object(How::kReduce, g.Global("m", "f"), g.Tuple({}));
    std::vector<NodeId> items;
    for (int i = 0; i < count; ++i) items.push_back(g.Int(i));
    g.AddStep(object, StepKind::kAppend, items);
    items.insert(items.begin(), items.begin(), items.begin() + count);
    g.AddStep(object, StepKind::kSetItems, items);
    g.set_root(object);
    const std::string rest = count == 1000 ? "" : "1 APPEND ";
    const std::string last = count == 1000 ? "" : "2 SETITEM ";
    EXPECT_EQ(Batches(g, Options(4)), "MARK 1000 APPENDS " + rest + "MARK 2000 SETITEMS " + last);
  }
}

TEST(PicklerInts, LongChangesItsOpcodeAt256Bytes) {
  for (const size_t size : {9U, 255U, 256U, 1000U}) {
    Graph g;
    std::string bytes(size, '\x11');
    g.set_root(g.IntFromBytes(bytes));
    const std::string written = Written(g, Options(2));
    const bool is_short = size < 256;
    EXPECT_EQ(written[2], is_short ? '\x8a' : '\x8b');
    EXPECT_EQ(written.substr(is_short ? 4 : 7), bytes + ".");
  }
}

TEST(PicklerText, ShortFormsHold255Bytes) {
  for (const size_t size : {255U, 256U}) {
    Graph g;
    const NodeId items[] = {g.Str(std::string(size, 'x')), g.Bytes(std::string(size, 'y'))};
    g.set_root(g.Tuple(items));
    const Program program = Decode(Written(g, Options(4)));
    EXPECT_EQ(Name(program.instructions[2].opcode),
              size == 255 ? "SHORT_BINUNICODE" : "BINUNICODE");
    EXPECT_EQ(Name(program.instructions[4].opcode), size == 255 ? "SHORT_BINBYTES" : "BINBYTES");
  }
}

// The payloads of all frames and the texts between them, in order: "F 12" and "T 65536".
std::string Frames(std::string_view bytes) {
  std::string out;
  Decoder decoder(bytes);
  uint64_t frame_end = 0;
  while (true) {
    const auto next = decoder.Next();
    if (!next || !*next) return out;
    const Instruction& instruction = **next;
    if (instruction.opcode == Opcode::FRAME) {
      out += "F " + std::to_string(instruction.number) + " ";
      EXPECT_GE(instruction.offset, frame_end);
      frame_end = decoder.position() + instruction.number;
    } else if (instruction.offset >= frame_end && instruction.opcode != Opcode::PROTO) {
      out += std::string(Name(instruction.opcode)) + " ";
    } else {
      EXPECT_TRUE(instruction.offset < frame_end ? decoder.position() <= frame_end : true);
    }
  }
}

TEST(PicklerFrames, LargeTextStandsBetweenThem) {
  Graph g;
  const std::string large(64 * 1024, 'x');
  const NodeId items[] = {g.Int(1),
                          g.Str(large),
                          g.Int(2),
                          g.Bytes(large),
                          g.Bytes(large),
                          g.TextNode(Kind::kByteArray, large),
                          g.Str(std::string(65535, 'y'))};
  const NodeId list = g.List();
  g.Extend(list, items);
  g.set_root(list);
  // Shorter than four bytes: MEMOIZE alone between two large ones has no frame.
  EXPECT_EQ(Frames(Written(g, Options(5))),
            "F 5 BINUNICODE MEMOIZE BININT1 BINBYTES MEMOIZE BINBYTES MEMOIZE BYTEARRAY8 F 65544 ");
  EXPECT_EQ(Frames(Written(g, Options(5, "pickle.py"))), Frames(Written(g, Options(5))));
  EXPECT_EQ(Frames(Written(g, Options(3))).substr(0, 10), "EMPTY_LIST");
  EXPECT_EQ(Frames(Written(g, Options(5, "one-frame"))).substr(0, 9), "F 327722 ");
  EXPECT_EQ(Frames(Written(g, Options(5, "unframed"))).substr(0, 10), "EMPTY_LIST");
}

TEST(PicklerFrames, EndBeforeTheValueAfter64KiB) {
  for (const size_t size : {65531U, 65532U}) {
    Graph g;
    // EMPTY_TUPLE ends the first frame or not: MARK, BINUNICODE with its length, MEMOIZE.
    const NodeId items[] = {g.Str(std::string(size - 3, 'x')), g.Tuple({}), g.None(), g.None()};
    g.set_root(g.Tuple(items));
    EXPECT_EQ(Frames(Written(g, Options(4))), size == 65532U ? "F 65536 F 6 " : "F 65536 F 5 ");
  }
}

TEST(PicklerFrames, OfFewerThanFourBytesAreWrittenWithoutOpcode) {
  Graph g;
  g.set_root(g.None());
  EXPECT_EQ(Written(g, Options(4)), "\x80\x04N.");
  g.set_root(g.Int(300));
  EXPECT_EQ(ToHex(Written(g, Options(4))), "80049504000000000000004d2c012e");
}

TEST(PicklerFrames, TinyOnesHoldOneValueEach) {
  EXPECT_EQ(WrittenAssembly("[1, 2]", Options(4, "tiny-frames")),
            "PROTO 4\nFRAME 3\nEMPTY_LIST\nMEMOIZE\nMARK\n  FRAME 2\n  BININT1 1\n  FRAME 4\n"
            "  BININT1 2\n  APPENDS\nSTOP\n");
}

TEST(PicklerMemo, IsSharedByDumpsUntilCleared) {
  const Graph graph = *ParseNotation("[m.A, 'text']");
  for (const int protocol : {0, 2, 4}) {
    Pickler pickler(Options(protocol));
    std::string first;
    std::string all;
    ASSERT_TRUE(pickler.Dump(graph, graph.root(), first));
    all = first;
    ASSERT_TRUE(pickler.Dump(graph, graph.root(), all));
    const std::string second = all.substr(first.size());
    Unpickler unpickler;
    ASSERT_EQ(unpickler.Load(first).verdict, Verdict::kAccept);
    const NodeId value = unpickler.graph().root();
    ASSERT_EQ(unpickler.Load(second).verdict, Verdict::kAccept);
    EXPECT_EQ(unpickler.graph().root(), value);
    pickler.ClearMemo();
    std::string third;
    ASSERT_TRUE(pickler.Dump(graph, graph.root(), third));
    EXPECT_EQ(third, first);
  }
}

TEST(PicklerMemo, NamesAreForgottenWithTheRest) {
  const Graph graph = *ParseNotation("[set{1}, b'x', global('m', 'A.B')]");
  for (int protocol = 0; protocol <= 5; ++protocol) {
    Pickler pickler(Options(protocol));
    std::string first;
    std::string second;
    ASSERT_TRUE(pickler.Dump(graph, graph.root(), first));
    pickler.ClearMemo();
    ASSERT_TRUE(pickler.Dump(graph, graph.root(), second));
    EXPECT_EQ(first, second);
  }
}

TEST(PicklerMemo, AFailedDumpLeavesNoTrace) {
  Graph g = *ParseNotation("[set{1}, b'x', 'a', 'text', m.A, py2'no']");
  const NodeId good = g.Items(g.root())[3];
  for (const int protocol : {2, 4}) {
    Pickler pickler(Options(protocol));
    std::string out = "before";
    const Result<void> failed = pickler.Dump(g, g.root(), out);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(out, "before");
    ASSERT_TRUE(pickler.Dump(g, good, out));
    std::string fresh;
    ASSERT_TRUE(Pickler(Options(protocol)).Dump(g, good, fresh));
    EXPECT_EQ(out, "before" + fresh);
  }
}

TEST(PicklerMemo, LongFormsBeginAtIndex256) {
  Graph g;
  const NodeId list = g.List();
  NodeId item = 0;
  for (int i = 0; i < 256; ++i) g.Append(list, item = g.List());
  g.Append(list, g.Items(list)[254]);
  g.Append(list, item);
  g.set_root(list);
  const std::string written = Assembly(Written(g, Options(2)));
  EXPECT_NE(written.find("  BINPUT 255\n  EMPTY_LIST\n  LONG_BINPUT 256\n  BINGET 255\n"
                         "  LONG_BINGET 256\n"),
            std::string::npos);
}

TEST(PicklerExtensions, RegisteredGlobalsAreCodesFromProtocol2On) {
  const ExtensionRegistry registry = {{5, {"m", "A"}}, {300, {"m", "B"}}, {70000, {"m", "C"}}};
  DumpOptions options = Options(2);
  options.extensions = &registry;
  EXPECT_EQ(WrittenAssembly("(m.A, m.B, m.C)", options),
            "PROTO 2\nEXT1 5\nEXT2 300\nEXT4 70000\nTUPLE3\nBINPUT 0\nSTOP\n");
  // Not memoized: written each time. The parent of a nested name may be one too.
  EXPECT_EQ(
      WrittenAssembly("(m.A, m.A, global('m', 'A.x'))", options),
      "PROTO 2\nEXT1 5\nEXT1 5\nGLOBAL '__builtin__ getattr'\nBINPUT 0\nEXT1 5\n"
      "BINUNICODE 'x'\nBINPUT 1\nTUPLE2\nBINPUT 2\nREDUCE\nBINPUT 3\nTUPLE3\nBINPUT 4\nSTOP\n");
  options.protocol = 1;
  EXPECT_EQ(WrittenAssembly("m.A", options), "GLOBAL 'm A'\nBINPUT 0\nSTOP\n");
}

TEST(PicklerNames, FixImportsCanBeTurnedOff) {
  DumpOptions options = Options(2);
  EXPECT_EQ(WrittenAssembly("builtins.range", options),
            "PROTO 2\nGLOBAL '__builtin__ xrange'\nBINPUT 0\nSTOP\n");
  options.fix_imports = false;
  EXPECT_EQ(WrittenAssembly("builtins.range", options),
            "PROTO 2\nGLOBAL 'builtins range'\nBINPUT 0\nSTOP\n");
}

TEST(PicklerFast, WritesNoMemo) {
  DumpOptions options = Options(2);
  options.fast = true;
  EXPECT_EQ(WrittenAssembly("[#0=[], #0#, 'a', m.A, set{1}]", options),
            "PROTO 2\nEMPTY_LIST\nMARK\n  EMPTY_LIST\n  EMPTY_LIST\n  BINUNICODE 'a'\n"
            "  GLOBAL 'm A'\n  GLOBAL '__builtin__ set'\n  EMPTY_LIST\n  BININT1 1\n  APPEND\n"
            "  TUPLE1\n  REDUCE\n  APPENDS\nSTOP\n");
}

// A global is one node however often it is named, so it must not be changed twice.
TEST(PicklerFast, StepsOfANameAreAppliedOnce) {
  DumpOptions options = Options(2);
  options.fast = true;
  EXPECT_EQ(
      WrittenAssembly("(#0=global('m', 'A').build(1), #0#, #1=ext(2).build(3), #1#)", options),
      "PROTO 2\nMARK\n  GLOBAL 'm A'\n  BININT1 1\n  BUILD\n  GLOBAL 'm A'\n  EXT1 2\n"
      "  BININT1 3\n  BUILD\n  EXT1 2\n  TUPLE\nSTOP\n");
}

TEST(PicklerPersistentIds, AreWrittenEachTimeAsByCPythonOrOnce) {
  const char* notation = "(#0=persid('x'), #0#)";
  EXPECT_EQ(WrittenAssembly(notation, Options(2)),
            "PROTO 2\nBINUNICODE 'x'\nBINPUT 0\nBINPERSID\nBINGET 0\nBINPERSID\nTUPLE2\nBINPUT 1\n"
            "STOP\n");
  EXPECT_EQ(WrittenAssembly(notation, Options(2, "wide")),
            "PROTO 2\nBINUNICODE 'x'\nLONG_BINPUT 0\nBINPERSID\nLONG_BINPUT 1\nLONG_BINGET 1\n"
            "TUPLE2\nLONG_BINPUT 2\nSTOP\n");
}

// Source: CPython Modules/_pickle.c save_reduce, which writes TUPLE2 at every protocol.
TEST(PicklerStateSetter, IsLegalBelowProtocol2UnderOtherPolicies) {
  const char* notation = "#0=m.f().call(m.set(#0#, 1))";
  EXPECT_NE(WrittenAssembly(notation, Options(1)).find("TUPLE2"), std::string::npos);
  EXPECT_EQ(
      WrittenAssembly(notation, Options(1, "unframed")),
      "GLOBAL 'm f'\nBINPUT 0\nEMPTY_TUPLE\nREDUCE\nBINPUT 1\nGLOBAL 'm set'\nBINPUT 2\nMARK\n"
      "  BINGET 1\n  BININT1 1\n  TUPLE\nREDUCE\nPOP\nSTOP\n");
}

}  // namespace
}  // namespace pickleproof
