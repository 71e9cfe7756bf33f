#include "harness/pickle/unpickler.h"

#include <gtest/gtest.h>

#include "harness/base/bytes.h"
#include "harness/graph/notation.h"

namespace pickleproof {
namespace {

using namespace std::string_literals;

// What a stream means: its graph in notation, or the category of its error.
std::string Meaning(std::string_view bytes, const LoadOptions& options = {}) {
  const Outcome outcome = Load(bytes, options);
  if (outcome.verdict == Verdict::kAccept) return ToNotation(outcome.graph);
  return std::string(Name(outcome.error->code));
}

LoadOptions As(std::string_view reader) {
  LoadOptions options;
  options.profile = *Profile::Of(reader, 11);
  return options;
}

struct Row {
  std::string bytes;
  std::string_view meaning;
};

void ExpectMeanings(std::initializer_list<Row> rows, const LoadOptions& options = {}) {
  for (const Row& row : rows) {
    SCOPED_TRACE(EscapeBytes(row.bytes));
    EXPECT_EQ(Meaning(row.bytes, options), row.meaning);
  }
}

TEST(Machine, EveryLeafOpcodeMakesItsValue) {
  ExpectMeanings({
      {"N.", "None"},
      {"\x88.", "True"},
      {"\x89.", "False"},
      {"I01\n.", "True"},
      {"I00\n.", "False"},
      {"I1\n.", "1"},
      {"I-5\n.", "-5"},
      {"K\xff.", "255"},
      {"M\xff\xff.", "65535"},
      {"J\xff\xff\xff\xff.", "-1"},
      {"L18446744073709551616L\n.", "18446744073709551616"},
      {"L5\n.", "5"},
      {"\x8a\x00."s, "0"},
      {"\x8a\x02\xff\x00."s, "255"},
      {"\x8a\x01\xff.", "-1"},
      {"\x8b\x01\x00\x00\x00\x80."s, "-128"},
      {"F1.5\n.", "1.5"},
      {"G\xbf\xf0\x00\x00\x00\x00\x00\x00."s, "-1.0"},
      {"Vab\\u20ac\n.", "'ab\xe2\x82\xac'"},
      {"\x8c\x03"s + "abc.", "'abc'"},
      {"X\x01\x00\x00\x00z."s, "'z'"},
      {"\x8d\x01\x00\x00\x00\x00\x00\x00\x00z."s, "'z'"},
      {"C\x01z.", "b'z'"},
      {"B\x01\x00\x00\x00z."s, "b'z'"},
      {"\x8e\x01\x00\x00\x00\x00\x00\x00\x00z."s, "b'z'"},
      {"\x96\x01\x00\x00\x00\x00\x00\x00\x00z."s, "bytearray(b'z')"},
      {"S'z'\n.", "'z'"},
      {"U\x01z.", "'z'"},
      {"T\x01\x00\x00\x00z."s, "'z'"},
  });
}

TEST(Machine, ContainersKeepOrderSharingAndCycles) {
  ExpectMeanings({
      {").", "()"},
      {"(K\x01K\x02t.", "(1, 2)"},
      {"K\x01\x85.", "(1,)"},
      {"K\x01K\x02\x86.", "(1, 2)"},
      {"K\x01K\x02K\x03\x87.", "(1, 2, 3)"},
      {"(K\x01l.", "[1]"},
      {"](K\x01K\x02"s + "e.", "[1, 2]"},
      {"]K\x01"s + "a.", "[1]"},
      {"]\x94h\x00"s + "a.", "#0=[#0#]"},
      {"]q\x05h\x05h\x05\x86.", "(#0=[], #0#)"},
      {"}(K\x01K\x02u.", "{1: 2}"},
      {"}K\x01K\x02s.", "{1: 2}"},
      {"(K\x01K\x02"s + "d.", "{1: 2}"},
      {"\x8f(K\x01\x90.", "set{1}"},
      {"(K\x01\x91.", "frozenset{1}"},
      {"K\x01"
       "2\x86.",
       "(1, 1)"},
      {"K\x01K\x02"
       "0.",
       "1"},
      {"K\x01(K\x02"
       "1.",
       "1"},
      {"K\x01(0.", "1"},
  });
}

TEST(Machine, EqualKeysCollideFirstKeyAndLastValueStay) {
  ExpectMeanings({
      {"}(K\x01K\x02\x88K\x03u.", "{1: 3}"},
      {"}(G\x3f\xf0\x00\x00\x00\x00\x00\x00K\x02K\x01K\x03u."s, "{1.0: 3}"},
      {"}]K\x02s.", "unhashable"},
      {"}]\x85K\x02s.", "unhashable"},
      {"(]\x91.", "unhashable"},
      {"\x8f(}\x90.", "unhashable"},
  });
}

TEST(Machine, GlobalsAndCallsBecomeNodes) {
  ExpectMeanings({
      {"cos\nsystem\n(S'ls'\ntR.", "os.system('ls')"},
      {"\x8c\x02os\x8c\x06system\x93.", "os.system"},
      {"(S'ls'\nios\nsystem\n.", "inst os.system('ls')"},
      {"(cos\nsystem\nS'ls'\no.", "obj os.system('ls')"},
      {"cm\nC\n)\x81}b.", "new m.C().build({})"},
      {"cm\nC\n)}\x92.", "newobj_ex(m.C, (), {})"},
      {"cm\nC\n)R](K\x01"s + "e0.", "m.C()"},
      {"cm\nC\n)R(K\x01K\x02"s + "e.", "m.C().append(1, 2)"},
      {"cm\nC\n)RK\x01K\x02s.", "m.C().setitems(1: 2)"},
      {"cm\nC\n)R(K\x01\x90.", "m.C().add(1)"},
      {"cm\nC\n)R)R.", "m.C()()"},
      {"Pid\n.", "persid('id')"},
      {"K\x01Q.", "persid(1)"},
      {"\x82\x11.", "ext(17)"},
  });
}

TEST(Machine, AViewOfABytearrayTakesNothingThatIsDoneToObjects) {
  const std::string view = "\x96\x01\x00\x00\x00\x00\x00\x00\x00z\x98"s;
  ExpectMeanings({
      {view + ".", "builtins.memoryview(bytearray(b'z'))"},
      {view + "K\x01" + "a.", "type"},
      {view + "K\x01K\x02s.", "type"},
      {view + "(K\x01\x90.", "type"},
      {view + "}K\x01K\x02sb.", "type"},
      {view + "Nb.", "builtins.memoryview(bytearray(b'z'))"},
      {view + ")R.", "type"},
      {view + "\x98.", "builtins.memoryview(bytearray(b'z'))"},
      {"(" + view + "\x91.", "unhashable"},
      {"}" + view + "Ns.", "unhashable"},
      {"}" + view + "\x85Ns.", "unhashable"},
      {view + ")\x81.", "type"},
      // Called by its name it is an object like any other.
      {"c__builtin__\nmemoryview\n)R]b.", "builtins.memoryview().build([])"},
  });
}

TEST(Machine, ArgumentsOfAnyIterableAreUnpackedAsPicklePyDoes) {
  LoadOptions options = As("pickle.py");
  options.has_buffers = true;
  options.buffers = {false};
  ExpectMeanings(
      {
          {"cm\nC\n(K\x01lR.", "m.C(1)"},
          {"cm\nC\nS'ab'\nR.", "m.C('a', 'b')"},
          {"cm\nC\nC\x01zR.", "m.C(122)"},
          {"cm\nC\n}K\x01K\x02sR.", "m.C(1)"},
          {"cm\nC\nK\x01R.", "type"},
          // A set has no order, and what is in a buffer is not known.
          {"cm\nC\n\x8f(K\x01K\x02\x90R.", "unsupported"},
          {"cm\nC\n\x97R.", "unsupported"},
          {"cm\nC\n\x97\x98\x81.", "unsupported"},
      },
      options);
  options.profile = As("_pickle").profile;
  ExpectMeanings({{"cm\nC\n(K\x01lR.", "type"}, {"cm\nC\n\x97R.", "type"}}, options);
}

TEST(Machine, NamesOfPython2AreMappedBelowProtocol3Only) {
  LoadOptions as_written;
  as_written.fix_imports = false;
  EXPECT_EQ(Meaning("c__builtin__\nxrange\n."), "builtins.range");
  EXPECT_EQ(Meaning("\x80\x02"
                    "c__builtin__\nxrange\n."),
            "builtins.range");
  EXPECT_EQ(Meaning("\x80\x03"
                    "c__builtin__\nxrange\n."),
            "__builtin__.xrange");
  EXPECT_EQ(Meaning("c__builtin__\nxrange\n.", as_written), "__builtin__.xrange");
}

TEST(Machine, WellKnownConstructionsAreEvaluatedInTheirExactFormOnly) {
  ExpectMeanings({
      {"c__builtin__\nset\n(](K\x01K\x01"s + "etR.", "set{1}"},
      {"c__builtin__\nfrozenset\n(]tR.", "frozenset{}"},
      {"c_codecs\nencode\n(V\xe9\nVlatin1\ntR.", "b'\\xe9'"},
      {"c_codecs\nencode\n(V\\u20ac\nVlatin1\ntR.", "bad-encoding"},
      {"c_codecs\nencode\n(Va\nVutf8\ntR.", "_codecs.encode('a', 'utf8')"},
      {"c__builtin__\nbytes\n)R.", "b''"},
      {"c__builtin__\nbytearray\n(C\x01ztR.", "bytearray(b'z')"},
      {"c__builtin__\nset\n(](]etR.", "unhashable"},
      {"c__builtin__\nset\n()tR.", "builtins.set(())"},
      {"ccopy_reg\n__newobj__\n(cm\nC\nK\x01tR.", "new m.C(1)"},
      {"ccopy_reg\n__newobj_ex__\n(cm\nC\n)}tR.", "newobj_ex(m.C, (), {})"},
      {"ccopy_reg\n__newobj__\n(K\x01tR.", "copyreg.__newobj__(1)"},
  });
}

TEST(Machine, AStateSetterBecomesAStepOfItsObject) {
  // What save_reduce writes for the sixth item: setter, object, state, TUPLE2, REDUCE, POP.
  EXPECT_EQ(Meaning("cm\nC\n)R\x94"
                    "cm\nsetter\nh\x00}\x86R0."s),
            "#0=m.C().call(m.setter(#0#, {}))");
}

TEST(Machine, TheDroppedCallOfARecursiveObjectIsNoStateSetter) {
  // f(f, {self: None}) as picklers write it: the call stands within its own arguments and once more
  // around them, dropped.
  EXPECT_EQ(Meaning("\x80\x02"
                    "cm\nf\nq\x00h\x00}q\x01h\x00h\x00h\x01\x86q\x02Rq\x03Ns"
                    "0h\x02R0h\x03."s),
            "#0=m.f(m.f, {#0#: None})");
}

TEST(Machine, BuiltinsTakeItemsAsPythonsOwnDo) {
  ExpectMeanings({
      {"](K\x01K\x02"s + "eK\x00K\x09s."s, "[9, 2]"},
      {"]K\x05K\x09s.", "value"},
      {"\x96\x01\x00\x00\x00\x00\x00\x00\x00z(K\x41K\x42"s + "e.", "bytearray(b'zAB')"},
      {"\x96\x01\x00\x00\x00\x00\x00\x00\x00zK\x00K\x41s."s, "bytearray(b'A')"},
      {"}K\x01"s + "a.", "type"},
      {"](K\x01\x90.", "type"},
      {"]Nb.", "[]"},
      {"]}b.", "type"},
      {"]K\x00"s + "b.", "type"},
      {"K\x01)R.", "type"},
      {"cm\nC\n]R.", "type"},
  });
}

TEST(Machine, ErrorsNameCategoryAndOffset) {
  struct ErrorRow {
    std::string bytes;
    ErrorCode code;
    uint64_t offset;
  };
  const ErrorRow rows[] = {
      {"", ErrorCode::kTruncated, 0},
      {"N", ErrorCode::kTruncated, 1},
      {"NK", ErrorCode::kTruncated, 1},
      {"\xff.", ErrorCode::kUnknownOpcode, 0},
      {".", ErrorCode::kStack, 0},
      {"N0.", ErrorCode::kStack, 2},
      {"(.", ErrorCode::kMark, 1},
      {"t.", ErrorCode::kMark, 0},
      {"Nh\x07.", ErrorCode::kMemo, 1},
      {"Np-1\n.", ErrorCode::kMemo, 1},
      {"Nq", ErrorCode::kTruncated, 1},
      {"\x80\x06.", ErrorCode::kProtocol, 0},
      {"}(K\x01u.", ErrorCode::kStack, 4},
      {"X\x01\x00\x00\x00\xff."s, ErrorCode::kBadEncoding, 0},
      {"\x82\x00."s, ErrorCode::kExtension, 0},
      {"\x97.", ErrorCode::kBuffer, 0},
      {"\x95\xff\x00\x00\x00\x00\x00\x00\x00N."s, ErrorCode::kTruncated, 0},
      {"\x8b\xff\xff\xff\xff.", ErrorCode::kBadArgument, 0},
  };
  for (const ErrorRow& row : rows) {
    SCOPED_TRACE(EscapeBytes(row.bytes));
    const Outcome outcome = Load(row.bytes);
    ASSERT_EQ(outcome.verdict, Verdict::kReject);
    EXPECT_EQ(Name(outcome.error->code), Name(row.code));
    EXPECT_EQ(outcome.error->offset, row.offset);
  }
}

TEST(Machine, ADeclaredLengthBeyondTheInputIsRefusedAtOnceWithItsOffset) {
  const Outcome outcome = Load("N\x8e\x00\x00\x00\x00\x00\x00\x00\x80"s);  // 2**63 bytes
  ASSERT_EQ(outcome.verdict, Verdict::kReject);
  EXPECT_EQ(outcome.error->offset, 1U);
}

TEST(Machine, ConsumedEndsBehindStop) {
  const Outcome outcome = Load("\x80\x04N.rest of the file");
  EXPECT_EQ(outcome.consumed, 4U);
}

TEST(Machine, TheTraceIsKeptWhenTheLoadFails) {
  const Outcome outcome = Load("cos\nsystem\n(S'ls'\ntRcm\nC\n)\x81}b\xff");
  EXPECT_EQ(outcome.verdict, Verdict::kReject);
  const std::vector<TraceEvent> expected = {
      {TraceKind::kGlobal, "os system"}, {TraceKind::kCall, "os system"},
      {TraceKind::kGlobal, "m C"},       {TraceKind::kNew, "m C"},
      {TraceKind::kBuild, "object"},
  };
  EXPECT_EQ(outcome.trace, expected);
}

TEST(Limits, AreHitBeforeAllocation) {
  LoadOptions options;
  options.limits.nodes = 300;
  EXPECT_EQ(Load(std::string(100, ']') + '.', options).verdict, Verdict::kOutOfMemory);
  options = {};
  options.limits.steps = 3;
  EXPECT_EQ(Load("NNN.", options).verdict, Verdict::kOutOfMemory);
  options = {};
  options.limits.depth = 2;
  EXPECT_EQ(Load("(((N.", options).verdict, Verdict::kOutOfMemory);
  options = {};
  options.limits.memo = 1;
  EXPECT_EQ(Load("N\x94\x94.", options).verdict, Verdict::kOutOfMemory);
  options = {};
  options.limits.bytes = 2;
  EXPECT_EQ(Load("NN.", options).verdict, Verdict::kOutOfMemory);
}

TEST(Options, EncodingSaysWhatPython2StringsBecome) {
  LoadOptions options;
  EXPECT_EQ(Meaning("U\x01\xe9.", options), "bad-encoding");
  options.encoding = "latin1";
  EXPECT_EQ(Meaning("U\x01\xe9.", options), "'\xc3\xa9'");
  options.encoding = "bytes";
  EXPECT_EQ(Meaning("U\x01\xe9.", options), "b'\\xe9'");
  options.encoding = "keep";
  EXPECT_EQ(Meaning("U\x01\xe9.", options), "py2'\\xe9'");
  options.encoding = "koi8-r";
  EXPECT_EQ(Load("U\x01\xe9.", options).verdict, Verdict::kUnsupported);
}

TEST(Options, BuffersExtensionsAndPersistentIds) {
  LoadOptions options;
  options.has_buffers = true;
  options.buffers = {false, true};
  ExpectMeanings({{"\x97\x97\x86.", "(buffer(0), buffer(1, readonly))"},
                  {"\x97\x98.", "buffer(0, readonly)"},
                  {"\x97\x97\x97\x87.", "buffer"}},
                 options);
  const ExtensionRegistry registry = {{17, {"m", "C"}}};
  options.extensions = &registry;
  options.persistent_ids = false;
  ExpectMeanings({{"\x82\x11.", "m.C"}, {"\x82\x12.", "extension"}, {"NQ.", "persistent-id"}},
                 options);
}

TEST(Profiles, ReadersPartWhereTheQuirksSay) {
  struct ProfileRow {
    std::string bytes;
    std::string_view c, python;
  };
  const ProfileRow rows[] = {
      {"I010\n.", "8", "bad-argument"},
      {"F1e400\n.", "value", "inf"},
      {"c\n\n.", "truncated", "global('', '')"},
      {"cm\nC\n](K\x01"s + "eR.", "type", "m.C(1)"},
      {"}(e.", "{}", "type"},
      {"]K\x00"s + "b.", "type", "[]"},
      // The second NONE lies behind the frame's end; STOP begins a new read.
      {"\x95\x01\x00\x00\x00\x00\x00\x00\x00NK\x05\x86."s, "(None, 5)", "(None, 5)"},
      // BININT crosses the frame's end.
      {"\x95\x03\x00\x00\x00\x00\x00\x00\x00J\x01\x00\x00\x00."s, "1", "frame"},
      {"\x95\xff\x00\x00\x00\x00\x00\x00\x00N."s, "truncated", "None"},
  };
  for (const ProfileRow& row : rows) {
    SCOPED_TRACE(EscapeBytes(row.bytes));
    EXPECT_EQ(Meaning(row.bytes), row.c);
    EXPECT_EQ(Meaning(row.bytes, As("pickle.py")), row.python);
  }
}

TEST(Profiles, TheFileReaderLosesTheRestOfAFrameThatAnInstructionCrosses) {
  // The frame holds J 01; the C reader drops the 01 on files and takes the next four bytes, so
  // that the N, an instruction to the one, belongs to the number for the other.
  const std::string stream = "\x95\x02\x00\x00\x00\x00\x00\x00\x00J\x01\x00\x00\x00N."s;
  EXPECT_EQ(Meaning(stream), "None");
  EXPECT_EQ(Meaning(stream, As("_pickle/file")), "1308622848");
}

TEST(Machine, AMillionNestedContainersLoad) {
  constexpr size_t kDepth = 1'000'000;
  std::string lists(kDepth, ']');
  lists += std::string(kDepth - 1, 'a') + '.';
  const Outcome outcome = Load(lists);
  ASSERT_EQ(outcome.verdict, Verdict::kAccept);
  EXPECT_EQ(Reachable(outcome.graph, outcome.graph.root()).size(), kDepth);
}

}  // namespace
}  // namespace pickleproof
