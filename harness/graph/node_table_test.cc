#include "harness/graph/node_table.h"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/graph/compare.h"
#include "harness/graph/notation.h"
#include "harness/graph/notation_parser.h"
#include "harness/graph/random_graph.h"

namespace pickleproof {
namespace {

constexpr CompareOptions kEverything = {.strictness = Strictness::kAllIdentity, .set_order = true};

struct Row {
  const char *notation, *nodes;
};

// Tables as they are written.
const Row kRows[] = {
    {"None", R"(["none"])"},
    {"True", R"(["bool",true])"},
    {"-5", R"(["int","-5"])"},
    {"123456789012345678901234567890", R"(["int","123456789012345678901234567890"])"},
    {"1.0", R"(["float","3ff0000000000000"])"},
    {"nan:fff8000000000001", R"(["float","fff8000000000001"])"},
    {R"('a"\\\n\x01é')", R"(["str","a\"\\\n\u0001é"])"},
    {"'\xf0\x9f\x98\x80\xed\x9f\xbf'", "[\"str\",\"\xf0\x9f\x98\x80\xed\x9f\xbf\"]"},
    {R"('\ud83d\ude00')", R"(["wtf8","7aC97biA"])"},
    {R"(b'\x00\xff')", R"(["bytes","AP8="])"},
    {"bytearray(b'a')", R"(["bytearray","YQ=="])"},
    {"py2'a'", R"(["py2str","YQ=="])"},
    {"()", R"(["tuple",[]])"},
    {"[1, 2]", R"(["list",[1,2]],["int","1"],["int","2"])"},
    {"#0=[#0#, #0#]", R"(["list",[0,0]])"},
    {"set{1}", R"(["set",[1]],["int","1"])"},
    {"frozenset{1}", R"(["frozenset",[1]],["int","1"])"},
    {"{}", R"(["dict",[]])"},
    {"{1: 2, 3: 1}", R"(["dict",[[1,2],[3,1]]],["int","1"],["int","2"],["int","3"])"},
    {"global('os', 'path.join')", R"(["global","os","path.join"])"},
    {"global('m', 'n').build(1)", R"(["global","m","n",[["build",1]]],["int","1"])"},
    {R"(global('\udc80', 'C'))", R"(["wtf8global","7bKA","Qw=="])"},
    {R"(global('m', '\ud800').build(1))",
     R"(["wtf8global","bQ==","7aCA",[["build",1]]],["int","1"])"},
    {"ext(17)", R"(["ext",17])"},
    {"ext(17).append(1)", R"(["ext",17,[["append",[1]]]],["int","1"])"},
    {"persid(1)", R"(["persid",1],["int","1"])"},
    {"#0=persid(1).call(#0#)", R"(["persid",1,[["call",0]]],["int","1"])"},
    {"buffer(3)", R"(["buffer",3,false])"},
    {"buffer(0, readonly)", R"(["buffer",0,true])"},
    {"m.f()",
     R"(["object",{"how":"reduce","callable":1,"args":2,"then":[]}],["global","m","f"],["tuple",[]])"},
    {"#0=newobj_ex(m.f, None, {}).build(#0#).append(1, 1).setitems(1: 2).add(1).call(2)",
     R"(["object",{"how":"newobj_ex","callable":1,"args":2,"kwargs":3,"then":[["build",0],)"
     R"(["append",[4,4]],["setitems",[[4,5]]],["add",[4]],["call",5]]}],["global","m","f"],)"
     R"(["none"],["dict",[]],["int","1"],["int","2"])"},
};

std::string Table(const std::string& nodes) { return R"({"root":0,"nodes":[)" + nodes + "]}"; }

TEST(NodeTable, IsWrittenFromTheRootInOrderOfFirstVisit) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.notation);
    const Result<Graph> graph = ParseNotation(row.notation);
    ASSERT_TRUE(graph) << ToString(graph.error());
    EXPECT_EQ(NodeTableJson(*graph), Table(row.nodes));
  }
}

TEST(NodeTable, IsReadAsItIsWritten) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.nodes);
    const Result<Graph> graph = GraphFromNodeTableText(Table(row.nodes));
    ASSERT_TRUE(graph) << ToString(graph.error());
    EXPECT_EQ(ToNotation(*graph), row.notation);
  }
}

TEST(NodeTable, IsReadInAnyOrderAndForm) {
  const Row rows[] = {
      {"[1]", R"({"nodes": [["int", "1"], ["list", [0]]], "root": 1})"},
      {"1", R"({"nodes": [["int", "01"], ["list", [0, 1]]], "root": 0})"},
      {"m.f()", R"({"nodes": [["global", "m", "f"], ["tuple", []],
                 ["object", {"args": 1, "callable": 0, "how": "reduce"}]], "root": 2})"},
      {"'a'", R"({"root": 0, "nodes": [["wtf8", "YQ=="]]})"},
      {"m.f().append(1, 1)", R"({"root": 0, "nodes": [["object", {"how": "reduce", "callable": 1,
                 "args": 2, "then": [["append", [3]], ["append", []], ["append", [3]]]}],
                 ["global", "m", "f"], ["tuple", []], ["int", "1"]]})"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.nodes);
    const Result<Graph> graph = GraphFromNodeTableText(row.nodes);
    ASSERT_TRUE(graph) << ToString(graph.error());
    EXPECT_EQ(ToNotation(*graph), row.notation);
  }
}

TEST(NodeTable, MalformedNodesAreErrorsThatSayWhatToWrite) {
  const struct {
    const char *nodes, *message;
  } rows[] = {
      {"5", "node 0: a node is an array"},
      {"[]", "node 0: a node is an array"},
      {"[5]", "node 0: a node is an array"},
      {R"(["none"],["nope"])", "node 1: there is no such kind"},
      {R"(["none",1])", R"(node 0: write it as ["none"])"},
      {R"(["bool"])", "node 0: write it as"},
      {R"(["bool",1])", "node 0: write it as"},
      {R"(["int",5])", R"(node 0: write it as ["int", "-5"])"},
      {R"(["int","5x"])", "node 0: an int is written in decimal"},
      {R"(["int",""])", "node 0: an int is written in decimal"},
      {R"(["int","+5"])", "node 0: an int is written in decimal"},
      {R"(["float","1.5"])", "node 0: write it as"},
      {R"(["float","0x3ff00000000000"])", "node 0: write it as"},
      {R"(["float","3ff000000000000"])", "node 0: write it as"},
      {R"(["float",1.5])", "node 0: write it as"},
      {R"(["str",5])", "node 0: after the kind comes one string, the text"},
      {R"(["str","a","b"])", "node 0: after the kind"},
      {R"(["bytes","=="])", "node 0: the bytes are no base64"},
      {R"(["wtf8","/w=="])", "node 0: the bytes are no generalized UTF-8"},
      {R"(["list"])", "node 0: after the kind comes one array"},
      {R"(["list",5])", "node 0: parts are an array"},
      {R"(["list",["0"]])", "node 0: a part is the number of a node; here is a JSON string"},
      {R"(["list",[-1]])", "node 0: a part is the number of a node"},
      {R"(["list",[0.0]])", "node 0: a part is the number of a node"},
      {R"(["list",[1]])", "node 0: there is no node 1; the nodes are 0 to 0"},
      {R"(["list",[4294967295]])", "node 0: there is no node 4294967295"},
      {R"(["list",[18446744073709551615]])", "node 0: there is no node 18446744073709551615"},
      {R"(["list",[1e400]])", "this JSON holds a number"},
      {R"(["dict",[0,0]])", "node 0: an entry is [key, value]"},
      {R"(["dict",[[0]]])", "node 0: an entry is [key, value]"},
      {R"(["dict",{}])", "node 0: entries are an array"},
      {R"(["dict",[[0,0]]])", "node 0: a dict can't be a key"},
      {R"(["set",[1,1]],["int","1"])", "node 1: an equal member"},
      {R"(["tuple",[0]])", "node 0: it is needed to make itself"},
      {R"(["global","m"])", "node 0: write it as"},
      {R"(["global","m",5])", "node 0: write it as"},
      {R"(["global","m","n",[],1])", "node 0: it has too many items"},
      {R"(["global","m","n",5])", "node 0: the steps are an array"},
      {R"(["global","m","n",[["build"]]])", "node 0: a step is"},
      {R"(["global","m","n",[["nope",0]]])", "node 0: a step is"},
      {R"(["global","m","n",[["build",[0]]]])", "node 0: a part is the number"},
      {R"(["global","m","n",[["append",0]]])", "node 0: parts are an array"},
      {R"(["global","m","n",[["setitems",[0]]]])", "node 0: an entry is"},
      {R"(["ext"])", "node 0: write it as"},
      {R"(["ext",4294967296])", "node 0: write it as"},
      {R"(["persid"])", "node 0: write it as"},
      {R"(["persid","x"])", "node 0: a part is the number"},
      {R"(["buffer",0])", "node 0: write it as"},
      {R"(["buffer",0,1])", "node 0: write it as"},
      {R"(["object"])", "node 0: write it as"},
      {R"(["object",{}])", "node 0: \"how\" is one of"},
      {R"(["object",{"how":"call","callable":0,"args":0}])", "node 0: \"how\" is one of"},
      {R"(["object",{"how":"reduce","callable":0}])", "node 0: an object has callable and args"},
      {R"(["wtf8global","bQ=="])", R"(node 0: write it as ["wtf8global")"},
      {R"(["wtf8global","bQ==","m"])", "node 0: a name is no base64"},
      {R"(["wtf8global","bQ==","/w=="])", "node 0: a name is no generalized UTF-8"},
      {R"(["object",{"how":"newobj_ex","callable":0,"args":0}])", "node 0: an object has callable"},
      {R"(["object",{"how":"obj","callable":0,"args":0,"kwargs":0}])",
       "node 0: an object has callable"},
      {R"(["object",{"how":"obj","callable":0,"args":0,"state":0}])",
       "node 0: an object has the keys"},
      {R"(["object",{"how":"obj","callable":0,"args":0,"then":{}}])", "node 0: the steps are"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.nodes);
    const Result<Graph> graph = GraphFromNodeTableText(Table(row.nodes));
    ASSERT_FALSE(graph);
    EXPECT_TRUE(graph.error().message.starts_with(row.message)) << graph.error().message;
  }
}

TEST(NodeTable, MalformedTablesAreErrors) {
  const struct {
    const char *json, *message;
  } rows[] = {
      {"", "this is no JSON"},
      {"{\"root\":0,", "this is no JSON"},
      {"\"\xff\"", "this is no JSON"},
      {R"("\ud800")", "this is no JSON"},
      {"[]", "a node table is an object"},
      {R"({"nodes":[["none"]]})", "\"root\" is missing"},
      {R"({"root":1,"nodes":[["none"]]})", "\"root\" is missing or no node"},
      {R"({"root":-1,"nodes":[["none"]]})", "\"root\" is missing or no node"},
      {R"({"root":0,"nodes":[]})", "\"root\" is missing or no node"},
      {R"({"root":0})", "\"nodes\" is missing"},
      {R"({"root":0,"nodes":{}})", "\"nodes\" is missing or no array"},
      {R"({"root":0,"nodes":[["none"]],"x":1})", "a node table has the keys"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.json);
    const Result<Graph> graph = GraphFromNodeTableText(row.json);
    ASSERT_FALSE(graph);
    EXPECT_EQ(graph.error().code, ErrorCode::kSyntax);
    EXPECT_TRUE(graph.error().message.starts_with(row.message)) << graph.error().message;
  }
  EXPECT_EQ(GraphFromNodeTableText("{} x").error().offset, 3U);
}

TEST(NodeTable, TextThatIsNoUtf8IsRefusedInAJsonValueToo) {
  const nlohmann::json table = {{"root", 0},
                                {"nodes", nlohmann::json::array({{"str", "\xed\xa0\x80"}})}};
  const Result<Graph> graph = GraphFromNodeTable(table);
  ASSERT_FALSE(graph);
  EXPECT_EQ(graph.error().message,
            "node 0: the text is no UTF-8; write text with surrogates as wtf8");
}

TEST(NodeTable, DeepJsonIsAnErrorAndLongTablesAreRead) {
  EXPECT_FALSE(GraphFromNodeTableText(std::string(1000000, '[')));
  const std::string deep = std::string(1000000, '[') + std::string(1000000, ']');
  EXPECT_FALSE(GraphFromNodeTableText(deep));
  EXPECT_FALSE(GraphFromNodeTableText(Table(R"(["list",)" + deep + "]")));

  std::string nodes;
  constexpr int kCount = 1000000;
  for (int i = 1; i < kCount; ++i) nodes += R"(["list",[)" + std::to_string(i) + "]],";
  const std::string table = Table(nodes + R"(["list",[0]])");
  const Result<Graph> graph = GraphFromNodeTableText(table);
  ASSERT_TRUE(graph);
  EXPECT_TRUE(NodeTableJson(*graph) == table);
}

TEST(NodeTable, RandomGraphsComeBackWithIdentity) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    const Graph graph = RandomGraph(seed).Make(1 + seed % 40);
    const std::string table = NodeTableJson(graph);
    SCOPED_TRACE(table);
    const Result<Graph> read = GraphFromNodeTableText(table);
    ASSERT_TRUE(read) << ToString(read.error());
    ASSERT_EQ(NodeTableJson(*read), table);
    const auto difference = FirstDifference(graph, *read, kEverything);
    ASSERT_FALSE(difference) << (difference ? difference->ToString() : "");
  }
}

}  // namespace
}  // namespace pickleproof
