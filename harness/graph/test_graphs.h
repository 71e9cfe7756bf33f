#pragma once
// Short ways to spell graphs in the tests of this room.

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

#include "harness/graph/compare.h"
#include "harness/graph/graph.h"

namespace pickleproof {

inline NodeId TupleOf(Graph& g, std::initializer_list<NodeId> items) { return g.Tuple({items}); }

inline NodeId ListOf(Graph& g, std::initializer_list<NodeId> items) {
  return g.Sequence(Kind::kList, {items});
}

inline NodeId DictOf(Graph& g, std::initializer_list<std::pair<NodeId, NodeId>> entries) {
  const NodeId dict = g.Dict();
  for (const auto& [key, value] : entries) g.SetItem(dict, key, value);
  return dict;
}

inline NodeId SetOf(Graph& g, std::initializer_list<NodeId> members, Kind kind = Kind::kSet) {
  const NodeId set = g.Empty(kind);
  for (const NodeId member : members) g.AddMember(set, member);
  return set;
}

// m.C(), with a state unless that is kNoNode.
inline NodeId InstanceOf(Graph& g, NodeId state, How how = How::kNewObj) {
  const NodeId object = g.Object(how, g.Global("m", "C"), g.Tuple({}));
  if (state != kNoNode) g.AddStep(object, StepKind::kBuild, {{state}});
  return object;
}

// The graph whose root is what `make` makes.
template <typename Make>
Graph Built(const Make& make) {
  Graph g;
  g.set_root(make(g));
  return g;
}

// "equal", or the first difference.
template <typename MakeLeft, typename MakeRight>
std::string DifferenceOf(const MakeLeft& make_left, const MakeRight& make_right,
                         const CompareOptions& options = {}) {
  const Graph left = Built(make_left);
  const Graph right = Built(make_right);
  const auto difference = FirstDifference(left, right, options);
  EXPECT_EQ(Isomorphic(left, right, options), !difference.has_value());
  EXPECT_EQ(Isomorphic(right, left, options), !difference.has_value());
  return difference ? difference->ToString() : "equal";
}

}  // namespace pickleproof
