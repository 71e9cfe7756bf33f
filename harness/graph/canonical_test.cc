#include "harness/graph/canonical.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/graph/compare.h"

namespace pickleproof {
namespace {

// A set of objects m.C(), each with one state: the tuple of the objects to which its row refers, or
// the frozenset of them.
Graph Referring(const std::vector<std::vector<uint32_t>>& rows, const std::vector<uint32_t>& order,
                Kind state_kind = Kind::kTuple) {
  Graph g;
  std::vector<NodeId> objects(rows.size());
  for (const uint32_t i : order) {
    objects[i] = g.Object(How::kNewObj, g.Global("m", "C"), g.Tuple({}));
  }
  const NodeId set = g.Set();
  for (const uint32_t i : order) {
    EXPECT_EQ(g.AddMember(set, objects[i]), Insert::kAdded);
    NodeId state = g.Empty(state_kind);
    for (const uint32_t j : rows[i]) {
      if (state_kind == Kind::kTuple) {
        EXPECT_TRUE(g.FillTuple(state, {{objects[j]}}));
      } else {
        EXPECT_NE(g.AddMember(state, objects[j]), Insert::kUnhashable);
      }
    }
    EXPECT_TRUE(g.AddStep(objects[i], StepKind::kBuild, {{state}}));
  }
  g.set_root(set);
  return g;
}

std::vector<uint32_t> Counting(size_t count) {
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

std::vector<uint32_t> Shuffled(size_t count, uint32_t seed) {
  std::vector<uint32_t> order = Counting(count);
  std::mt19937 random(seed);
  std::ranges::shuffle(order, random);
  return order;
}

// Rings of objects that refer to the next.
std::vector<std::vector<uint32_t>> Rings(const std::vector<uint32_t>& lengths) {
  std::vector<std::vector<uint32_t>> rows;
  for (const uint32_t length : lengths) {
    const auto first = static_cast<uint32_t>(rows.size());
    for (uint32_t i = 0; i < length; ++i) rows.push_back({first + (i + 1) % length});
  }
  return rows;
}

// Objects that refer to nothing, and as many that refer to one of them and the next in its ring.
std::vector<std::vector<uint32_t>> Overlapping(const std::vector<uint32_t>& lengths) {
  const std::vector<std::vector<uint32_t>> next = Rings(lengths);
  std::vector<std::vector<uint32_t>> rows(next.size());
  for (uint32_t i = 0; i < next.size(); ++i) rows.push_back({i, next[i][0]});
  return rows;
}

// The neighbours on a 4 by 4 torus of cells: those in the same row or column (the rook's graph), or
// the Shrikhande graph. Both are strongly regular with the same numbers.
std::vector<std::vector<uint32_t>> SixteenCells(bool rook) {
  std::vector<std::vector<uint32_t>> rows(16);
  for (uint32_t a = 0; a < 16; ++a) {
    for (uint32_t b = 0; b < 16; ++b) {
      const uint32_t dx = (b % 4 + 4 - a % 4) % 4;
      const uint32_t dy = (b / 4 + 4 - a / 4) % 4;
      const bool in_line = (dx == 0) != (dy == 0);
      const bool beside =
          (dx == 0 && dy % 2 == 1) || (dy == 0 && dx % 2 == 1) || (dx == dy && dx % 2 == 1);
      if (rook ? in_line : beside) rows[a].push_back(b);
    }
  }
  return rows;
}

struct Symmetric {
  const char* name;
  std::vector<std::vector<uint32_t>> rows;
};

std::vector<Symmetric> SymmetricGraphs() {
  return {
      {"seven alone", std::vector<std::vector<uint32_t>>(7)},
      {"a ring of six", Rings({6})},
      {"two rings of three", Rings({3, 3})},
      {"three rings of two", Rings({2, 2, 2})},
      {"six that refer to themselves", Rings({1, 1, 1, 1, 1, 1})},
      {"rings of one, two and three", Rings({1, 2, 3})},
      {"a ring of twelve", Rings({12})},
      {"two rings of six", Rings({6, 6})},
      {"four rings of three", Rings({3, 3, 3, 3})},
      {"rings of three, three and six", Rings({3, 3, 6})},
      {"all to all", {{0, 1, 2, 3}, {0, 1, 2, 3}, {0, 1, 2, 3}, {0, 1, 2, 3}}},
      {"a star", {{}, {0}, {0}, {0}, {0}}},
      {"a chain", {{1}, {2}, {3}, {4}, {}}},
      {"pairs that overlap in a ring of six", Overlapping({6})},
      {"pairs that overlap in two rings of three", Overlapping({3, 3})},
      {"the rook's graph", SixteenCells(true)},
      {"the Shrikhande graph", SixteenCells(false)},
  };
}

TEST(Canonical, SymmetricSetsHaveOneFormInEveryOrder) {
  for (const Kind kind : {Kind::kTuple, Kind::kFrozenSet}) {
    SCOPED_TRACE(Name(kind));
    std::vector<std::pair<std::string, std::string>> forms;
    for (const Symmetric& symmetric : SymmetricGraphs()) {
      SCOPED_TRACE(symmetric.name);
      const size_t count = symmetric.rows.size();
      const Graph plain = Referring(symmetric.rows, Counting(count), kind);
      const Canonical form = CanonicalForm(plain);
      EXPECT_TRUE(form.exact);
      for (uint32_t seed = 1; seed <= 5; ++seed) {
        const Graph other = Referring(symmetric.rows, Shuffled(count, seed), kind);
        EXPECT_EQ(CanonicalForm(other), form);
        EXPECT_EQ(FirstDifference(plain, other), std::nullopt);
      }
      forms.emplace_back(form.bytes, symmetric.name);
    }
    std::ranges::sort(forms);
    const auto same = std::ranges::adjacent_find(forms, {}, [](const auto& f) { return f.first; });
    EXPECT_EQ(same, forms.end()) << same->second << " has the form of " << std::next(same)->second;
  }
}

TEST(Canonical, RingsThatRefinementCannotTellApartDiffer) {
  const Graph one = Referring(Rings({6}), Counting(6));
  const Graph two = Referring(Rings({3, 3}), Counting(6));
  EXPECT_NE(CanonicalForm(one), CanonicalForm(two));
  EXPECT_TRUE(FirstDifference(one, two).has_value());
  const CompareOptions values{.strictness = Strictness::kValues};
  EXPECT_EQ(CanonicalForm(one, values), CanonicalForm(two, values)) << "all unfold alike";
  const Graph five = Referring(Rings({5}), Counting(5));
  EXPECT_NE(CanonicalForm(one, values), CanonicalForm(five, values))
      << "equal members of a set are counted";
}

TEST(Canonical, LargeSymmetricSetsAreNotExponential) {
  const Symmetric large[] = {
      {"a thousand alone", std::vector<std::vector<uint32_t>>(1000)},
      {"a ring of three hundred", Rings({300})},
      {"a hundred rings of two", Rings(std::vector<uint32_t>(100, 2))},
      {"sixty rings of three", Rings(std::vector<uint32_t>(60, 3))},
  };
  for (const Symmetric& symmetric : large) {
    SCOPED_TRACE(symmetric.name);
    const size_t count = symmetric.rows.size();
    const Canonical form = CanonicalForm(Referring(symmetric.rows, Counting(count)));
    EXPECT_TRUE(form.exact);
    EXPECT_EQ(CanonicalForm(Referring(symmetric.rows, Shuffled(count, 7))), form);
  }
}

TEST(Canonical, ManyScalarMembersAreSorted) {
  const auto make = [](uint32_t seed) {
    Graph g;
    const NodeId set = g.Set();
    for (const uint32_t i : Shuffled(1000, seed)) {
      g.AddMember(set, i % 2 == 0 ? g.Int(i) : g.Str(std::to_string(i)));
    }
    g.set_root(set);
    return g;
  };
  EXPECT_EQ(CanonicalForm(make(1)), CanonicalForm(make(2)));
  EXPECT_EQ(FirstDifference(make(1), make(2)), std::nullopt);
  EXPECT_NE(CanonicalForm(make(1), {.set_order = true}),
            CanonicalForm(make(2), {.set_order = true}));
}

TEST(Canonical, AMillionNestedContainersTakeAboutASecond) {
  for (const Kind kind : {Kind::kList, Kind::kTuple, Kind::kDict}) {
    SCOPED_TRACE(Name(kind));
    const auto nested = [&](NodeId innermost) {
      Graph g;
      NodeId node = innermost;
      for (int i = 0; i < 1'000'000; ++i) {
        if (kind == Kind::kDict) {
          const NodeId dict = g.Dict();
          g.SetItem(dict, g.Int(1), node);
          node = dict;
        } else {
          node = g.Sequence(kind, {{node}});
        }
      }
      g.set_root(node);
      return g;
    };
    EXPECT_NE(CanonicalForm(nested(kSmallIntNode)), CanonicalForm(nested(kSmallIntNode + 1)));
  }
}

// ---- Against brute force, on small random graphs.

// What to build: items refer to each other by index.
struct Plan {
  struct Item {
    Kind kind;
    int value;                  // of leaves
    std::vector<size_t> parts;  // of containers; an object's state
  };
  std::vector<Item> items;  // the first is the root, a set
};

size_t Pick(std::mt19937& random, size_t n) { return static_cast<size_t>(random() % n); }

Plan RandomPlan(std::mt19937& random) {
  constexpr Kind kKinds[] = {Kind::kList,   Kind::kSet,          Kind::kObject, Kind::kObject,
                             Kind::kObject, Kind::kPersistentId, Kind::kStr,    Kind::kFloat,
                             Kind::kTuple,  Kind::kFrozenSet,    Kind::kDict,   Kind::kSet};
  Plan plan;
  const size_t count = 2 + Pick(random, 7);
  for (size_t i = 0; i < count; ++i) {
    const Kind kind = i == 0 ? Kind::kSet : kKinds[Pick(random, std::size(kKinds))];
    Plan::Item item{kind, static_cast<int>(Pick(random, 2)), {}};
    for (size_t j = Pick(random, i == 0 ? 6 : 4); j > 0; --j) {
      item.parts.push_back(Pick(random, count));
    }
    plan.items.push_back(item);
  }
  return plan;
}

// Tuples and frozensets refer to later items only, since they can't be changed once made.
Graph Build(const Plan& plan) {
  Graph g;
  std::vector<NodeId> ids(plan.items.size());
  for (size_t i = ids.size(); i-- > 0;) {
    const Plan::Item& item = plan.items[i];
    if (item.kind == Kind::kStr) {
      ids[i] = g.Str(item.value == 0 ? "a" : "b");
    } else if (item.kind == Kind::kFloat) {
      ids[i] = g.FloatFromBits(0x7ff8000000000000);
    } else if (item.kind == Kind::kObject) {
      ids[i] = g.Object(How::kReduce, g.Global("m", "f"), g.Tuple({{g.Int(item.value)}}));
    } else if (item.kind == Kind::kPersistentId) {
      ids[i] = g.PersistentId(g.Int(item.value));
    } else {
      ids[i] = g.Empty(item.kind);
    }
    for (const size_t part : item.parts) {
      if (item.kind == Kind::kTuple && part > i) g.FillTuple(ids[i], {{ids[part]}});
      if (item.kind == Kind::kFrozenSet && part > i) g.AddMember(ids[i], ids[part]);
    }
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    const Plan::Item& item = plan.items[i];
    int key = 0;
    for (const size_t part : item.parts) {
      if (item.kind == Kind::kList) g.Append(ids[i], ids[part]);
      if (item.kind == Kind::kDict) g.SetItem(ids[i], g.Int(key++), ids[part]);
      if (item.kind == Kind::kSet) g.AddMember(ids[i], ids[part]);
      if (item.kind == Kind::kObject && key++ == 0) {
        g.AddStep(ids[i], StepKind::kBuild, {{ids[part]}});
      }
    }
  }
  g.set_root(ids[0]);
  return g;
}

// The same graph with other node numbers and its sets in other orders.
Graph Scrambled(const Graph& from, std::mt19937& random) {
  std::vector<NodeId> order = Reachable(from, from.root());
  std::ranges::shuffle(order, random);
  Graph to;
  std::vector<NodeId> map(from.size());
  for (const NodeId id : order) {
    const Kind kind = from.kind(id);
    if (kind == Kind::kObject || kind == Kind::kPersistentId) {
      map[id] = kind == Kind::kObject ? to.Declare(kind) : to.PersistentId(kNoneNode);
    } else if (IsSequence(kind) || IsSetLike(kind) || kind == Kind::kDict) {
      map[id] = to.Empty(kind);
    } else {
      map[id] = CopyReachable(from, id, to);
    }
  }
  const auto mapped = [&](std::span<const NodeId> ids) {
    std::vector<NodeId> result;
    for (const NodeId id : ids) result.push_back(map[id]);
    return result;
  };
  for (const NodeId id : order) {
    if (IsSequence(from.kind(id))) to.Extend(map[id], mapped(from.Items(id)));
  }
  std::vector<NodeId> keyed = HashOrder(from, order);
  for (const NodeId id : order) {
    if (from.kind(id) == Kind::kSet || from.kind(id) == Kind::kDict) keyed.push_back(id);
  }
  for (const NodeId id : keyed) {
    std::vector<NodeId> items = mapped(from.Items(id));
    if (IsSetLike(from.kind(id))) std::ranges::shuffle(items, random);
    for (size_t i = 0; i < items.size(); ++i) {
      if (IsSetLike(from.kind(id))) {
        EXPECT_EQ(to.AddMember(map[id], items[i]), Insert::kAdded);
      } else if (i % 2 == 0) {
        EXPECT_EQ(to.SetItem(map[id], items[i], items[i + 1]), Insert::kAdded);
      }
    }
  }
  for (const NodeId id : order) {
    if (from.kind(id) == Kind::kPersistentId) {
      to.FillPersistentId(map[id], map[from.Persistent(id)]);
    }
    if (from.kind(id) != Kind::kObject) continue;
    to.FillObject(map[id], from.how(id), map[from.Callable(id)], map[from.Args(id)], kNoNode);
    from.ForEachStep(
        id, [&](const Graph::Step& step) { to.AddStep(map[id], step.kind, mapped(step.items)); });
  }
  to.set_root(map[from.root()]);
  return to;
}

// Whether some order of the members of all of `b`'s sets makes it equal to `a`, sets compared in
// order.
bool EqualInSomeOrder(const Graph& a, const Graph& b, CompareOptions options) {
  options.set_order = true;
  std::vector<NodeId> sets;
  for (const NodeId id : Reachable(b, b.root())) {
    if (IsSetLike(b.kind(id)) && b.Length(id) > 1) sets.push_back(id);
  }
  std::vector<std::vector<NodeId>> members;
  for (const NodeId set : sets) {
    members.emplace_back(b.Items(set).begin(), b.Items(set).end());
    std::ranges::sort(members.back());
  }
  Comparer comparer;
  Graph permuted = b;
  while (true) {
    for (size_t i = 0; i < sets.size(); ++i) {
      for (size_t j = 0; j < members[i].size(); ++j) {
        permuted.ReplaceItem(sets[i], j, members[i][j]);
      }
    }
    if (comparer.Equal(a, permuted, options)) return true;
    size_t i = 0;
    while (i < sets.size() && !std::ranges::next_permutation(members[i]).found) ++i;
    if (i == sets.size()) return false;
  }
}

TEST(Canonical, AgreesWithBruteForceOnSmallGraphs) {
  std::mt19937 random(20240817);
  int seen[2] = {0, 0};
  for (int round = 0; round < 6000; ++round) {
    Plan plan = RandomPlan(random);
    const Graph a = Build(plan);
    // Most changes keep the looks of many nodes and break identity only.
    for (size_t change = Pick(random, 3); change > 0; --change) {
      Plan::Item& item = plan.items[Pick(random, plan.items.size())];
      if (item.parts.empty()) continue;
      item.parts[Pick(random, item.parts.size())] = Pick(random, plan.items.size());
    }
    const Graph b = Scrambled(Build(plan), random);
    for (const Strictness strictness :
         {Strictness::kValues, Strictness::kMutableIdentity, Strictness::kAllIdentity}) {
      SCOPED_TRACE("round " + std::to_string(round) + ", strictness " +
                   std::to_string(static_cast<int>(strictness)));
      const CompareOptions options{.strictness = strictness};
      const bool expected = EqualInSomeOrder(a, b, options);
      ++seen[expected ? 1 : 0];
      const Canonical form = CanonicalForm(a, options);
      ASSERT_TRUE(form.exact);
      ASSERT_EQ(form == CanonicalForm(b, options), expected);
      ASSERT_EQ(Isomorphic(a, b, options), expected);
      ASSERT_EQ(FirstDifference(b, a, options).has_value(), !expected);
    }
  }
  EXPECT_GT(seen[0], 1000) << "unequal graphs";
  EXPECT_GT(seen[1], 1000) << "equal graphs";
}

}  // namespace
}  // namespace pickleproof
