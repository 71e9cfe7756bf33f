#include "generators/graphs.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "generators/leaves.h"
#include "generators/pickling_walk.h"
#include "harness/base/bytes.h"
#include "harness/base/utf8.h"

namespace pickleproof {
namespace {

// Everything about a graph, by ids in order of first visit.
std::string Describe(const Graph& graph) {
  const std::vector<NodeId> order = Reachable(graph, graph.root());
  std::vector<size_t> number(graph.size());
  for (size_t i = 0; i < order.size(); ++i) number[order[i]] = i;
  std::string text;
  for (const NodeId id : order) {
    const Kind kind = graph.kind(id);
    text += Name(kind);
    if (kind == Kind::kBool) text += graph.BoolValue(id) ? '1' : '0';
    if (kind == Kind::kInt) {
      text += graph.IsSmallInt(id) ? std::to_string(graph.SmallInt(id)) : ToHex(graph.BigInt(id));
    }
    if (kind == Kind::kFloat) text += std::to_string(graph.FloatBits(id));
    if (IsText(kind)) text += ToHex(graph.Text(id));
    if (kind == Kind::kGlobal) text += graph.Module(id), text += graph.QualifiedName(id);
    if (kind == Kind::kExtension) text += std::to_string(graph.ExtensionCode(id));
    if (kind == Kind::kObject) text += Name(graph.how(id));
    if (IsInert(kind)) graph.ForEachStep(id, [&](const Graph::Step& s) { text += Name(s.kind); });
    graph.ForEachChild(id, [&](NodeId child) { text += ' ' + std::to_string(number[child]); });
    text += '\n';
  }
  return text;
}

bool LeadsTo(const Graph& graph, NodeId from, NodeId to) {
  for (const NodeId id : Reachable(graph, from)) {
    if (id == to) return true;
  }
  return false;
}

// The first seed below `seeds` whose graph satisfies `predicate`, or -1.
template <typename Predicate>
int FindSeed(const GraphCapabilities& capabilities, int seeds, Predicate predicate) {
  for (int seed = 0; seed < seeds; ++seed) {
    if (predicate(GraphFromSeed(static_cast<uint64_t>(seed), capabilities))) return seed;
  }
  return -1;
}

template <typename Predicate>
bool AnyNode(const Graph& graph, Predicate predicate) {
  for (const NodeId id : Reachable(graph, graph.root())) {
    if (predicate(id)) return true;
  }
  return false;
}

TEST(GraphFromSeed, IsDeterministic) {
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const std::string text = Describe(GraphFromSeed(seed));
    EXPECT_EQ(text, Describe(GraphFromSeed(seed)));
    seen.insert(text);
  }
  EXPECT_GT(seen.size(), 280U);
}

TEST(GraphFromSeed, HoldsNothingUnreachable) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const Graph graph = GraphFromSeed(seed);
    const std::vector<NodeId> order = Reachable(graph, graph.root());
    size_t made = 0;
    for (const NodeId id : order) made += id >= kSmallIntNode + 256;
    EXPECT_EQ(made, graph.size() - (kSmallIntNode + 256));
  }
}

TEST(GraphFromSeed, SizesAreModestWithAHeavyTail) {
  size_t modest = 0;
  size_t heavy = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const size_t size = Reachable(GraphFromSeed(seed), GraphFromSeed(seed).root()).size();
    modest += size >= 5 && size <= 40;
    heavy += size > 80;
  }
  EXPECT_GT(modest, 500U);
  EXPECT_GT(heavy, 10U);
  EXPECT_LT(heavy, 150U);
}

TEST(GraphFromSeed, ReachesEveryKindAndOnlyTheAllowed) {
  GraphCapabilities all = EverythingWeHave();
  all.Allow({Kind::kPy2Str, Kind::kBuffer, Kind::kExtension});
  all.obj_and_inst = all.steps_on_others = true;
  for (const GraphCapabilities& capabilities : {all, EverythingWeHave(), PicklableByCPython(4)}) {
    std::map<Kind, int> kinds;
    std::map<How, int> ways;
    std::map<StepKind, int> steps;
    for (uint64_t seed = 0; seed < 2000; ++seed) {
      const Graph graph = GraphFromSeed(seed, capabilities);
      for (const NodeId id : Reachable(graph, graph.root())) {
        ++kinds[graph.kind(id)];
        if (graph.kind(id) == Kind::kObject) ++ways[graph.how(id)];
        if (graph.HasSteps(id)) {
          graph.ForEachStep(id, [&](const Graph::Step& step) { ++steps[step.kind]; });
          if (!capabilities.steps_on_others) {
            EXPECT_EQ(graph.kind(id), Kind::kObject);
          }
        }
      }
    }
    for (int i = 0; i < kKindCount; ++i) {
      const auto kind = static_cast<Kind>(i);
      EXPECT_EQ(kinds[kind] > 0, capabilities.has(kind)) << Name(kind);
    }
    EXPECT_EQ(ways.size(), capabilities.obj_and_inst ? 5U : 3U);
    EXPECT_EQ(steps.size(), capabilities.any_step_order ? 5U : 4U);
  }
}

TEST(GraphFromSeed, ManyGraphsHaveSharingAndCycles) {
  for (const GraphCapabilities& capabilities : {EverythingWeHave(), PicklableByCPython(2)}) {
    int shared = 0;
    int cyclic = 0;
    for (uint64_t seed = 0; seed < 500; ++seed) {
      const Graph graph = GraphFromSeed(seed, capabilities);
      std::map<NodeId, int> references;
      bool cycle = false;
      for (const NodeId id : Reachable(graph, graph.root())) {
        graph.ForEachChild(id, [&](NodeId child) {
          ++references[child];
          cycle = cycle || LeadsTo(graph, child, id);
        });
      }
      cyclic += cycle;
      bool share = false;
      for (const auto& [id, count] : references) {
        share |= count > 1 && CarriesIdentity(graph.kind(id));
      }
      shared += share;
    }
    EXPECT_GT(shared, 200);
    EXPECT_GT(cyclic, 75);
    EXPECT_LT(cyclic, 450);
  }
}

TEST(GraphFromSeed, WithoutSharingAndCyclesGraphsAreTrees) {
  GraphCapabilities tree = PicklableByCPython(4);
  tree.sharing = tree.cycles = tree.merge_interned = tree.state_setters = false;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const Graph graph = GraphFromSeed(seed, tree);
    std::map<NodeId, int> references;
    for (const NodeId id : Reachable(graph, graph.root())) {
      graph.ForEachChild(id, [&](NodeId child) { ++references[child]; });
    }
    for (const auto& [id, count] : references) {
      const Kind kind = graph.kind(id);
      if (CarriesIdentity(kind) && kind != Kind::kGlobal && kind != Kind::kDict) {
        EXPECT_EQ(count, 1) << "seed " << seed << ", " << Name(kind);
      }
    }
  }
}

// Rows of the recursion matrix: a cycle whose first edge leaves a node of one kind in one way.
struct CycleRow {
  const char* name;
  Kind kind;
  // Whether the edge at `position` of the node's edges, to `child`, is the one meant.
  bool (*is_edge)(const Graph&, NodeId id, size_t position, NodeId child);
};

bool AnyEdge(const Graph&, NodeId, size_t, NodeId) { return true; }
bool IsValue(const Graph&, NodeId, size_t position, NodeId) { return position % 2 == 1; }
bool IsObjectKey(const Graph& graph, NodeId, size_t position, NodeId child) {
  return position % 2 == 0 && graph.kind(child) == Kind::kObject;
}
bool IsTupleKey(const Graph& graph, NodeId, size_t position, NodeId child) {
  return position % 2 == 0 && graph.kind(child) == Kind::kTuple;
}
bool IsArgs(const Graph&, NodeId, size_t position, NodeId) { return position == 1; }
template <StepKind kStep>
bool IsInStep(const Graph& graph, NodeId id, size_t, NodeId child) {
  bool found = false;
  graph.ForEachStep(id, [&](const Graph::Step& step) {
    for (const NodeId item : step.items) found |= step.kind == kStep && item == child;
  });
  return found;
}

const CycleRow kCycleRows[] = {
    {"list", Kind::kList, AnyEdge},
    {"tuple", Kind::kTuple, AnyEdge},
    {"dict value", Kind::kDict, IsValue},
    {"dict key that is an object", Kind::kDict, IsObjectKey},
    {"dict key that is a tuple", Kind::kDict, IsTupleKey},
    {"set member", Kind::kSet, AnyEdge},
    {"frozenset member", Kind::kFrozenSet, AnyEdge},
    {"arguments", Kind::kObject, IsArgs},
    {"state", Kind::kObject, IsInStep<StepKind::kBuild>},
    {"appended item", Kind::kObject, IsInStep<StepKind::kAppend>},
    {"set item", Kind::kObject, IsInStep<StepKind::kSetItems>},
    {"state setter", Kind::kObject, IsInStep<StepKind::kCall>},
};

bool HasCycleThrough(const Graph& graph, const CycleRow& row) {
  return AnyNode(graph, [&](NodeId id) {
    if (graph.kind(id) != row.kind) return false;
    bool found = false;
    size_t position = 0;
    graph.ForEachChild(id, [&](NodeId child) {
      if (!found && row.is_edge(graph, id, position, child)) found = LeadsTo(graph, child, id);
      ++position;
    });
    return found;
  });
}

TEST(GraphFromSeed, MakesCyclesThroughEveryContainer) {
  for (const CycleRow& row : kCycleRows) {
    SCOPED_TRACE(row.name);
    EXPECT_GE(FindSeed(PicklableByCPython(4), 4000,
                       [&](const Graph& graph) { return HasCycleThrough(graph, row); }),
              0);
  }
}

TEST(GraphFromSeed, EqualStringsOccurBothAsOneNodeAndAsTwo) {
  const auto two = [](const Graph& graph) {
    std::set<std::string_view> seen;
    return AnyNode(graph, [&](NodeId id) {
      return graph.kind(id) == Kind::kStr && graph.Text(id).size() > 1 &&
             !seen.insert(graph.Text(id)).second;
    });
  };
  const auto one = [](const Graph& graph) {
    std::set<NodeId> seen;
    return AnyNode(graph, [&](NodeId id) {
      bool again = false;
      graph.ForEachChild(id, [&](NodeId child) {
        again |= graph.kind(child) == Kind::kStr && !seen.insert(child).second;
      });
      return again;
    });
  };
  EXPECT_GE(FindSeed(PicklableByCPython(4), 200, two), 0);
  EXPECT_GE(FindSeed(PicklableByCPython(4), 200, one), 0);
}

TEST(GraphFromSeed, ReachesTheBatchSizesOfThePicklers) {
  std::set<std::pair<Kind, size_t>> seen;
  for (uint64_t seed = 0; seed < 20000 && seen.size() < 9; ++seed) {
    const Graph graph = GraphFromSeed(seed, PicklableByCPython(4));
    if (graph.size() < 999) continue;
    AnyNode(graph, [&](NodeId id) {
      const Kind kind = graph.kind(id);
      if (kind >= Kind::kList && kind <= Kind::kSet && graph.Length(id) >= 999 &&
          graph.Length(id) <= 1001) {
        seen.emplace(kind, graph.Length(id));
      }
      return false;
    });
  }
  EXPECT_GE(seen.size(), 6U);
}

TEST(PicklableByCPython, GraphsEndAtTheirProtocol) {
  for (int protocol = 0; protocol <= 5; ++protocol) {
    SCOPED_TRACE(protocol);
    const CPythonExtras extras{.persistent_ids = true, .extensions = true, .buffers = true};
    const GraphCapabilities capabilities = PicklableByCPython(protocol, extras);
    for (uint64_t seed = 0; seed < 2000; ++seed) {
      const Graph graph = GraphFromSeed(seed, capabilities);
      const PicklingWalk walk = WalkAsPickler(graph, graph.root(), protocol >= 4);
      EXPECT_TRUE(walk.ends) << "seed " << seed;
      EXPECT_FALSE(walk.steps_reentered) << "seed " << seed;
      EXPECT_LE(walk.depth, 200U) << "seed " << seed;
    }
  }
}

TEST(PicklableByCPython, InternedValuesAreOneNode) {
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const Graph graph = GraphFromSeed(seed, PicklableByCPython(4));
    std::set<std::pair<Kind, std::string>> seen;
    for (const NodeId id : Reachable(graph, graph.root())) {
      const Kind kind = graph.kind(id);
      const bool empty =
          (kind == Kind::kTuple || kind == Kind::kFrozenSet) && graph.Length(id) == 0;
      const bool text =
          (kind == Kind::kStr && (graph.Text(id).empty() || (CountCodePoints(graph.Text(id)) == 1 &&
                                                             graph.Text(id) < "\xc4\x80"))) ||
          (kind == Kind::kBytes && graph.Text(id).size() < 2);
      if (!empty && !text) continue;
      EXPECT_TRUE(seen.emplace(kind, text ? graph.Text(id) : "").second)
          << "seed " << seed << ", " << Name(kind);
    }
  }
}

TEST(PicklableByCPython, StepsComeInThePicklersOrder) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    const Graph graph = GraphFromSeed(seed, PicklableByCPython(3));
    for (const NodeId id : Reachable(graph, graph.root())) {
      if (graph.kind(id) != Kind::kObject) continue;
      EXPECT_EQ(graph.kind(graph.Callable(id)), Kind::kGlobal);
      EXPECT_EQ(graph.kind(graph.Args(id)), Kind::kTuple);
      EXPECT_NE(graph.how(id), How::kNewObjEx) << "needs protocol 4";
      std::string order;
      graph.ForEachStep(id, [&](const Graph::Step& step) {
        order += step.kind == StepKind::kAppend     ? 'a'
                 : step.kind == StepKind::kSetItems ? 'b'
                                                    : 'c';
        if (step.kind == StepKind::kBuild) {
          EXPECT_NE(step.items[0], kNoneNode);
        }
      });
      EXPECT_TRUE(std::string("abc").find(order) != std::string::npos || order == "ac") << order;
    }
  }
}

TEST(PicklableByCPython, BuffersAreNumberedInThePicklersOrder) {
  int buffers = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const Graph graph = GraphFromSeed(seed, PicklableByCPython(5, {.buffers = true}));
    uint32_t next = 0;
    for (const NodeId id : Reachable(graph, graph.root())) {
      if (graph.kind(id) != Kind::kBuffer) continue;
      EXPECT_EQ(graph.BufferIndex(id), next++) << "seed " << seed;
      ++buffers;
    }
  }
  EXPECT_GT(buffers, 100);
}

TEST(GenerateGraph, WithoutCyclesThroughArgumentsNoObjectLeadsToItselfByThem) {
  GraphCapabilities capabilities = PicklableByCPython(4);
  capabilities.cycles_through_args = false;
  capabilities.state_setters = false;  // a call on the object is itself such a cycle
  int cyclic = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const Graph graph = GraphFromSeed(seed, capabilities);
    for (const NodeId id : Reachable(graph, graph.root())) {
      if (graph.kind(id) != Kind::kObject) continue;
      EXPECT_FALSE(LeadsTo(graph, graph.Args(id), id)) << "seed " << seed;
    }
    cyclic += HasCycleThrough(graph, kCycleRows[0]);
  }
  EXPECT_GT(cyclic, 10);
}

TEST(GenerateGraph, TheSameCodeEnumeratesEverySmallGraph) {
  GraphCapabilities tiny;
  tiny.Allow({Kind::kNone, Kind::kStr, Kind::kList, Kind::kTuple});
  tiny.tiny_leaves = true;
  tiny.large_containers = false;
  OdometerChoices choices;
  std::set<std::string> seen;
  int runs = 0;
  do {
    seen.insert(Describe(GenerateGraph(choices, tiny, {.nodes = 1, .depth = 2, .members = 1})));
    ++runs;
  } while (choices.Next());
  // None and two strings; lists and tuples of nothing or one of None, bools and the ints 0 to 3;
  // the list in itself, and with one late edge more: list in itself twice, or a member and itself.
  EXPECT_EQ(seen.size(), 3U + 2 * (1 + 7) + 2 + 7);
  for (const char* graph : {"none\n", "str61\n", "str62\n", "tuple\n", "list\n", "list 0\n",
                            "list 0 0\n", "tuple 1\nnone\n"}) {
    EXPECT_TRUE(seen.contains(graph)) << graph;
  }
  EXPECT_LT(runs, 1000);
}

TEST(GenerateGraph, AnyBytesGiveAGraph) {
  RandomChoices random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random.Below(200), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.Below(256));
    ByteChoices choices(bytes);
    const Graph graph = GenerateGraph(choices, EverythingWeHave(), {.nodes = 40, .depth = 10});
    EXPECT_LT(graph.root(), graph.size());
  }
  ByteChoices none("");
  const Graph plainest = GenerateGraph(none, EverythingWeHave(), {});
  EXPECT_EQ(plainest.root(), kNoneNode);
}

}  // namespace
}  // namespace pickleproof
