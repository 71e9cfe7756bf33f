#include "generators/exhaustive.h"

#include <algorithm>
#include <array>
#include <vector>

#include "generators/pickling_walk.h"

namespace pickleproof {
namespace {

constexpr uint32_t kZero = ~uint32_t{0};

// A graph as decided, before it is built: small enough to be thrown away.
struct Sketch {
  struct Node {
    Kind kind = Kind::kStr;
    uint32_t count = 0;
    std::array<uint32_t, 2> children = {kZero, kZero};
  };
  std::vector<Node> nodes;
};

constexpr auto kAnyKinds = std::to_array<Kind>(
    {Kind::kStr, Kind::kTuple, Kind::kList, Kind::kDict, Kind::kSet, Kind::kFrozenSet});
constexpr auto kKeyKinds = std::to_array<Kind>({Kind::kStr, Kind::kTuple, Kind::kFrozenSet});

class Sketcher {
 public:
  Sketcher(Choices& choices, SmallGraphLimits limits) : choices_(choices), limits_(limits) {}

  // False where a set would have its members in descending order, or one twice.
  bool Draw() {
    if (limits_.nodes == 0 || choices_.Below(2) == 0) return true;  // the int 0 alone
    return DrawNode(false);
  }

  const Sketch& sketch() const { return sketch_; }

 private:
  // Depth is bounded by limits_.nodes.
  bool DrawNode(bool key) {
    const size_t id = sketch_.nodes.size();
    sketch_.nodes.emplace_back();
    const Kind kind = key ? choices_.Pick(kKeyKinds) : choices_.Pick(kAnyKinds);
    sketch_.nodes[id].kind = kind;
    if (kind == Kind::kStr) return true;
    const uint32_t left = std::min(limits_.edges - edges_, 2U);
    const uint32_t count = kind == Kind::kDict
                               ? static_cast<uint32_t>(choices_.Below(left / 2 + 1)) * 2
                               : static_cast<uint32_t>(choices_.Below(left + 1));
    sketch_.nodes[id].count = count;
    edges_ += count;
    for (uint32_t i = 0; i < count; ++i) {
      const bool child_key =
          kind == Kind::kDict ? i == 0 : IsSetLike(kind) || (key && kind == Kind::kTuple);
      if (!DrawChild(id, i, child_key)) return false;
      const auto& children = sketch_.nodes[id].children;
      // 0 counts as the first of all.
      if (IsSetLike(kind) && i == 1 && children[0] + 1 >= children[1] + 1) return false;
    }
    return true;
  }

  bool DrawChild(size_t id, uint32_t i, bool key) {
    const size_t known = sketch_.nodes.size();
    const bool room = known < limits_.nodes;
    const uint64_t which = choices_.Below(1 + known + (room ? 1 : 0));
    if (which == 0) {
      sketch_.nodes[id].children[i] = kZero;
      return true;
    }
    sketch_.nodes[id].children[i] = static_cast<uint32_t>(which - 1);
    return which - 1 < known || DrawNode(key);
  }

  Choices& choices_;
  const SmallGraphLimits limits_;
  Sketch sketch_;
  uint32_t edges_ = 0;
};

class SketchBuilder {
 public:
  SketchBuilder(const Sketch& sketch, Graph& graph) : sketch_(sketch), graph_(graph) {}

  bool Build() {
    graph_.Clear();
    graph_.set_root(kSmallIntNode);
    for (const Sketch::Node& node : sketch_.nodes) {
      ids_.push_back(node.kind == Kind::kStr ? graph_.Str("a") : graph_.Empty(node.kind));
    }
    if (ids_.empty()) return true;
    graph_.set_root(ids_[0]);
    for (size_t i = 0; i < ids_.size(); ++i) {
      if (IsSequence(graph_.kind(ids_[i]))) graph_.Extend(ids_[i], Children(i));
    }
    // Frozensets are hashed by their members, so that inner ones are filled first; sets and dicts
    // are never inside a key.
    filled_.assign(ids_.size(), false);
    for (size_t i = 0; i < ids_.size(); ++i) {
      if (!FillFrozenSets(i)) return false;
    }
    for (size_t i = 0; i < ids_.size(); ++i) {
      if (graph_.kind(ids_[i]) != Kind::kFrozenSet && !FillKeys(i)) return false;
    }
    return WalkAsPickler(graph_, graph_.root(), true).ends;
  }

 private:
  std::vector<NodeId> Children(size_t i) const {
    const Sketch::Node& node = sketch_.nodes[i];
    std::vector<NodeId> children;
    for (uint32_t c = 0; c < node.count; ++c) {
      children.push_back(node.children[c] == kZero ? kSmallIntNode : ids_[node.children[c]]);
    }
    return children;
  }

  // The frozensets in node `i`, and itself. Depth is bounded by the number of nodes.
  bool FillFrozenSets(size_t i) {
    const Kind kind = graph_.kind(ids_[i]);
    if (filled_[i] || (kind != Kind::kTuple && kind != Kind::kFrozenSet)) return true;
    filled_[i] = true;
    for (uint32_t c = 0; c < sketch_.nodes[i].count; ++c) {
      const uint32_t child = sketch_.nodes[i].children[c];
      if (child != kZero && !FillFrozenSets(child)) return false;
    }
    return kind == Kind::kTuple || FillKeys(i);
  }

  bool FillKeys(size_t i) {
    const Kind kind = graph_.kind(ids_[i]);
    const std::vector<NodeId> children = Children(i);
    if (kind == Kind::kDict) {
      return children.empty() ||
             graph_.SetItem(ids_[i], children[0], children[1]) == Insert::kAdded;
    }
    if (!IsSetLike(kind)) return true;
    return std::all_of(children.begin(), children.end(), [&](NodeId child) {
      return graph_.AddMember(ids_[i], child) == Insert::kAdded;
    });
  }

  const Sketch& sketch_;
  Graph& graph_;
  std::vector<NodeId> ids_;
  std::vector<bool> filled_;
};

}  // namespace

bool MakeSmallGraph(Choices& choices, SmallGraphLimits limits, Graph& graph) {
  Sketcher sketcher(choices, limits);
  if (!sketcher.Draw()) return false;
  return SketchBuilder(sketcher.sketch(), graph).Build();
}

uint64_t ForEachSmallGraph(SmallGraphLimits limits,
                           const std::function<void(const Graph&)>& visit) {
  OdometerChoices choices;
  Graph graph;
  uint64_t count = 0;
  do {
    if (!MakeSmallGraph(choices, limits, graph)) continue;
    visit(graph);
    ++count;
  } while (choices.Next());
  return count;
}

uint64_t ForEachSmallGraph(uint32_t max_nodes, const std::function<void(const Graph&)>& visit) {
  return ForEachSmallGraph(SmallGraphLimits{.nodes = max_nodes, .edges = max_nodes + 2}, visit);
}

}  // namespace pickleproof
