#include "harness/graph/assembly.h"

#include <string>

#include <gtest/gtest.h>

#include "harness/graph/notation.h"

namespace pickleproof {
namespace {

using Numbers = std::vector<uint32_t>;

uint32_t AddWith(Assembly& assembly, const NodeSpec& spec, const Numbers& parts) {
  const uint32_t node = assembly.Add(spec);
  assembly.SetParts(node, parts);
  return node;
}

TEST(Assembly, PartsMayBeNamedBeforeTheyAreAdded) {
  Assembly assembly(Assembly::NameBy::kNumber);
  AddWith(assembly, {.kind = Kind::kFrozenSet}, {1});
  AddWith(assembly, {.kind = Kind::kTuple}, {2, 3});
  AddWith(assembly, {.kind = Kind::kFrozenSet}, {3});
  assembly.Add({.kind = Kind::kInt, .text = "12345678901234567890"});
  const Result<Graph> graph = assembly.Assemble(0);
  ASSERT_TRUE(graph);
  EXPECT_EQ(ToNotation(*graph),
            "frozenset{(frozenset{12345678901234567890}, 12345678901234567890)}");
}

TEST(Assembly, CyclesThroughContainersAndStepsAreMade) {
  Assembly assembly(Assembly::NameBy::kNumber);
  const uint32_t object = AddWith(assembly, {.kind = Kind::kObject}, {1, 2});
  assembly.Add({.kind = Kind::kGlobal, .text = "m", .name = "f"});
  AddWith(assembly, {.kind = Kind::kTuple}, {3});
  AddWith(assembly, {.kind = Kind::kDict}, {2, 0});
  assembly.AddStep(object, StepKind::kBuild, Numbers{0});
  // The dict's key is a tuple that holds the dict itself.
  const Result<Graph> graph = assembly.Assemble(object);
  ASSERT_FALSE(graph);
  EXPECT_EQ(graph.error().code, ErrorCode::kUnhashable);

  assembly.Replace(3, {.kind = Kind::kList});
  const Result<Graph> fixed = assembly.Assemble(object);
  ASSERT_TRUE(fixed);
  EXPECT_EQ(ToNotation(*fixed), "#0=reduce(m.f, #1=([#1#, #0#],)).build(#0#)");
}

TEST(Assembly, MoveTakesPartsAndStepsAlong) {
  Assembly assembly(Assembly::NameBy::kNumber);
  assembly.Add({});
  const uint32_t pid = AddWith(assembly, {.kind = Kind::kPersistentId}, {2});
  assembly.Add({.kind = Kind::kStr, .text = "x"});
  assembly.AddStep(pid, StepKind::kCall, Numbers{0});
  assembly.Move(pid, 0);
  const Result<Graph> graph = assembly.Assemble(0);
  ASSERT_TRUE(graph);
  EXPECT_EQ(ToNotation(*graph), "#0=persid('x').call(#0#)");
}

TEST(Assembly, ErrorsNameTheNode) {
  const struct {
    const char* name;
    void (*make)(Assembly&);
    ErrorCode code;
    const char* message;
  } rows[] = {
      {"no node", [](Assembly&) {}, ErrorCode::kSyntax, "the root is node 0, but there are no"},
      {"unknown part", [](Assembly& a) { AddWith(a, {.kind = Kind::kList}, {0, 7}); },
       ErrorCode::kSyntax, "node 0: part 1 is node 7, but the nodes are 0 to 0"},
      {"odd dict", [](Assembly& a) { AddWith(a, {.kind = Kind::kDict}, {0}); }, ErrorCode::kSyntax,
       "node 0: the last key"},
      {"parts of an int", [](Assembly& a) { AddWith(a, {.kind = Kind::kInt, .text = "1"}, {0}); },
       ErrorCode::kSyntax, "node 0: a int has no parts"},
      {"object without args", [](Assembly& a) { AddWith(a, {.kind = Kind::kObject}, {0}); },
       ErrorCode::kSyntax, "node 0: an object made by reduce"},
      {"kwargs missing",
       [](Assembly& a) { AddWith(a, {.kind = Kind::kObject, .how = How::kNewObjEx}, {0, 0}); },
       ErrorCode::kSyntax, "node 0: an object made by newobj_ex"},
      {"persistent id without value", [](Assembly& a) { a.Add({.kind = Kind::kPersistentId}); },
       ErrorCode::kSyntax, "node 0: a persistent id"},
      {"digits that are none", [](Assembly& a) { a.Add({.kind = Kind::kInt, .text = "1x"}); },
       ErrorCode::kSyntax, "node 0: an int is written"},
      {"no digits", [](Assembly& a) { a.Add({.kind = Kind::kInt}); }, ErrorCode::kSyntax,
       "node 0: an int is written"},
      {"steps on a list",
       [](Assembly& a) { a.AddStep(a.Add({.kind = Kind::kList}), StepKind::kAppend, Numbers{0}); },
       ErrorCode::kSyntax, "node 0: a list has no steps"},
      {"build of two",
       [](Assembly& a) {
         a.AddStep(a.Add({.kind = Kind::kExtension}), StepKind::kBuild, Numbers{0, 0});
       },
       ErrorCode::kSyntax, "node 0: a build step"},
      {"odd setitems",
       [](Assembly& a) {
         a.AddStep(a.Add({.kind = Kind::kExtension}), StepKind::kSetItems, Numbers{0});
       },
       ErrorCode::kSyntax, "node 0: the last key of a setitems"},
      {"unknown item of a step",
       [](Assembly& a) {
         a.AddStep(a.Add({.kind = Kind::kExtension}), StepKind::kAdd, Numbers{1});
       },
       ErrorCode::kSyntax, "node 0: item of a step 0 is node 1"},
      {"steps twice on one global",
       [](Assembly& a) {
         for (int i = 0; i < 2; ++i) {
           a.AddStep(a.Add({.kind = Kind::kGlobal, .text = "m", .name = "n"}), StepKind::kBuild,
                     Numbers{0});
         }
       },
       ErrorCode::kValue, "node 1: this global already has steps"},
      {"equal keys",
       [](Assembly& a) {
         AddWith(a, {.kind = Kind::kDict}, {1, 1, 2, 2});
         a.Add({.kind = Kind::kInt, .text = "1"});
         a.Add({.kind = Kind::kBool, .flag = true});
       },
       ErrorCode::kValue, "node 2: an equal key"},
      {"equal members",
       [](Assembly& a) {
         AddWith(a, {.kind = Kind::kSet}, {1, 2});
         a.Add({.kind = Kind::kStr, .text = "a"});
         a.Add({.kind = Kind::kStr, .text = "a"});
       },
       ErrorCode::kValue, "node 2: an equal member"},
      {"set in itself", [](Assembly& a) { AddWith(a, {.kind = Kind::kSet}, {0}); },
       ErrorCode::kUnhashable, "node 0: a set can't be a member"},
      {"list as a key",
       [](Assembly& a) { AddWith(a, {.kind = Kind::kDict}, {1, 1}), a.Add({.kind = Kind::kList}); },
       ErrorCode::kUnhashable, "node 1: a list can't be a key"},
      {"tuple in itself", [](Assembly& a) { AddWith(a, {.kind = Kind::kTuple}, {0}); },
       ErrorCode::kValue, "node 0: it is needed to make itself"},
      {"frozenset in its own tuple",
       [](Assembly& a) {
         AddWith(a, {.kind = Kind::kFrozenSet}, {1});
         AddWith(a, {.kind = Kind::kTuple}, {0});
       },
       ErrorCode::kValue, "node 0: it is needed to make itself"},
      {"object as its own callable",
       [](Assembly& a) {
         AddWith(a, {.kind = Kind::kObject}, {0, 1});
         a.Add({.kind = Kind::kTuple});
       },
       ErrorCode::kValue, "node 0: it is needed to make itself"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    Assembly assembly(Assembly::NameBy::kNumber);
    row.make(assembly);
    const Result<Graph> graph = assembly.Assemble(0);
    ASSERT_FALSE(graph);
    EXPECT_EQ(graph.error().code, row.code);
    EXPECT_TRUE(graph.error().message.starts_with(row.message)) << graph.error().message;
  }
}

TEST(Assembly, ErrorsByOriginCarryTheOffset) {
  Assembly assembly(Assembly::NameBy::kOrigin);
  AddWith(assembly, {.kind = Kind::kTuple, .origin = 17}, {0});
  const Result<Graph> graph = assembly.Assemble(0);
  ASSERT_FALSE(graph);
  EXPECT_EQ(graph.error().offset, 17U);
  EXPECT_TRUE(graph.error().message.starts_with("it is needed to make itself"));
}

TEST(Assembly, ChainsOfAMillionTuplesAndFrozenSetsAreMade) {
  Assembly assembly(Assembly::NameBy::kNumber);
  constexpr uint32_t kCount = 1000000;
  for (uint32_t i = 0; i < kCount; ++i) {
    const Kind kind = i % 2 == 0 ? Kind::kTuple : Kind::kFrozenSet;
    AddWith(assembly, {.kind = kind}, i + 1 < kCount ? Numbers{i + 1} : Numbers{});
  }
  const Result<Graph> graph = assembly.Assemble(0);
  ASSERT_TRUE(graph);
  EXPECT_EQ(Reachable(*graph, graph->root()).size(), kCount);
}

}  // namespace
}  // namespace pickleproof
