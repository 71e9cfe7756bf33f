#include "oracles/repeated_steps.h"

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "harness/graph/compare.h"
#include "harness/graph/node_table.h"

namespace pickleproof {
namespace {

using nlohmann::json;

// One thing done to an object: consecutive steps of a kind stand as one in a graph, so that two
// rounds can only be told apart item by item.
struct Unit {
  std::string kind;
  std::vector<size_t> parts;  // numbers of nodes: one, or a key and its value
};

class Rewriter {
 public:
  explicit Rewriter(const Graph& graph)
      : table_(json::parse(NodeTableJson(graph))),
        ids_(Reachable(graph, graph.root())),
        left_(graph),
        right_(graph) {}

  std::optional<Graph> Run() {
    bool changed = false;
    for (json& node : table_["nodes"]) {
      if (node[0] == "object" && Rewrite(node[1]["then"])) changed = true;
    }
    if (!changed) return std::nullopt;
    auto graph = GraphFromNodeTable(table_);
    if (!graph) return std::nullopt;
    return std::move(*graph);
  }

 private:
  static void Split(const json& step, std::vector<Unit>& out) {
    const std::string kind = step[0];
    if (step[1].is_number_unsigned()) {
      out.push_back({kind, {step[1].get<size_t>()}});
      return;
    }
    for (const json& item : step[1]) {
      if (item.is_array()) {
        out.push_back({kind, item.get<std::vector<size_t>>()});
      } else {
        out.push_back({kind, {item.get<size_t>()}});
      }
    }
  }

  static void Join(const std::vector<Unit>& units, json& steps) {
    for (const Unit& unit : units) {
      const bool single = unit.kind == "build" || unit.kind == "call";
      const json part = unit.parts.size() == 1 ? json(unit.parts[0]) : json(unit.parts);
      if (single) {
        steps.push_back({unit.kind, part});
      } else if (!steps.empty() && steps.back()[0] == unit.kind) {
        steps.back()[1].push_back(part);
      } else {
        steps.push_back({unit.kind, json::array({part})});
      }
    }
  }

  bool SameValue(size_t a, size_t b) {
    if (a == b) return true;
    left_.set_root(ids_[a]);
    right_.set_root(ids_[b]);
    CompareOptions options;
    options.strictness = Strictness::kValues;
    return comparer_.Equal(left_, right_, options);
  }

  bool Same(const Unit& a, const Unit& b) {
    if (a.kind != b.kind || a.parts.size() != b.parts.size()) return false;
    for (size_t i = 0; i < a.parts.size(); ++i) {
      if (!SameValue(a.parts[i], b.parts[i])) return false;
    }
    return true;
  }

  bool HasPeriod(const std::vector<Unit>& units, size_t period) {
    for (size_t i = 0; i + period < units.size(); ++i) {
      if (!Same(units[i], units[i + period])) return false;
    }
    return true;
  }

  // Leaves the shortest run that makes up the whole when repeated.
  bool CutToOneRound(std::vector<Unit>& units) {
    for (size_t period = 1; period <= units.size() / 2; ++period) {
      if (units.size() % period == 0 && HasPeriod(units, period)) {
        units.resize(period);
        return true;
      }
    }
    return false;
  }

  // Calls made for their effect stand behind all other steps (effects.h), so that two rounds of
  // items, state and call read as twice the items and state, then twice the call.
  bool Rewrite(json& steps) {
    std::vector<Unit> calls, others;
    for (const json& step : steps) Split(step, step[0] == "call" ? calls : others);
    const bool fewer_others = CutToOneRound(others);
    const bool fewer_calls = CutToOneRound(calls);
    if (!fewer_others && !fewer_calls) return false;
    steps = json::array();
    Join(others, steps);
    Join(calls, steps);
    return true;
  }

  json table_;
  std::vector<NodeId> ids_;  // of the table's nodes
  Graph left_, right_;       // copies whose roots say what to compare
  Comparer comparer_;
};

}  // namespace

std::optional<Graph> WithoutRepeatedSteps(const Graph& graph) { return Rewriter(graph).Run(); }

}  // namespace pickleproof
