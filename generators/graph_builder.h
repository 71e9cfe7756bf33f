#pragma once
// The state of one random graph in the making: what is finished and may be shared, what is still
// open and may be referred to by a cycle. Private to the room; graphs.h is the way in.
//
// Every container is declared before its parts are made, so that parts can refer to it. Parts are
// made in the order in which picklers save them; the rules about cycles follow theirs (see
// pickling_walk.h).

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "generators/graphs.h"

namespace pickleproof {

// Kinds whose hash is made of their members' hashes, and kinds without one.
constexpr bool IsHashedByParts(Kind kind) {
  return kind == Kind::kTuple || kind == Kind::kFrozenSet;
}
constexpr bool IsUnhashable(Kind kind) {
  return kind == Kind::kList || kind == Kind::kDict || kind == Kind::kSet ||
         kind == Kind::kByteArray || kind == Kind::kBuffer;
}

class GraphBuilder {
 public:
  GraphBuilder(Choices& choices, const GraphCapabilities& capabilities, Budget budget)
      : choices_(choices), capabilities_(capabilities), budget_(budget) {}

  Graph Build();

 private:
  // A node whose parts are being made.
  struct Frame {
    NodeId id;
    bool memoized;   // picklers have memoized it before the part that is being made
    bool referable;  // cycles may refer to it
    bool referred_to = false;
  };

  // Some value; as a key, one with a hash.
  NodeId Value(bool key);
  NodeId Fresh(Kind kind, bool key);
  NodeId Leaf(Kind kind);
  NodeId Text(Kind kind, const std::string& text);
  NodeId TinyLeaf(Kind kind);
  NodeId CheapLeaf();
  NodeId Interned(Kind kind, const std::string& text);

  // Something that exists already, or nothing.
  std::optional<NodeId> Existing(bool key);
  bool MayRefer(NodeId id);
  bool IsSettledKey(NodeId id) const;
  bool LeadsToOpen(NodeId id, size_t begin, size_t end, bool all_edges) const;
  bool MayReenter(NodeId id) const;
  void EdgesBeforeMemoizing(NodeId id, std::vector<NodeId>& out) const;

  Kind DrawKind(bool key);
  uint32_t DrawSize();
  NodeId Container(Kind kind);
  void Fill(NodeId id, Kind kind, uint32_t size);
  NodeId Large(Kind kind);
  NodeId Tuple(uint32_t size, bool key);
  NodeId FrozenSet(uint32_t size);
  NodeId Persistent();

  NodeId Object();
  bool MayGetLateSteps(NodeId id) const;
  NodeId Global(bool callable);
  NodeId Callable(How how);
  NodeId Arguments(How how);
  NodeId KeywordArguments();
  void Steps(NodeId id);
  void Step(NodeId id, StepKind kind);
  NodeId State();
  NodeId StateSetterCall(NodeId id);

  void AddLateEdges();
  void AddLateEdge(NodeId from);
  NodeId WrapWithBuffers(NodeId root);
  bool HasCycleThroughPersistentId(NodeId root) const;
  NodeId FirstFit(const std::vector<NodeId>& roots) const;

  NodeId Open(NodeId id, bool memoized, bool referable = true);
  void Close();
  NodeId Keep(NodeId id);

  Choices& choices_;
  const GraphCapabilities& capabilities_;
  Budget budget_;
  Graph graph_;
  std::vector<Frame> open_;
  std::vector<NodeId> kept_;      // finished, carrying identity, free to be referred to again
  std::vector<NodeId> keywords_;  // dicts of keyword arguments
  std::map<std::pair<Kind, std::string>, NodeId> interned_;
  std::vector<NodeId> persistent_;
  bool made_large_ = false;
};

}  // namespace pickleproof
