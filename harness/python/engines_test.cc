#include "harness/python/engines.h"

#include "harness/base/bytes.h"
#include "harness/graph/notation.h"
#include "harness/python/python_test.h"

namespace pickleproof {
namespace {

using namespace std::string_literals;

struct Row {
  std::string_view assembly;
  std::string_view meaning;
  std::string_view trace = {};
};

class EnginesTest : public PythonTest {
 protected:
  static void ExpectMeanings(std::initializer_list<Row> rows, const LoadOptions& options = {}) {
    for (const Row& row : rows) {
      const std::string bytes = Assembled(row.assembly);
      for (const auto& engine : *engines) {
        SCOPED_TRACE(engine->card().id + "\n" + std::string(row.assembly));
        const Outcome outcome = engine->Load(bytes, options);
        EXPECT_EQ(Meaning(outcome), row.meaning);
        EXPECT_EQ(TraceText(outcome), row.trace);
      }
    }
  }
};

TEST_F(EnginesTest, CardsNameVersionImplementationAndChannel) {
  ASSERT_EQ(engines->size(), 6U);
  const std::string prefix = "cpython-3." + std::to_string(interpreter->minor()) + "/";
  EXPECT_EQ((*engines)[0]->card().id, prefix + "_pickle/loads");
  EXPECT_EQ((*engines)[4]->card().id, prefix + "pickle.py/load-bytesio");
  EXPECT_EQ((*engines)[2]->card().channel, Channel::kFile);
  EXPECT_TRUE(interpreter->version().starts_with("3." + std::to_string(interpreter->minor())));
}

TEST_F(EnginesTest, OneInterpreterLivesAtATime) {
  const auto second = Interpreter::Start();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUsage);
}

TEST_F(EnginesTest, BuiltinValuesBecomeTheirNodes) {
  ExpectMeanings({
      {"NONE\nSTOP", "None"},
      {"NEWTRUE\nSTOP", "True"},
      {"INT 0\nSTOP", "0"},
      {"INT 300\nSTOP", "300"},
      {"LONG -9223372036854775808\nSTOP", "-9223372036854775808"},
      {"LONG1 9223372036854775808\nSTOP", "9223372036854775808"},
      {"LONG1 -170141183460469231731687303715884105729\nSTOP",
       "-170141183460469231731687303715884105729"},
      {"BINFLOAT -0.0\nSTOP", "-0.0"},
      {"BINFLOAT 0xfff8000000000001\nSTOP", "nan:fff8000000000001"},
      {"BINUNICODE 'abc'\nSTOP", "'abc'"},
      {"BINUNICODE '\\xe9\\u20ac\\U0001f600\\ud83d\\ude00'\nSTOP", "'é€😀\\ud83d\\ude00'"},
      {"SHORT_BINBYTES '\\x00\\xff'\nSTOP", "b'\\x00\\xff'"},
      {"BYTEARRAY8 'ab'\nSTOP", "bytearray(b'ab')"},
      {"STRING 'z'\nSTOP", "'z'"},
      {"EMPTY_TUPLE\nSTOP", "()"},
      {"EMPTY_LIST\nMEMOIZE\nDUP\nAPPEND\nSTOP", "#0=[#0#]"},
      {"EMPTY_LIST\nMEMOIZE\nDUP\nTUPLE1\nAPPEND\nSTOP", "#0=[(#0#,)]"},
      {"EMPTY_DICT\nMARK\nINT 2\nNONE\nINT 1\nNONE\nSETITEMS\nSTOP", "{2: None, 1: None}"},
      {"EMPTY_DICT\nDUP\nDUP\nTUPLE2\nTUPLE1\nSTOP", "((#0={}, #0#),)"},
      {"EMPTY_SET\nMARK\nINT 1\nADDITEMS\nSTOP", "set{1}"},
      {"MARK\nMARK\nINT 1\nTUPLE\nFROZENSET\nSTOP", "frozenset{(1,)}"},
      {"MARK\nMARK\nMARK\nINT 1\nFROZENSET\nTUPLE1\nFROZENSET\nNONE\nDICT\nSTOP",
       "{frozenset{(frozenset{1},)}: None}"},
  });
}

TEST_F(EnginesTest, GlobalsAndWhatIsDoneToThemAreRecorded) {
  ExpectMeanings({
      {"GLOBAL 'os system'\nSTOP", "os.system", "global os system"},
      {"GLOBAL 'm A.B'\nSTOP", "global('m', 'A.B')", "global m A.B"},
      {"PROTO 4\nSHORT_BINUNICODE 'm'\nSHORT_BINUNICODE 'A.B'\nSTACK_GLOBAL\nSTOP",
       "global('m', 'A.B')", "global m A.B"},
      {"GLOBAL 'm C'\nGLOBAL 'm C'\nTUPLE2\nSTOP", "(m.C, m.C)", "global m C, global m C"},
      {"GLOBAL 'm f'\nINT 1\nTUPLE1\nREDUCE\nSTOP", "m.f(1)", "global m f, call m f"},
      {"GLOBAL 'm f'\nEMPTY_TUPLE\nREDUCE\nEMPTY_TUPLE\nREDUCE\nSTOP", "m.f()()",
       "global m f, call m f, call object"},
      {"GLOBAL 'm C'\nINT 1\nTUPLE1\nNEWOBJ\nSTOP", "new m.C(1)", "global m C, new m C"},
      {"GLOBAL 'm C'\nEMPTY_TUPLE\nEMPTY_DICT\nNEWOBJ_EX\nSTOP", "newobj_ex(m.C, (), {})",
       "global m C, new m C"},
      {"GLOBAL 'm C'\nINT 1\nTUPLE1\nEMPTY_DICT\nSHORT_BINUNICODE 'key'\nINT 2\nSETITEM\n"
       "NEWOBJ_EX\nSTOP",
       "newobj_ex(m.C, (1,), {'key': 2})", "global m C, new m C"},
      {"MARK\nINST 'm C'\nSTOP", "m.C()", "global m C, call m C"},
      {"MARK\nGLOBAL 'm C'\nINT 1\nOBJ\nSTOP", "m.C(1)", "global m C, call m C"},
      {"GLOBAL 'm C'\nEMPTY_TUPLE\nNEWOBJ\nNONE\nBUILD\nSTOP", "new m.C().build(None)",
       "global m C, new m C, build object"},
      {"GLOBAL 'm C'\nNONE\nBUILD\nSTOP", "global('m', 'C').build(None)", "global m C, build m C"},
      {"GLOBAL 'm f'\nEMPTY_TUPLE\nREDUCE\nINT 1\nAPPEND\nMARK\nINT 2\nINT 3\nAPPENDS\n"
       "INT 4\nINT 5\nSETITEM\nMARK\nINT 6\nINT 7\nSETITEMS\nMARK\nINT 8\nADDITEMS\nSTOP",
       "m.f().append(1, 2, 3).setitems(4: 5, 6: 7).add(8)", "global m f, call m f"},
      {"GLOBAL 'm f'\nEMPTY_TUPLE\nREDUCE\nMEMOIZE\nBINGET 0\nBUILD\nSTOP", "#0=m.f().build(#0#)",
       "global m f, call m f, build object"},
      {"EMPTY_DICT\nGLOBAL 'm C'\nGLOBAL 'm C'\nSETITEM\nSTOP", "{m.C: m.C}",
       "global m C, global m C"},
  });
}

TEST_F(EnginesTest, ArgumentsKeepTheirIdentity) {
  ExpectMeanings({
      {"EMPTY_LIST\nTUPLE1\nMEMOIZE\nGLOBAL 'm C'\nBINGET 0\nNEWOBJ\nTUPLE2\nSTOP",
       "(#0=([],), newobj(m.C, #0#))", "global m C, new m C"},
      {"EMPTY_LIST\nTUPLE1\nMEMOIZE\nGLOBAL 'm f'\nBINGET 0\nREDUCE\nTUPLE2\nSTOP",
       "(#0=([],), reduce(m.f, #0#))", "global m f, call m f"},
      {"EMPTY_DICT\nMEMOIZE\nGLOBAL 'm C'\nEMPTY_TUPLE\nBINGET 0\nNEWOBJ_EX\nTUPLE2\nSTOP",
       "(#0={}, newobj_ex(m.C, (), #0#))", "global m C, new m C"},
  });
}

TEST_F(EnginesTest, KeywordsThatAreNoStringsAreRefusedAsByAnyClass) {
  ExpectMeanings({
      {"GLOBAL 'm C'\nEMPTY_TUPLE\nEMPTY_DICT\nINT 1\nINT 2\nSETITEM\nNEWOBJ_EX\nSTOP",
       "reject TypeError: keywords must be strings", "global m C, new m C"},
  });
}

TEST_F(EnginesTest, NamesOfPython2AreMappedBelowProtocol3) {
  ExpectMeanings({
      {"GLOBAL '__builtin__ xrange'\nSTOP", "builtins.range", "global builtins range"},
      {"GLOBAL 'copy_reg _reconstructor'\nSTOP", "copyreg._reconstructor",
       "global copyreg _reconstructor"},
      {"PROTO 2\nGLOBAL '__builtin__ xrange'\nSTOP", "builtins.range", "global builtins range"},
      {"PROTO 3\nGLOBAL '__builtin__ xrange'\nSTOP", "__builtin__.xrange",
       "global __builtin__ xrange"},
      {"PROTO 4\nPROTO 1\nGLOBAL '__builtin__ xrange'\nSTOP", "builtins.range",
       "global builtins range"},
      {"GLOBAL '__builtin__ xrange'\nPROTO 5\nGLOBAL '__builtin__ xrange'\nTUPLE2\nSTOP",
       "(builtins.range, __builtin__.xrange)", "global builtins range, global __builtin__ xrange"},
  });
  LoadOptions as_written;
  as_written.fix_imports = false;
  ExpectMeanings(
      {{"GLOBAL '__builtin__ xrange'\nSTOP", "__builtin__.xrange", "global __builtin__ xrange"}},
      as_written);
}

TEST_F(EnginesTest, WellKnownConstructionsAreEvaluated) {
  ExpectMeanings({
      {"GLOBAL '__builtin__ set'\nEMPTY_LIST\nINT 1\nAPPEND\nTUPLE1\nREDUCE\nSTOP", "set{1}",
       "global builtins set, call builtins set"},
      {"GLOBAL '__builtin__ set'\nEMPTY_LIST\nEMPTY_LIST\nAPPEND\nTUPLE1\nREDUCE\nSTOP",
       "reject TypeError: unhashable type: 'list'", "global builtins set, call builtins set"},
      {"GLOBAL '__builtin__ set'\nEMPTY_TUPLE\nTUPLE1\nREDUCE\nSTOP", "builtins.set(())",
       "global builtins set, call builtins set"},
      {"GLOBAL 'builtins frozenset'\nEMPTY_LIST\nTUPLE1\nREDUCE\nSTOP", "frozenset{}",
       "global builtins frozenset, call builtins frozenset"},
      {"GLOBAL '_codecs encode'\nUNICODE '\\xe9'\nUNICODE 'latin1'\nTUPLE2\nREDUCE\nSTOP",
       "b'\\xe9'", "global _codecs encode, call _codecs encode"},
      {"GLOBAL '_codecs encode'\nUNICODE 'e'\nUNICODE 'latin-1'\nTUPLE2\nREDUCE\nSTOP",
       "_codecs.encode('e', 'latin-1')", "global _codecs encode, call _codecs encode"},
      {"GLOBAL 'builtins bytes'\nEMPTY_TUPLE\nREDUCE\nSTOP", "b''",
       "global builtins bytes, call builtins bytes"},
      {"GLOBAL 'builtins bytearray'\nSHORT_BINBYTES 'ab'\nTUPLE1\nREDUCE\nSTOP", "bytearray(b'ab')",
       "global builtins bytearray, call builtins bytearray"},
      {"GLOBAL 'copy_reg __newobj__'\nGLOBAL 'm C'\nINT 1\nTUPLE2\nREDUCE\nSTOP", "new m.C(1)",
       "global copyreg __newobj__, global m C, call copyreg __newobj__"},
      {"GLOBAL 'copyreg __newobj_ex__'\nGLOBAL 'm C'\nEMPTY_TUPLE\nEMPTY_DICT\nTUPLE3\nREDUCE\n"
       "STOP",
       "newobj_ex(m.C, (), {})",
       "global copyreg __newobj_ex__, global m C, call copyreg __newobj_ex__"},
  });
}

TEST_F(EnginesTest, ACallThatOnlySetsStateIsKept) {
  ExpectMeanings({
      {"GLOBAL 'm f'\nEMPTY_TUPLE\nREDUCE\nMEMOIZE\nGLOBAL 'm setter'\nBINGET 0\nINT 7\nTUPLE2\n"
       "REDUCE\nPOP\nSTOP",
       "#0=m.f().call(m.setter(#0#, 7))", "global m f, call m f, global m setter, call m setter"},
  });
}

TEST_F(EnginesTest, StringsOfPython2FollowTheEncoding) {
  const std::string_view stream = "SHORT_BINSTRING 'caf\\xe9'\nSTOP";
  LoadOptions options;
  ExpectMeanings({{stream,
                   "reject UnicodeDecodeError: 'ascii' codec can't decode byte 0xe9 in position "
                   "3: ordinal not in range(128)"}},
                 options);
  options.encoding = "latin-1";
  ExpectMeanings({{stream, "'café'"}}, options);
  options.encoding = "bytes";
  ExpectMeanings({{stream, "b'caf\\xe9'"}}, options);
  options.encoding = "keep";
  ExpectMeanings({{stream, "b'caf\\xe9'"}}, options);
  options.encoding = "ASCII";
  options.errors = "replace";
  ExpectMeanings({{stream, "'caf\xef\xbf\xbd'"}}, options);
  options.encoding = "no such";
  ExpectMeanings({{stream, "unsupported LookupError: unknown encoding: no such"}}, options);
}

TEST_F(EnginesTest, ExtensionCodesAreNodesAndTracedOnce) {
  ExpectMeanings({
      {"EXT1 17\nSTOP", "ext(17)", "ext 17"},
      {"EXT2 4660\nEXT4 2147483647\nTUPLE2\nSTOP", "(ext(4660), ext(2147483647))",
       "ext 4660, ext 2147483647"},
      {"EXT1 17\nEXT2 17\nTUPLE2\nSTOP", "(ext(17), ext(17))", "ext 17"},
      {"EXT1 17\nEMPTY_TUPLE\nREDUCE\nSTOP", "ext(17)()", "ext 17, call ext"},
  });
  const ExtensionRegistry registry = {{17, {"m", "C"}}};
  LoadOptions options;
  options.extensions = &registry;
  ExpectMeanings({{"EXT1 17\nSTOP", "ext(17)", "ext 17"},
                  {"EXT1 18\nSTOP", "reject ValueError: unregistered extension code 18"}},
                 options);
}

// Found by the fuzzer: on a file the inner frame is read from behind the outer one, and the code
// from behind both, where nobody had registered it.
TEST_F(EnginesTest, ExtensionCodesBehindFramesInFramesAreFoundOnFiles) {
  const std::string stream =
      FromHex("950d0000000000000095050000000000000028500a282884000000002800002e").value_or("");
  size_t asked = 0;
  for (const auto& engine : *engines) {
    const EngineCard& card = engine->card();
    if (card.channel == Channel::kLoads || card.id.find("/_pickle/") == std::string::npos) continue;
    SCOPED_TRACE(card.id);
    ++asked;
    const Outcome outcome = engine->Load(stream, {});
    ASSERT_EQ(outcome.verdict, Verdict::kAccept);
    EXPECT_EQ(ToNotation(outcome.graph), "ext(10240)");
  }
  EXPECT_EQ(asked, 2U);
}

TEST_F(EnginesTest, PersistentIdsAreNodesWhereTheChannelHasThem) {
  for (const auto& engine : *engines) {
    SCOPED_TRACE(engine->card().id);
    const Outcome outcome =
        engine->Load(Assembled("PERSID 'a'\nINT 1\nBINPERSID\nTUPLE2\nSTOP"), {});
    if (engine->card().id.ends_with("_pickle/loads")) {
      EXPECT_EQ(outcome.verdict, Verdict::kUnsupported);
    } else {
      EXPECT_EQ(Meaning(outcome), "(persid('a'), persid(1))");
      EXPECT_EQ(TraceText(outcome), "persid, persid");
    }
    LoadOptions options;
    options.persistent_ids = false;
    const Outcome refused = engine->Load(Assembled("INT 1\nBINPERSID\nSTOP"), options);
    EXPECT_EQ(refused.verdict, Verdict::kReject);
    EXPECT_EQ(refused.error->code, ErrorCode::kPersistentId);
    EXPECT_EQ(refused.error->exception, "UnpicklingError");
  }
}

TEST_F(EnginesTest, BuffersAreNodesWithTheirIndex) {
  LoadOptions options;
  options.has_buffers = true;
  options.buffers = {false, true};
  ExpectMeanings(
      {
          {"NEXT_BUFFER\nNEXT_BUFFER\nTUPLE2\nSTOP", "(buffer(0), buffer(1, readonly))"},
          {"NEXT_BUFFER\nREADONLY_BUFFER\nSTOP", "buffer(0, readonly)"},
          {"NEXT_BUFFER\nNEXT_BUFFER\nREADONLY_BUFFER\nTUPLE2\nSTOP",
           "(buffer(0), buffer(1, readonly))"},
          {"SHORT_BINBYTES 'ab'\nREADONLY_BUFFER\nSTOP", "b'ab'"},
          {"BYTEARRAY8 'ab'\nREADONLY_BUFFER\nSTOP", "builtins.memoryview(bytearray(b'ab'))"},
          {"BYTEARRAY8 'ab'\nMEMOIZE\nREADONLY_BUFFER\nBINGET 0\nTUPLE2\nSTOP",
           "(builtins.memoryview(#0=bytearray(b'ab')), #0#)"},
          {"EMPTY_DICT\nNEXT_BUFFER\nNONE\nSETITEM\nSTOP",
           "reject TypeError: unhashable type: 'pickleproof.OutOfBandBuffer'"},
          {"NEXT_BUFFER\nNEXT_BUFFER\nNEXT_BUFFER\nSTOP",
           "reject UnpicklingError: not enough out-of-band buffers"},
      },
      options);
  ExpectMeanings({{"NEXT_BUFFER\nSTOP",
                   "reject UnpicklingError: pickle stream refers to out-of-band data but no "
                   "*buffers* argument was given"}});
}

TEST_F(EnginesTest, TheTraceSurvivesAFailure) {
  for (const auto& engine : *engines) {
    SCOPED_TRACE(engine->card().id);
    const Outcome outcome = engine->Load(
        Assembled("GLOBAL 'os system'\nUNICODE 'ls'\nTUPLE1\nREDUCE\nPOP\nAPPEND"), {});
    EXPECT_EQ(outcome.verdict, Verdict::kReject);
    EXPECT_EQ(TraceText(outcome), "global os system, call os system");
  }
}

TEST_F(EnginesTest, ConsumedEndsBehindStop) {
  for (const auto& engine : *engines) {
    SCOPED_TRACE(engine->card().id);
    const Outcome outcome = engine->Load(Assembled("PROTO 4\nFRAME 2\nNONE\nSTOP") + "rest", {});
    ASSERT_EQ(outcome.verdict, Verdict::kAccept);
    EXPECT_EQ(outcome.consumed, engine->card().id.ends_with("_pickle/loads") ? kNoOffset : 13U);
  }
}

TEST_F(EnginesTest, ErrorsCarryExceptionAndCategory) {
  const struct {
    std::string bytes;
    ErrorCode c, python;
  } rows[] = {
      {"", ErrorCode::kTruncated, ErrorCode::kTruncated},
      {"\xff.", ErrorCode::kUnknownOpcode, ErrorCode::kUnknownOpcode},
      {"\x80\x63.", ErrorCode::kProtocol, ErrorCode::kProtocol},
      {"h\x05.", ErrorCode::kMemo, ErrorCode::kMemo},
      {"S'\n.", ErrorCode::kBadArgument, ErrorCode::kBadArgument},
      {"]]s.", ErrorCode::kStack, ErrorCode::kStack},
      {"}]Ns.", ErrorCode::kUnhashable, ErrorCode::kUnhashable},
      {"U\x01\xff.", ErrorCode::kBadEncoding, ErrorCode::kBadEncoding},
      {"\x82\x00."s, ErrorCode::kExtension, ErrorCode::kExtension},
      {"e.", ErrorCode::kMark, ErrorCode::kStack},
  };
  for (const auto& row : rows) {
    for (const auto& engine : *engines) {
      SCOPED_TRACE(engine->card().id + " " + EscapeBytes(row.bytes));
      const Outcome outcome = engine->Load(row.bytes, {});
      EXPECT_EQ(outcome.verdict, Verdict::kReject);
      const ErrorCode expected = engine->card().language == "C" ? row.c : row.python;
      EXPECT_EQ(Name(outcome.error->code), Name(expected)) << outcome.error->message;
      EXPECT_FALSE(outcome.error->exception.empty());
    }
  }
}

TEST_F(EnginesTest, AHostileMemoIndexIsRefusedNotAllocated) {
  const Outcome outcome = (*engines)[0]->Load("]r\xff\xff\xff\x0f.", {});
  EXPECT_EQ(outcome.verdict, Verdict::kOutOfMemory);
  EXPECT_NE(outcome.detail.find("refused"), std::string::npos);
  // pickle.py takes memory for a declared length.
  const Outcome declared = (*engines)[3]->Load("\x96\x00\x00\x00\x00\x01\x00\x00\x00."s, {});
  EXPECT_EQ(declared.verdict, Verdict::kOutOfMemory);
  EXPECT_EQ(Meaning((*engines)[0]->Load("N.", {})), "None");
}

TEST_F(EnginesTest, AMillionNestedListsNeedNoStack) {
  std::string bytes(1'000'000, ']');
  bytes.append(999'999, 'a').push_back('.');
  for (const size_t i : {size_t{0}, size_t{3}}) {
    const Outcome outcome = (*engines)[i]->Load(bytes, {});
    ASSERT_EQ(outcome.verdict, Verdict::kAccept);
    NodeId id = outcome.graph.root();
    size_t depth = 1;
    while (!outcome.graph.Items(id).empty()) {
      id = outcome.graph.Items(id)[0];
      ++depth;
    }
    EXPECT_EQ(depth, 1'000'000U);
  }
}

TEST_F(EnginesTest, ADeeplyNestedKeyIsHashedOnTheRaisedStack) {
  std::string bytes = "})" + std::string(200'000, '\x85') + "Ns.";
  EXPECT_EQ((*engines)[0]->Load(bytes, {}).verdict, Verdict::kAccept);
}

TEST_F(EnginesTest, TwoHundredThousandNestedCallsNeedNoStack) {
  std::string bytes = "cm\nf\n";
  for (int i = 0; i < 200'000; ++i) bytes += ")R";
  bytes += ".";
  for (const size_t i : {size_t{0}, size_t{3}}) {
    EXPECT_EQ((*engines)[i]->Load(bytes, {}).verdict, Verdict::kAccept);
  }
}

}  // namespace
}  // namespace pickleproof
