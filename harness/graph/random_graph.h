#pragma once
// Random graphs for the tests of this room: all kinds, sharing, cycles, steps, equal keys and NaNs,
// with text and numbers at the edges. The generators room has the real ones; it lies to the right.

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "harness/graph/graph.h"

namespace pickleproof {

class RandomGraph {
 public:
  explicit RandomGraph(uint64_t seed) : random_(seed) {}

  // A graph of about `size` nodes; only some that lie on cycles are unreachable.
  Graph Make(size_t size) {
    Graph graph;
    nodes_.clear();
    while (nodes_.size() < size) nodes_.push_back(MakeNode(graph));
    for (const NodeId id : nodes_) Fill(graph, id);
    graph.set_root(graph.Sequence(Kind::kList, Unreferenced(graph)));
    return graph;
  }

 private:
  size_t Below(size_t bound) { return static_cast<size_t>(random_() % bound); }
  // The nodes that no other node refers to, or one node where all are referred to.
  std::vector<NodeId> Unreferenced(const Graph& graph) {
    std::vector<bool> referenced(graph.size());
    for (const NodeId id : nodes_) {
      graph.ForEachChild(id, [&](NodeId child) { referenced[child] = true; });
    }
    std::vector<NodeId> free;
    for (const NodeId id : nodes_) {
      if (!referenced[id]) free.push_back(id);
    }
    if (free.empty()) free.push_back(Pick());
    return free;
  }

  NodeId Pick() {
    return nodes_.empty() || Below(8) == 0 ? kNoneNode : nodes_[Below(nodes_.size())];
  }

  std::vector<NodeId> PickSome(size_t most) {
    std::vector<NodeId> picked(Below(most + 1));
    for (NodeId& id : picked) id = Pick();
    return picked;
  }

  std::string Text() {
    static const std::vector<std::string> kPieces = {"a",
                                                     "'",
                                                     "\"",
                                                     "\\",
                                                     "\n",
                                                     " ",
                                                     "\xc3\xa9",
                                                     "\xf0\x9f\x98\x80",
                                                     "\xed\xa0\xbd",
                                                     "\xed\xb8\x80",
                                                     "\xe2\x80\xae",
                                                     std::string(1, '\0'),
                                                     "\x7f",
                                                     "#0#",
                                                     "...",
                                                     "\xef\xbf\xbf"};
    std::string text;
    for (size_t i = Below(4); i > 0; --i) text += kPieces[Below(kPieces.size())];
    return text;
  }

  std::string Binary() {
    std::string bytes(Below(4), '\0');
    for (char& c : bytes) c = static_cast<char>(Below(256));
    return bytes;
  }

  std::string PlainName() {
    static const std::vector<std::string> kNames = {"os",   "system", "os.path", "set",
                                                    "nan",  "None",   "b",       "new",
                                                    "a..b", "",       "a b",     "f.<locals>.g"};
    return kNames[Below(kNames.size())];
  }

  double Number() {
    static const std::vector<double> kNumbers = {0.0,
                                                 -0.0,
                                                 1.0,
                                                 0.1,
                                                 1e300,
                                                 5e-324,
                                                 -1e16,
                                                 std::numeric_limits<double>::infinity(),
                                                 -std::numeric_limits<double>::infinity(),
                                                 std::numeric_limits<double>::quiet_NaN()};
    return kNumbers[Below(kNumbers.size())];
  }

  NodeId MakeNode(Graph& graph) {
    const auto kind = static_cast<Kind>(Below(kKindCount));
    switch (kind) {
      case Kind::kNone: return graph.None();
      case Kind::kBool: return graph.Bool(Below(2) != 0);
      case Kind::kInt:
        if (Below(2) == 0) return graph.IntFromBytes(Binary() + Binary() + Binary() + Binary());
        return graph.Int(static_cast<int64_t>(Below(600)) - 300);
      case Kind::kFloat:
        return Below(4) == 0 ? graph.FloatFromBits(random_()) : graph.Float(Number());
      case Kind::kStr: return graph.Str(Text());
      case Kind::kBytes:
      case Kind::kByteArray:
      case Kind::kPy2Str: return graph.TextNode(kind, Binary());
      case Kind::kTuple: return graph.Tuple(PickSome(3));
      case Kind::kList:
      case Kind::kDict:
      case Kind::kSet: return graph.Empty(kind);
      case Kind::kFrozenSet: {
        const NodeId set = graph.Empty(kind);
        for (const NodeId id : PickSome(3)) graph.AddMember(set, id);
        return set;
      }
      case Kind::kGlobal: return graph.Global(PlainName(), PlainName());
      case Kind::kObject: {
        const auto how = static_cast<How>(Below(5));
        const NodeId args = Below(4) == 0 ? Pick() : graph.Tuple(PickSome(2));
        return graph.Object(how, Pick(), args, how == How::kNewObjEx ? Pick() : kNoNode);
      }
      case Kind::kPersistentId: return graph.PersistentId(Pick());
      case Kind::kExtension: return graph.Extension(static_cast<uint32_t>(Below(3)));
      case Kind::kBuffer: return graph.Buffer(static_cast<uint32_t>(Below(3)), Below(2) != 0);
    }
    return kNoneNode;
  }

  void Fill(Graph& graph, NodeId id) {
    if (graph.kind(id) == Kind::kList) {
      graph.Extend(id, PickSome(4));
    } else if (graph.kind(id) == Kind::kDict) {
      for (const NodeId key : PickSome(4)) graph.SetItem(id, key, Pick());
    } else if (graph.kind(id) == Kind::kSet) {
      for (const NodeId member : PickSome(4)) graph.AddMember(id, member);
    } else if (IsInert(graph.kind(id)) && Below(3) == 0) {
      for (size_t i = Below(4); i > 0; --i) AddStep(graph, id);
    }
  }

  void AddStep(Graph& graph, NodeId id) {
    const auto kind = static_cast<StepKind>(Below(5));
    std::vector<NodeId> items{Pick()};
    if (kind == StepKind::kSetItems) items.push_back(Pick());
    graph.AddStep(id, kind, items);
  }

  std::mt19937_64 random_;
  std::vector<NodeId> nodes_;
};

}  // namespace pickleproof
