#include "harness/graph/canonical.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>
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
      {"the rook's graph", SixteenCells(true)},
      {"the Shrikhande graph", SixteenCells(false)},
  };
}

TEST(Canonical, SymmetricSetsHaveOneFormInEveryOrder) {
  std::vector<std::pair<std::string, std::string>> forms;
  for (const Symmetric& symmetric : SymmetricGraphs()) {
    SCOPED_TRACE(symmetric.name);
    const size_t count = symmetric.rows.size();
    const Graph plain = Referring(symmetric.rows, Counting(count), Kind::kFrozenSet);
    const Canonical form = CanonicalForm(plain);
    EXPECT_TRUE(form.exact);
    for (uint32_t seed = 1; seed <= 5; ++seed) {
      const Graph other = Referring(symmetric.rows, Shuffled(count, seed), Kind::kFrozenSet);
      EXPECT_EQ(CanonicalForm(other), form);
      EXPECT_EQ(FirstDifference(plain, other), std::nullopt);
    }
    forms.emplace_back(form.bytes, symmetric.name);
  }
  std::ranges::sort(forms);
  const auto same = std::ranges::adjacent_find(forms, {}, [](const auto& f) { return f.first; });
  EXPECT_EQ(same, forms.end()) << same->second << " has the form of " << std::next(same)->second;
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

// What to build, without node numbers: containers refer to each other by index.
struct Plan {
  struct Item {
    Kind kind;
    int value;                  // of leaves
    std::vector<size_t> parts;  // of containers; an object's state
  };
  std::vector<Item> items;  // the first is the root
};

Plan RandomPlan(std::mt19937& random) {
  const auto pick = [&](size_t n) { return static_cast<size_t>(random() % n); };
  constexpr Kind kKinds[] = {Kind::kList, Kind::kSet,    Kind::kObject,       Kind::kObject,
                             Kind::kDict, Kind::kObject, Kind::kPersistentId, Kind::kStr,
                             Kind::kSet,  Kind::kFloat};
  Plan plan;
  const size_t count = 2 + pick(7);
  for (size_t i = 0; i < count; ++i) {
    const Kind kind = i == 0 ? Kind::kSet : kKinds[pick(std::size(kKinds))];
    Plan::Item item{kind, static_cast<int>(pick(2)), {}};
    for (size_t j = pick(i == 0 ? 6 : 4); j > 0; --j) item.parts.push_back(pick(count));
    plan.items.push_back(item);
  }
  return plan;
}

bool IsHashable(Kind kind) {
  return kind == Kind::kObject || kind == Kind::kPersistentId || kind == Kind::kStr ||
         kind == Kind::kFloat;
}

// Whether a set has item `j` for a member. Of equal strs the first in the plan's order, so that the
// order of building does not matter.
bool IsMember(const Plan& plan, const Plan::Item& set, size_t j) {
  const Plan::Item& item = plan.items[j];
  const auto has = [&](size_t k) { return std::ranges::find(set.parts, k) != set.parts.end(); };
  if (!has(j) || !IsHashable(item.kind)) return false;
  for (size_t k = 0; k < j && item.kind == Kind::kStr; ++k) {
    if (has(k) && plan.items[k].kind == Kind::kStr && plan.items[k].value == item.value) {
      return false;
    }
  }
  return true;
}

// Builds the nodes in the order given; sets are filled in the order given too.
Graph Build(const Plan& plan, const std::vector<uint32_t>& order) {
  Graph g;
  std::vector<NodeId> ids(plan.items.size());
  for (const uint32_t i : order) {
    const Plan::Item& item = plan.items[i];
    switch (item.kind) {
      case Kind::kStr: ids[i] = g.Str(item.value == 0 ? "a" : "b"); break;
      case Kind::kFloat: ids[i] = g.FloatFromBits(0x7ff8000000000000); break;
      case Kind::kObject:
        ids[i] = g.Object(How::kReduce, g.Global("m", "f"), g.Tuple({{g.Int(item.value)}}));
        break;
      case Kind::kPersistentId: ids[i] = g.PersistentId(g.Int(item.value)); break;
      default: ids[i] = g.Empty(item.kind);
    }
  }
  for (const uint32_t i : order) {
    const Plan::Item& item = plan.items[i];
    if (item.kind == Kind::kList) {
      for (const size_t part : item.parts) g.Append(ids[i], ids[part]);
    } else if (item.kind == Kind::kObject && !item.parts.empty()) {
      g.AddStep(ids[i], StepKind::kBuild, {{ids[item.parts[0]]}});
    } else if (item.kind == Kind::kDict) {
      int key = 0;
      for (const size_t part : item.parts) g.SetItem(ids[i], g.Int(key++), ids[part]);
    } else if (item.kind == Kind::kSet) {
      for (const uint32_t j : order) {
        if (IsMember(plan, item, j)) g.AddMember(ids[i], ids[j]);
      }
    }
  }
  g.set_root(ids[0]);
  return g;
}

// Whether some order of the members of all of `b`'s sets makes it equal to `a`, sets compared in
// order.
bool EqualInSomeOrder(const Graph& a, const Plan& plan_b, CompareOptions options) {
  options.set_order = true;
  std::vector<uint32_t> order = Counting(plan_b.items.size());
  // One order of the nodes for all sets is enough only where a member's order is the same in each;
  // so each set is permuted on its own below.
  const Graph base = Build(plan_b, order);
  std::vector<NodeId> sets;
  for (const NodeId id : Reachable(base, base.root())) {
    if (IsSetLike(base.kind(id)) && base.Length(id) > 1) sets.push_back(id);
  }
  std::vector<std::vector<NodeId>> members;
  for (const NodeId set : sets) {
    members.emplace_back(base.Items(set).begin(), base.Items(set).end());
    std::ranges::sort(members.back());
  }
  Comparer comparer;
  while (true) {
    Graph permuted = base;
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
  int equal_seen = 0;
  int unequal_seen = 0;
  for (int round = 0; round < 6000; ++round) {
    Plan plan = RandomPlan(random);
    const Graph a = Build(plan, Counting(plan.items.size()));
    Plan other = plan;
    // Most changes keep many looks and break identity only.
    for (size_t change = random() % 3; change > 0; --change) {
      Plan::Item& item = other.items[random() % other.items.size()];
      if (!item.parts.empty()) {
        item.parts[random() % item.parts.size()] = random() % other.items.size();
      }
    }
    const Graph b = Build(other, Shuffled(other.items.size(), static_cast<uint32_t>(round)));
    for (const Strictness strictness :
         {Strictness::kValues, Strictness::kMutableIdentity, Strictness::kAllIdentity}) {
      const CompareOptions options{.strictness = strictness};
      const bool expected = EqualInSomeOrder(a, other, options);
      ++(expected ? equal_seen : unequal_seen);
      const Canonical form = CanonicalForm(a, options);
      ASSERT_TRUE(form.exact);
      ASSERT_EQ(form == CanonicalForm(b, options), expected)
          << "round " << round << ", strictness " << static_cast<int>(strictness);
      ASSERT_EQ(Isomorphic(a, b, options), expected)
          << "round " << round << ", strictness " << static_cast<int>(strictness);
      ASSERT_EQ(FirstDifference(a, b, options).has_value(), !expected);
    }
  }
  EXPECT_GT(equal_seen, 1000);
  EXPECT_GT(unequal_seen, 1000);
}

}  // namespace
}  // namespace pickleproof
