#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

#include "harness/graph/compare.h"
#include "harness/graph/test_graphs.h"

namespace pickleproof {
namespace {

using Make = std::function<NodeId(Graph&)>;

// What each strictness says of a pair: equal under values, mutable identity, all identity.
struct IdentityRow {
  const char* name;
  Make a, b;
  bool values, mutables, all;
};

NodeId Shared(Graph& g, const Make& make, Kind kind = Kind::kList) {
  const NodeId item = make(g);
  return g.Sequence(kind, {{item, item}});
}

NodeId Apart(Graph& g, const Make& make, Kind kind = Kind::kList) {
  const NodeId items[] = {make(g), make(g)};
  return g.Sequence(kind, items);
}

IdentityRow SharedOrApart(const char* name, const Make& make, bool values, bool mutables,
                          bool all) {
  return {name,
          [make](Graph& g) { return Shared(g, make); },
          [make](Graph& g) { return Apart(g, make); },
          values,
          mutables,
          all};
}

TEST(Strictness, SaysWhichSharingCounts) {
  const IdentityRow rows[] = {
      SharedOrApart(
          "lists", [](Graph& g) { return g.List(); }, true, false, false),
      SharedOrApart(
          "dicts", [](Graph& g) { return g.Dict(); }, true, false, false),
      SharedOrApart(
          "sets", [](Graph& g) { return g.Set(); }, true, false, false),
      SharedOrApart(
          "bytearrays", [](Graph& g) { return g.TextNode(Kind::kByteArray, "a"); }, true, false,
          false),
      SharedOrApart(
          "objects", [](Graph& g) { return InstanceOf(g, kNoNode); }, true, false, false),
      SharedOrApart(
          "strs", [](Graph& g) { return g.Str("a"); }, true, true, false),
      SharedOrApart(
          "long strs", [](Graph& g) { return g.Str(std::string(100, 'a')); }, true, true, false),
      SharedOrApart(
          "bytes", [](Graph& g) { return g.Bytes("a"); }, true, true, false),
      SharedOrApart(
          "tuples", [](Graph& g) { return TupleOf(g, {g.Int(1)}); }, true, true, false),
      SharedOrApart(
          "empty tuples", [](Graph& g) { return TupleOf(g, {}); }, true, true, true),
      SharedOrApart(
          "frozensets", [](Graph& g) { return SetOf(g, {g.Int(1)}, Kind::kFrozenSet); }, true, true,
          false),
      SharedOrApart(
          "persistent ids", [](Graph& g) { return g.PersistentId(g.Int(1)); }, true, true, false),
      SharedOrApart(
          "buffers", [](Graph& g) { return g.Buffer(1, true); }, true, true, false),
      SharedOrApart(
          "globals", [](Graph& g) { return g.Global("m", "x"); }, true, true, true),
      SharedOrApart(
          "floats", [](Graph& g) { return g.Float(0.5); }, true, true, true),
      SharedOrApart(
          "ints", [](Graph& g) { return g.Int(1000); }, true, true, true),
      SharedOrApart(
          "tuples of lists", [](Graph& g) { return TupleOf(g, {g.List()}); }, true, false, false),
      {"a list through one tuple or two",
       [](Graph& g) {
         const NodeId list = g.List();
         return ListOf(g, {TupleOf(g, {list}), TupleOf(g, {list})});
       },
       [](Graph& g) {
         const NodeId tuple = TupleOf(g, {g.List()});
         return ListOf(g, {tuple, tuple});
       },
       true, true, false},
      {"a list that holds itself, unrolled once",
       [](Graph& g) {
         const NodeId list = g.List();
         g.Append(list, list);
         return list;
       },
       [](Graph& g) {
         const NodeId list = g.List();
         g.Append(list, ListOf(g, {list}));
         return list;
       },
       true, false, false},
      {"x, y, x, y and x, y, y, x",
       [](Graph& g) {
         const NodeId x = g.List();
         const NodeId y = g.List();
         return ListOf(g, {x, y, x, y});
       },
       [](Graph& g) {
         const NodeId x = g.List();
         const NodeId y = g.List();
         return ListOf(g, {x, y, y, x});
       },
       true, false, false},
  };
  for (const IdentityRow& row : rows) {
    SCOPED_TRACE(row.name);
    const std::pair<Strictness, bool> expected[] = {{Strictness::kValues, row.values},
                                                    {Strictness::kMutableIdentity, row.mutables},
                                                    {Strictness::kAllIdentity, row.all}};
    for (const auto& [strictness, equal] : expected) {
      SCOPED_TRACE(static_cast<int>(strictness));
      const CompareOptions options{.strictness = strictness};
      EXPECT_EQ(DifferenceOf(row.a, row.b, options) == "equal", equal);
      EXPECT_EQ(DifferenceOf(row.b, row.a, options) == "equal", equal);
      EXPECT_EQ(DifferenceOf(row.a, row.a, options), "equal");
    }
  }
}

TEST(Strictness, ADifferenceOfIdentitySaysWhatIsWhat) {
  const Make shared = [](Graph& g) {
    const NodeId list = g.List();
    return ListOf(g, {list, g.None(), list});
  };
  const Make apart = [](Graph& g) { return ListOf(g, {g.List(), g.None(), g.List()}); };
  EXPECT_EQ(DifferenceOf(shared, apart),
            "at $[2]: the same object as $[0] on the left, a separate object on the right");
  EXPECT_EQ(DifferenceOf(apart, shared),
            "at $[2]: a separate object on the left, the same object as $[0] on the right");
}

}  // namespace
}  // namespace pickleproof
