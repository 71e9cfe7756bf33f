#include "harness/graph/notation_parser.h"

#include <string>

#include <gtest/gtest.h>

#include "harness/graph/compare.h"
#include "harness/graph/notation.h"
#include "harness/graph/random_graph.h"

namespace pickleproof {
namespace {

constexpr CompareOptions kEverything = {.strictness = Strictness::kAllIdentity, .set_order = true};

// Texts in the form in which they are printed again.
TEST(NotationParser, ReadsWhatIsPrinted) {
  for (const char* text : {
           "None",
           "True",
           "False",
           "0",
           "-5",
           "9223372036854775807",
           "-9223372036854775809",
           "123456789012345678901234567890",
           "1.5",
           "-0.0",
           "1e+300",
           "5e-324",
           "inf",
           "-inf",
           "nan",
           "nan:7ff8000000000001",
           "nan:fff0000000000001",
           "'text'",
           "''",
           "\"it's\"",
           R"('\'"')",
           R"('\n\r\t\\\x00\x7f')",
           R"('\udc80')",
           R"('\ud83d\ude00')",
           "'\xf0\x9f\x98\x80'",
           R"('\U000e0001\uffff')",
           "b''",
           R"(b'a\xff\'"')",
           "bytearray(b'')",
           "bytearray(b'ab')",
           R"(py2'\x80')",
           "()",
           "(1,)",
           "(1, 2)",
           "[]",
           "[[], [[]]]",
           "{}",
           "{1: 2, 'a': {}}",
           "set{}",
           "set{2, 1}",
           "frozenset{}",
           "frozenset{frozenset{}, (1,)}",
           "{nan: 1, nan: 2}",
           "#0=[1, #0#]",
           "#0={1: #0#}",
           "[#0='a', #0#]",
           "#0=[(#0#,)]",
           "[#0=b'', #0#, #1=(1,), #1#, #2=buffer(0), #2#]",
           "os.system",
           "set.nan",
           "global('os', 'path.join')",
           "global('', '')",
           R"(global('\ud800', '"\''))",
           "ext(17)",
           "ext(4294967295)",
           "persid('x')",
           "persid(persid(1))",
           "buffer(0)",
           "buffer(3, readonly)",
           "os.system('ls')",
           "os.system('ls', 1)()",
           "ext(1)()",
           "persid(1)(2)",
           "global('a', 'b.c')(1)",
           "reduce(m.f, [])",
           "reduce('f', ())",
           "reduce(None, None)",
           "new m.C()",
           "new ext(1)(1, 2)",
           "new global('m', 'a.b')()",
           "newobj(m.f(), ())",
           "newobj(m.C, [])",
           "newobj_ex(m.C, (1,), {'a': 1})",
           "newobj_ex(m.C, None, None)",
           "obj m.C()",
           "obj(m.f(), ())",
           "inst m.C(1)",
           "inst('m', ())",
           "new m.C()(1)",
           "#0=new m.C().build(#0#)",
           "#0=new m.C().build({'a': #0#}).append(1, 2).setitems(1: 2, 3: #0#).add(3).call(#0#)",
           "m.f().build(1).build(2)",
           "m.f().append(1)(2)",
           "global('m', 'f').build(1)",
           "ext(1).append(1)",
           "persid(1).call(2)",
           "[#0=global('m', 'f').build(#0#), #0#]",
           "[reduce(#0=persid(1), (2,)), #1=#0#(), new #0#(), #1#]",
           "[new m.C(), new m.C()]",
           "[reduce(m.f, #0=(1,)), #0#]",
           "#0=m.f([#0#])",
           "newobj(global('m', 'C').build(1), ())",
           "inst(persid(1), ())",
           "new.old",
           "b.c",
           "py2.x",
           "nan.x",
           "_a1.__b__",
       }) {
    SCOPED_TRACE(text);
    const Result<Graph> graph = ParseNotation(text);
    ASSERT_TRUE(graph) << ToString(graph.error());
    EXPECT_EQ(ToNotation(*graph), text);
  }
}

TEST(NotationParser, AcceptsWhatPeopleWrite) {
  const struct {
    const char *text, *printed;
  } rows[] = {
      {" \t\r\n [ 1 , 2 , ] ", "[1, 2]"},
      {"(1,2,)", "(1, 2)"},
      {"{1:2,}", "{1: 2}"},
      {"{nan:1}", "{nan: 1}"},
      {"{nan:7ff8000000000002:1}", "{nan:7ff8000000000002: 1}"},
      {"set { 1 }", "set{1}"},
      {"\"text\"", "'text'"},
      {R"('\u0041\x42\U00000043')", "'ABC'"},
      {R"(b"\"")", "b'\"'"},
      {"-0", "0"},
      {"1E5", "100000.0"},
      {"100000000000000000000.0", "1e+20"},
      {"1e15", "1000000000000000.0"},
      {"1e16", "1e+16"},
      {"0.0001", "0.0001"},
      {"0.00001", "1e-05"},
      {"os.system ( 'ls' , )", "os.system('ls')"},
      {"m.f() .build( 1 , )", "m.f().build(1)"},
      {"global ( 'os' , 'system' )", "os.system"},
      {"ext( 17 )", "ext(17)"},
      {"buffer( 1 , readonly )", "buffer(1, readonly)"},
      {"bytearray( b'x' )", "bytearray(b'x')"},
      {"reduce(m.f, (1,),)", "m.f(1)"},
      {"new\nm.C()", "new m.C()"},
      {"newobj(m.C, ())", "new m.C()"},
      {"m.f().append(1).append(2)", "m.f().append(1, 2)"},
      {"[#7=[], #7#, #3=[]]", "[#0=[], #0#, []]"},
      {"# 1 = [ # 1 # ]", nullptr},
      {"#1 = [#1#]", nullptr},
      {"[os.system, global('os', 'system').build(1)]", "[#0=global('os', 'system').build(1), #0#]"},
      {"#0=()", "()"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    const Result<Graph> graph = ParseNotation(row.text);
    if (row.printed == nullptr) {
      EXPECT_FALSE(graph);
      continue;
    }
    ASSERT_TRUE(graph) << ToString(graph.error());
    EXPECT_EQ(ToNotation(*graph), row.printed);
  }
}

TEST(NotationParser, SurrogatePairsAndCharactersStayApart) {
  const Result<Graph> pair = ParseNotation(R"('\ud83d\ude00')");
  const Result<Graph> character = ParseNotation(R"('\U0001f600')");
  ASSERT_TRUE(pair && character);
  EXPECT_EQ(pair->Text(pair->root()), "\xed\xa0\xbd\xed\xb8\x80");
  EXPECT_EQ(character->Text(character->root()), "\xf0\x9f\x98\x80");
}

TEST(NotationParser, ErrorsSayWhereAndWhatWasExpected) {
  const struct {
    const char* text;
    uint64_t offset;
    const char* message;
  } rows[] = {
      {"", 0, "expected a value, found the end"},
      {"1 2", 2, "expected the end of the text"},
      {"[1 2]", 3, "expected ',' or the ']' that closes the '[' at offset 0, found '2'"},
      {"[1", 2, "expected ',' or the ']'"},
      {"[,]", 1, "expected a value, found ','"},
      {"[1,,2]", 3, "expected a value"},
      {"[1)", 2, "expected ',' or the ']'"},
      {"(1)", 2, "expected ',': a tuple of one"},
      {"{1}", 2, "expected ':'"},
      {"{1:}", 3, "expected a value, found '}'"},
      {"{1:,2}", 3, "expected a value"},
      {"{1:2 3:4}", 5, "expected ','"},
      {"set{1: 2}", 5, "expected ','"},
      {"set(1)", 3, "expected '(' or '{'"},
      {"foo", 0, "expected a value, found foo; a global is written module.name"},
      {"os.", 0, "expected a value, found os"},
      {"...", 0, "expected a value"},
      {"[1, ...", 4, "expected a value"},
      {"007", 0, "expected a number without leading zeros"},
      {"-", 0, "expected digits"},
      {"-x", 0, "expected digits"},
      {"1.", 1, "expected the end of the number"},
      {"1_000", 1, "expected the end of the number"},
      {"1e", 0, "expected a float"},
      {"1e999", 0, "expected a float within the range"},
      {"1e-999", 0, "expected a float within the range"},
      {"nan:7ff0000000000000", 3, "expected the bits of a NaN"},
      {"nan:12", 3, "expected the end of the text"},
      {"'abc", 0, "expected the closing '"},
      {"'a\nb'", 0, "expected the closing '"},
      {"'abc\\", 0, "expected the closing '"},
      {R"('\q')", 1, "expected one of the escapes"},
      {R"('a\x4')", 2, "expected 2 hex digits"},
      {R"('\ud8')", 1, "expected 4 hex digits"},
      {R"('\U00110000')", 1, "expected a code point"},
      {R"(b'\u0041')", 2, "expected one of the escapes"},
      {"b'\xc3\xa9'", 2, "expected \\xNN"},
      {"b 'x'", 0, "expected a value, found b"},
      {"'\xff'", 1, "expected UTF-8"},
      {"'\xed\xa0\x80'", 1, "expected UTF-8"},
      {"#0#", 0, "expected a label that is set before"},
      {"[#0#, #0=[]]", 1, "expected a label that is set before"},
      {"[#0=[], #0=[]]", 8, "expected a fresh label"},
      {"#0=#1=[]", 3, "expected a value that has no label"},
      {"[#0=[], #1=#0#]", 11, "expected a value that has no label"},
      {"#0=1", 0, "expected no label"},
      {"#99999999999=[]", 1, "expected the number of a label, a number below 2**32"},
      {"#0[]", 2, "expected '=' to set the label"},
      {"1(2)", 1, "expected no call here"},
      {"[].append(1)", 2, "expected no step here"},
      {"[#0=m.f(), #0#.build(1)]", 14, "expected no step here"},
      {"m.f().foo(1)", 6, "expected build(...)"},
      {"m.f().build", 6, "expected build(...)"},
      {"m.f().build()", 12, "expected exactly one value"},
      {"m.f().build(1, 2)", 16, "expected exactly one value"},
      {"m.f().append()", 13, "expected a value; a step"},
      {"m.f().setitems(1)", 16, "expected ':'"},
      {"reduce(m.f)", 10, "expected two values: callable, args"},
      {"newobj_ex(m.f, ())", 17, "expected three values"},
      {"reduce", 6, "expected '('"},
      {"persid()", 7, "expected one value"},
      {"new 5()", 4, "expected the name of a class"},
      {"new m.C", 7, "expected '(' and the args"},
      {"new(m.C)", 3, "expected the name of a class"},
      {"new #0=m.C()", 4, "expected a name"},
      {"ext(-1)", 4, "expected an extension code"},
      {"ext(4294967296)", 4, "expected an extension code"},
      {"buffer(0, rw)", 12, "expected readonly"},
      {"buffer(0,)", 9, "expected readonly"},
      {"global(os, 'x')", 7, "expected a quote"},
      {"global('os' 'x')", 12, "expected ','"},
      {"bytearray('x')", 10, "expected b'...'"},
      {"[1, {[]: 2}]", 5, "a list can't be a key"},
      {"{1: 2, True: 3}", 7, "an equal key is there already"},
      {"set{'a', 'a'}", 9, "an equal member"},
      {"frozenset{(1, [])}", 10, "a tuple can't be a member"},
      {"#0=(#0#,)", 0, "it is needed to make itself"},
      {"#0=m.f(#0#)", 0, "it is needed to make itself"},
      {"[ext(1).build(1), ext(1).build(1)]", 18, "this ext already has steps"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    const Result<Graph> graph = ParseNotation(row.text);
    ASSERT_FALSE(graph) << ToNotation(*graph);
    EXPECT_EQ(graph.error().offset, row.offset);
    EXPECT_TRUE(graph.error().message.starts_with(row.message)) << graph.error().message;
  }
}

TEST(NotationParser, EveryPrefixOfATextIsAnErrorOrAValue) {
  const std::string text =
      "#0=new m.C(1, 'a\\n').build({'k': [#0#, nan:7ff8000000000001]}).append(reduce(m.f, "
      "set{-inf, "
      "b'\\x00'}), buffer(0, readonly), persid(global('a', 'b'))).setitems(1.5e+20: "
      "ext(3)).call(())";
  ASSERT_TRUE(ParseNotation(text));
  size_t values = 0;
  for (size_t length = 0; length < text.size(); ++length) {
    values += ParseNotation(text.substr(0, length)) ? 1 : 0;
    std::string damaged = text;
    damaged[length] = static_cast<char>(damaged[length] ^ 1);
    const Result<Graph> graph = ParseNotation(damaged);
    if (!graph) {
      EXPECT_LE(graph.error().offset, damaged.size());
    }
  }
  // After new m.C(...) and after every step but the last.
  EXPECT_EQ(values, 4U);
}

std::string Nested(int depth, const std::string& open, const std::string& middle,
                   const std::string& close) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += open;
  text += middle;
  for (int i = 0; i < depth; ++i) text += close;
  return text;
}

TEST(NotationParser, DepthAndLengthCostNoRecursion) {
  constexpr int kDepth = 200000;
  for (const std::string& text :
       {Nested(1000000, "[", "1", "]"), Nested(kDepth, "(", "1", ",)"),
        Nested(kDepth, "{1: ", "1", "}"), Nested(kDepth, "m.f(", "1", ")"),
        Nested(kDepth, "", "m.f", "()"), Nested(kDepth, "", "m.f()", ".build(1)"),
        Nested(kDepth, "frozenset{", "1", "}"), Nested(kDepth, "persid(", "1", ")"),
        Nested(kDepth, "reduce(", "m.f", ", [])")}) {
    const Result<Graph> graph = ParseNotation(text);
    ASSERT_TRUE(graph) << ToString(graph.error());
    EXPECT_TRUE(ToNotation(*graph) == text) << text.substr(0, 20);
  }
  EXPECT_FALSE(ParseNotation(std::string(kDepth, '[')));
  EXPECT_FALSE(ParseNotation(std::string(kDepth, '#')));
}

TEST(NotationParser, RandomGraphsComeBackWithIdentity) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    const Graph graph = RandomGraph(seed).Make(1 + seed % 40);
    const std::string text = ToNotation(graph);
    SCOPED_TRACE(text);
    const Result<Graph> read = ParseNotation(text);
    ASSERT_TRUE(read) << ToString(read.error());
    ASSERT_EQ(ToNotation(*read), text);
    const auto difference = FirstDifference(graph, *read, kEverything);
    ASSERT_FALSE(difference) << (difference ? difference->ToString() : "");
    const Result<Graph> broken = ParseNotation(ToNotation(graph, {.width = 20}));
    ASSERT_TRUE(broken);
    ASSERT_EQ(ToNotation(*broken), text);
  }
}

}  // namespace
}  // namespace pickleproof
