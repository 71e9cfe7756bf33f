#include "oracles/repeated_steps.h"

#include <nlohmann/json.hpp>

#include "harness/graph/node_table.h"

namespace pickleproof {
namespace {

using nlohmann::json;

// How far two calls that were made anew are looked into.
constexpr int kMaxDepth = 4;

class Halver {
 public:
  explicit Halver(json& nodes) : nodes_(nodes) {}

  // Whether any object's steps stood twice; they stand once then.
  bool Run() {
    bool changed = false;
    for (json& node : nodes_) {
      if (node[0] == "object" && Halve(node[1]["then"])) changed = true;
    }
    return changed;
  }

 private:
  bool Same(const json& a, const json& b, int depth) const {
    if (a == b) return true;
    if (depth == 0 || a.type() != b.type()) return false;
    if (a.is_array() && a.size() == b.size()) {
      for (size_t i = 0; i < a.size(); ++i) {
        if (!Same(a[i], b[i], depth)) return false;
      }
      return true;
    }
    if (!a.is_number_unsigned()) return false;
    const json& left = nodes_[a.get<size_t>()];
    const json& right = nodes_[b.get<size_t>()];
    if (left == right) return true;
    if (left[0] != right[0]) return false;
    if (left[0] == "tuple" || left[0] == "persid") return Same(left[1], right[1], depth - 1);
    return left[0] == "object" && left[1]["callable"] == right[1]["callable"] &&
           Same(left[1]["args"], right[1]["args"], depth - 1);
  }

  bool IsTwice(const json& list) const {
    const size_t half = list.size() / 2;
    if (list.size() % 2 != 0 || half == 0) return false;
    for (size_t i = 0; i < half; ++i) {
      if (!Same(list[i], list[half + i], kMaxDepth)) return false;
    }
    return true;
  }

  static void CutInHalf(json& list) {
    list.erase(list.begin() + static_cast<ptrdiff_t>(list.size() / 2), list.end());
  }

  // Calls made for their effect stand behind all other steps (effects.h), so that two rounds of
  // items, state and call read as twice the items and state, then twice the call.
  bool Halve(json& steps) const {
    json calls = json::array();
    json others = json::array();
    for (json& step : steps) (step[0] == "call" ? calls : others).push_back(std::move(step));
    bool changed = false;
    // Steps of one kind run into one another.
    const bool merged = others.size() == 1 && others[0][1].is_array() && IsTwice(others[0][1]);
    if (merged || IsTwice(others)) {
      CutInHalf(merged ? others[0][1] : others);
      changed = true;
    }
    if (IsTwice(calls)) {
      CutInHalf(calls);
      changed = true;
    }
    steps = std::move(others);
    for (json& call : calls) steps.push_back(std::move(call));
    return changed;
  }

  json& nodes_;
};

}  // namespace

std::optional<Graph> WithoutRepeatedSteps(const Graph& graph) {
  json table = json::parse(NodeTableJson(graph));
  if (!Halver(table["nodes"]).Run()) return std::nullopt;
  auto halved = GraphFromNodeTable(table);
  if (!halved) return std::nullopt;
  return std::move(*halved);
}

}  // namespace pickleproof
