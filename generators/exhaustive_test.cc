#include "generators/exhaustive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "generators/pickling_walk.h"
#include "harness/graph/notation.h"

namespace pickleproof {
namespace {

// ---- Brute force: all kinds and edges for a number of nodes, then what is none is left out. 's',
// 't', 'l', 'd', 'S', 'f' are the kinds; child -1 is the int 0.

struct LooseNode {
  char kind;
  std::vector<int> children;
};
using LooseGraph = std::vector<const LooseNode*>;

std::vector<LooseNode> AllNodes(int nodes) {
  std::vector<LooseNode> all{{'s', {}}};
  for (const char kind : {'t', 'l', 'd', 'S', 'f'}) {
    all.push_back({kind, {}});
    for (int a = -1; a < nodes; ++a) {
      if (kind != 'd') all.push_back({kind, {a}});
      for (int b = -1; b < nodes; ++b) {
        if ((kind == 'S' || kind == 'f') && b <= a) continue;
        all.push_back({kind, {a, b}});
      }
    }
  }
  return all;
}

void Number(const LooseGraph& graph, int id, std::vector<int>& order) {
  if (id < 0 || std::find(order.begin(), order.end(), id) != order.end()) return;
  order.push_back(id);
  for (const int child : graph[static_cast<size_t>(id)]->children) Number(graph, child, order);
}

bool LeadsToTuple(const LooseGraph& graph, int from, int to, size_t steps) {
  if (from < 0 || steps == 0) return false;
  const LooseNode& node = *graph[static_cast<size_t>(from)];
  if (node.kind != 't' && node.kind != 'f') return false;
  return std::any_of(node.children.begin(), node.children.end(), [&](int child) {
    return child == to || LeadsToTuple(graph, child, to, steps - 1);
  });
}

// The value of a key as text, nothing where it has no hash.
std::optional<std::string> KeyText(const LooseGraph& graph, int id) {
  if (id < 0) return "0";
  const LooseNode& node = *graph[static_cast<size_t>(id)];
  if (node.kind == 's') return "a";
  if (node.kind != 't' && node.kind != 'f') return std::nullopt;
  std::multiset<std::string> sorted;
  std::string text(1, node.kind);
  for (const int child : node.children) {
    const auto part = KeyText(graph, child);
    if (!part) return std::nullopt;
    text += '(' + *part + ')';
    sorted.insert(*part);
  }
  if (node.kind == 't') return text;
  text = "f";
  for (const std::string& part : sorted) text += '(' + part + ')';
  return text;
}

bool KeysAreFine(const LooseGraph& graph) {
  for (const LooseNode* node : graph) {
    if (node->kind == 'd' && !node->children.empty() && !KeyText(graph, node->children[0])) {
      return false;
    }
    if (node->kind != 'S' && node->kind != 'f') continue;
    std::set<std::string> seen;
    for (const int child : node->children) {
      const auto text = KeyText(graph, child);
      if (!text || !seen.insert(*text).second) return false;
    }
  }
  return true;
}

uint64_t CountByBruteForce(int nodes, size_t max_edges) {
  const std::vector<LooseNode> all = AllNodes(nodes);
  std::vector<size_t> digits(static_cast<size_t>(nodes), 0);
  uint64_t count = 0;
  while (true) {
    LooseGraph graph;
    size_t edges = 0;
    for (const size_t digit : digits) {
      graph.push_back(&all[digit]);
      edges += all[digit].children.size();
    }
    std::vector<int> order;
    if (edges <= max_edges) Number(graph, 0, order);
    bool fine = order.size() == digits.size() && std::is_sorted(order.begin(), order.end());
    for (int id = 0; fine && id < nodes; ++id) {
      fine = !LeadsToTuple(graph, id, id, digits.size());
    }
    if (fine && KeysAreFine(graph)) ++count;
    size_t place = 0;
    while (place < digits.size() && ++digits[place] == all.size()) digits[place++] = 0;
    if (place == digits.size()) return count;
  }
}

TEST(ForEachSmallGraph, CountsWhatBruteForceCounts) {
  uint64_t brute = 1;  // the int 0
  brute += CountByBruteForce(1, 3);
  EXPECT_EQ(ForEachSmallGraph({.nodes = 1, .edges = 3}, [](const Graph&) {}), brute);
  brute = 1 + CountByBruteForce(1, 4) + CountByBruteForce(2, 4);
  EXPECT_EQ(ForEachSmallGraph({.nodes = 2, .edges = 4}, [](const Graph&) {}), brute);
  brute = 1 + CountByBruteForce(1, 5) + CountByBruteForce(2, 5) + CountByBruteForce(3, 5);
  EXPECT_EQ(ForEachSmallGraph({.nodes = 3, .edges = 5}, [](const Graph&) {}), brute);
}

TEST(ForEachSmallGraph, CountsAreAsDocumented) {
  const std::array<uint64_t, 5> kCounts = {1, 19, 364, 7179, 166971};
  for (uint32_t nodes = 0; nodes < kCounts.size(); ++nodes) {
    EXPECT_EQ(ForEachSmallGraph(nodes, [](const Graph&) {}), kCounts[nodes]) << nodes;
  }
}

TEST(ForEachSmallGraph, VisitsEachGraphOnceAndAllAreValid) {
  std::set<std::string> seen;
  uint64_t visits = 0;
  ForEachSmallGraph(3, [&](const Graph& graph) {
    // The notation can't tell one empty tuple from two.
    const auto items = graph.kind(graph.root()) < Kind::kTuple ? std::span<const NodeId>()
                                                               : graph.Items(graph.root());
    const bool one_tuple = items.size() == 2 && items[0] == items[1] &&
                           graph.kind(items[0]) == Kind::kTuple && graph.Length(items[0]) == 0;
    visits += one_tuple ? 0 : 1;
    seen.insert(ToNotation(graph));
    EXPECT_TRUE(WalkAsPickler(graph, graph.root(), true).ends);
    Graph copy;
    copy.set_root(CopyReachable(graph, graph.root(), copy));
    EXPECT_EQ(copy.size(), graph.size()) << "something is unreachable";
  });
  EXPECT_EQ(seen.size(), visits);
}

TEST(ForEachSmallGraph, HasTheGraphsThatPeopleThinkOf) {
  std::set<std::string> seen;
  ForEachSmallGraph(3, [&](const Graph& graph) { seen.insert(ToNotation(graph)); });
  for (const char* text :
       {"0", "'a'", "[]", "()", "{}", "#0=[#0#]", "#0=([#0#],)", "{0: 'a'}", "#0={0: #0#}",
        "[#0=[], #0#]", "[[], []]", "set{(0, 'a')}", "frozenset{frozenset{}}", "{(): #0=[#0#]}"}) {
    EXPECT_TRUE(seen.contains(text)) << text;
  }
  EXPECT_FALSE(seen.contains("set{[]}"));
}

}  // namespace
}  // namespace pickleproof
