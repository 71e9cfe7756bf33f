#pragma once
// What a pickle means: a table of nodes with integer ids and one root. Shared objects are one node,
// cycles are edges. No pointers between nodes, so nothing here recurses over input depth.
//
// Nodes take 16 bytes; children lie as runs in one edge array; text refers into an arena, or into
// the caller's input where it was added as borrowed. A graph is a value: a copy owns all its text.
//
// Node 0 is None, 1 and 2 are False and True, then come the ints 0 to 255, in every graph: numbers
// carry no identity, so that the commonest leaves cost nothing.

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/base/pool.h"
#include "harness/base/text_arena.h"
#include "harness/graph/key_index.h"
#include "harness/graph/node.h"

namespace pickleproof {

inline constexpr NodeId kNoneNode = 0;
inline constexpr NodeId kFalseNode = 1;
inline constexpr NodeId kTrueNode = 2;
inline constexpr NodeId kSmallIntNode = 3;  // of 0; 255 follow

// What became of a key.
enum class Insert : uint8_t { kAdded, kReplaced, kUnhashable, kLimit };

class Graph {
 public:
  Graph();
  Graph(const Graph& other);
  Graph(Graph&&) noexcept = default;
  Graph& operator=(const Graph& other);
  Graph& operator=(Graph&&) noexcept = default;
  ~Graph() = default;

  // Forgets all nodes, keeps memory for the next input.
  void Clear();

  // The most nodes and edges that may exist; adding past it gives kNoNode or false.
  void SetLimits(size_t nodes, size_t edges);

  NodeId root() const { return root_; }
  void set_root(NodeId root) { root_ = root; }

  // All nodes ever made, the fixed ones and unreachable ones included.
  size_t size() const { return nodes_.size(); }
  // Bytes held for nodes, edges, inert parts and owned text.
  size_t MemoryBytes() const;

  // ---- Reading. Each accessor demands the kind that its name says.

  Kind kind(NodeId id) const { return nodes_[id].kind; }
  bool BoolValue(NodeId id) const { return id == kTrueNode; }
  // Ints are kept as int64_t where they fit, else as minimal two's complement, little-endian.
  bool IsSmallInt(NodeId id) const { return nodes_[id].flag == 0; }
  int64_t SmallInt(NodeId id) const { return nodes_[id].integer; }
  std::string_view BigInt(NodeId id) const { return Text(id); }
  uint64_t FloatBits(NodeId id) const { return nodes_[id].bits; }
  double FloatValue(NodeId id) const { return std::bit_cast<double>(nodes_[id].bits); }
  // The bytes of a str (generalized UTF-8), bytes, bytearray or py2 str.
  std::string_view Text(NodeId id) const { return {nodes_[id].data, nodes_[id].aux}; }
  // Members of a tuple, list, set or frozenset; of a dict the keys and values in turn; of any other
  // kind nothing.
  std::span<const NodeId> Items(NodeId id) const {
    const Node& node = nodes_[id];
    if (!IsContainer(node.kind) || node.run.count == 0) return {};
    return {edges_.data() + node.run.first, node.run.count};
  }
  // Members, or entries of a dict.
  size_t Length(NodeId id) const {
    return nodes_[id].kind == Kind::kDict ? nodes_[id].run.count / 2 : nodes_[id].run.count;
  }
  std::string_view Module(NodeId id) const { return inert_[nodes_[id].aux].module(); }
  std::string_view QualifiedName(NodeId id) const { return inert_[nodes_[id].aux].name(); }
  How how(NodeId id) const { return static_cast<How>(nodes_[id].flag); }
  // Whether an object is a view of a bytearray: known, though there is no kind for it, and so it
  // can be neither called nor changed, nor be a key.
  bool IsView(NodeId id) const { return kind(id) == Kind::kObject && nodes_[id].spare != 0; }
  NodeId Callable(NodeId id) const { return inert_[nodes_[id].aux].parts.callable; }
  NodeId Args(NodeId id) const { return inert_[nodes_[id].aux].parts.args; }
  NodeId Kwargs(NodeId id) const { return inert_[nodes_[id].aux].parts.kwargs; }  // or kNoNode
  NodeId Persistent(NodeId id) const { return inert_[nodes_[id].aux].parts.callable; }
  uint32_t ExtensionCode(NodeId id) const { return inert_[nodes_[id].aux].parts.callable; }
  uint32_t BufferIndex(NodeId id) const { return nodes_[id].aux; }
  bool BufferReadOnly(NodeId id) const { return nodes_[id].flag != 0; }

  // What was done to an inert node (global, object, persistent id, extension), in order.
  // Consecutive steps of a kind are one step, except kBuild and kCall.
  struct Step {
    StepKind kind;
    std::span<const NodeId> items;  // of kSetItems keys and values in turn; of kBuild, kCall one
  };
  bool HasSteps(NodeId id) const {
    return IsInert(kind(id)) && inert_[nodes_[id].aux].first_step != kNoNode;
  }
  std::vector<Step> Steps(NodeId id) const;
  // Steps one by one, for walks that pause between them; kNoNode past the last one.
  uint32_t FirstStep(NodeId id) const { return inert_[nodes_[id].aux].first_step; }
  uint32_t NextStep(uint32_t step) const { return steps_[step].next; }
  Step StepAt(uint32_t step) const {
    return {steps_[step].kind, {edges_.data() + steps_[step].first, steps_[step].count}};
  }
  template <typename F>
  void ForEachStep(NodeId id, F visit) const {
    for (uint32_t s = inert_[nodes_[id].aux].first_step; s != kNoNode; s = steps_[s].next) {
      visit(Step{steps_[s].kind, {edges_.data() + steps_[s].first, steps_[s].count}});
    }
  }

  // Calls visit(child) for every edge in the one order that everything uses: items; keys and values
  // in turn; callable, args, kwargs, then the steps; a persistent id's value.
  template <typename F>
  void ForEachChild(NodeId id, F visit) const {
    const Node& node = nodes_[id];
    if (node.kind >= Kind::kTuple && node.kind <= Kind::kFrozenSet) {
      for (const NodeId child : Items(id)) visit(child);
    } else if (IsInert(node.kind)) {
      if (node.kind == Kind::kObject) {
        visit(Callable(id));
        visit(Args(id));
        if (Kwargs(id) != kNoNode) visit(Kwargs(id));
      } else if (node.kind == Kind::kPersistentId) {
        visit(Persistent(id));
      }
      ForEachStep(id, [&](const Step& step) {
        for (const NodeId child : step.items) visit(child);
      });
    }
  }

  // ---- Making. kNoNode only where a limit is hit.

  NodeId None() const { return kNoneNode; }
  NodeId Bool(bool value) const { return value ? kTrueNode : kFalseNode; }
  NodeId Int(int64_t value) {
    if (static_cast<uint64_t>(value) < 256) return kSmallIntNode + static_cast<NodeId>(value);
    return Add(Node{.kind = Kind::kInt, .flag = 0, .spare = 0, .aux = 0, .integer = value});
  }
  // From two's complement, little-endian, any length, superfluous sign bytes allowed.
  NodeId IntFromBytes(std::string_view bytes);
  NodeId FloatFromBits(uint64_t bits) {
    return Add(Node{.kind = Kind::kFloat, .flag = 0, .spare = 0, .aux = 0, .bits = bits});
  }
  NodeId Float(double value) { return FloatFromBits(std::bit_cast<uint64_t>(value)); }
  // `kind` is kStr (well-formed generalized UTF-8), kBytes, kByteArray or kPy2Str. At most 2^32-1
  // bytes; more gives kNoNode.
  NodeId TextNode(Kind kind, std::string_view bytes);
  // The same without a copy: `bytes` must stay where it is until Clear(), OwnText() or a copy.
  NodeId BorrowedText(Kind kind, std::string_view bytes) {
    if (bytes.size() > 0xffffffffU) return kNoNode;
    return Add(Node{.kind = kind,
                    .flag = 0,
                    .spare = 0,
                    .aux = static_cast<uint32_t>(bytes.size()),
                    .data = bytes.data()});  // NOLINT(bugprone-suspicious-stringview-data-usage)
  }
  NodeId Str(std::string_view text) { return TextNode(Kind::kStr, text); }
  NodeId Bytes(std::string_view bytes) { return TextNode(Kind::kBytes, bytes); }

  // A container with these members; kList and kTuple only. Sets and dicts grow by their keys.
  NodeId Sequence(Kind kind, std::span<const NodeId> items) {
    const auto first = static_cast<uint32_t>(edges_.size());
    if (!edges_.Append(items)) return kNoNode;
    return Add(Node{.kind = kind,
                    .flag = 0,
                    .spare = 1,
                    .aux = 0,
                    .run = {first, static_cast<uint32_t>(items.size())}});
  }
  NodeId Tuple(std::span<const NodeId> items) { return Sequence(Kind::kTuple, items); }
  NodeId List() { return Empty(Kind::kList); }
  NodeId Dict() { return Empty(Kind::kDict); }
  NodeId Set() { return Empty(Kind::kSet); }
  NodeId Empty(Kind kind) {
    return Add(Node{.kind = kind, .flag = 0, .spare = 0, .aux = 0, .run = {0, 0}});
  }
  // Equal names give the same node.
  NodeId Global(std::string_view module, std::string_view name);
  // `kwargs` is kNoNode except for kNewObjEx.
  NodeId Object(How how, NodeId callable, NodeId args, NodeId kwargs = kNoNode);
  NodeId PersistentId(NodeId pid);
  // Equal codes give the same node.
  NodeId Extension(uint32_t code);
  NodeId Buffer(uint32_t index, bool read_only) {
    return Add(Node{.kind = Kind::kBuffer, .flag = read_only, .spare = 0, .aux = index, .bits = 0});
  }

  // ---- Changing. False only where a limit is hit.

  bool Append(NodeId list, NodeId item) { return Extend(list, {&item, 1}); }
  // `items` must not lie in this graph's own edges.
  bool Extend(NodeId list, std::span<const NodeId> items) {
    return nodes_[list].run.count == 0 ? StartRun(list, items) : AppendRun(list, items);
  }
  // Python's rules: the first of two equal keys stays, the last value wins.
  Insert SetItem(NodeId dict, NodeId key, NodeId value);
  // The same for keys and values in turn, in order, up to the first that is not added or replaced.
  // `items` must not lie in this graph's own edges.
  Insert SetItems(NodeId dict, std::span<const NodeId> items);
  Insert AddMember(NodeId set, NodeId member);
  // On any inert node. `items` as in Step; an empty kAppend, kSetItems or kAdd leaves no trace.
  bool AddStep(NodeId id, StepKind kind, std::span<const NodeId> items);

  // For readers of forms that name a node before its parts are known (notation, node table): makes
  // a tuple, frozenset or object without parts, to be filled once. Frozensets are filled by
  // AddMember.
  NodeId Declare(Kind kind) {
    return kind == Kind::kObject ? Object(How::kReduce, 0, 0) : Empty(kind);
  }
  bool FillTuple(NodeId tuple, std::span<const NodeId> items) { return Extend(tuple, items); }
  void FillPersistentId(NodeId id, NodeId pid) { inert_[nodes_[id].aux].parts.callable = pid; }
  void FillObject(NodeId object, How how, NodeId callable, NodeId args, NodeId kwargs);

  // Changes that Python's own containers allow: list[i] = x, bytearray contents.
  void ReplaceItem(NodeId list, size_t index, NodeId item) {
    edges_[nodes_[list].run.first + index] = item;
  }
  bool ReplaceText(NodeId bytearray, std::string_view bytes);

  void MarkAsView(NodeId object) { nodes_[object].spare = 1; }

  // Copies all borrowed text, so that the caller's input may go.
  void OwnText();

  // Hashes of tuples and frozensets seen as keys; see key.h.
  KeyHashCache& key_hashes() const { return key_hashes_; }

 private:
  struct Node {
    Kind kind;
    uint8_t flag;  // int: 1 where big; object: How; buffer: 1 where read-only
    uint16_t
        spare;     // container: 1 where its run has room for exactly `count`; object: 1 for a view
    uint32_t aux;  // length of text; index into inert_; index into indexes_ plus 1; buffer index
    union {
      int64_t integer;
      uint64_t bits;
      const char* data;
      struct {
        uint32_t first, count;
      } run;
    };
  };
  static_assert(sizeof(Node) == 16);

  // The parts of a global, object, persistent id or extension code.
  struct Inert {
    union {
      struct {
        const char *module, *name;
      } text;
      struct {
        NodeId callable, args, kwargs, unused;  // callable: also the persistent id, or the code
      } parts;
    };
    uint32_t module_size, name_size;
    uint32_t first_step, last_step;  // into steps_, or kNoNode
    std::string_view module() const { return {text.module, module_size}; }
    std::string_view name() const { return {text.name, name_size}; }
  };

  struct StepNode {
    StepKind kind;
    uint8_t exact;  // as Node::spare
    uint32_t next, first, count;
  };

  NodeId Add(const Node& node) {
    const auto id = static_cast<NodeId>(nodes_.size());
    return nodes_.Push(node) ? id : kNoNode;
  }
  NodeId AddInert(Kind kind, uint8_t flag, const Inert& inert);
  template <typename Flag>
  bool GrowRun(uint32_t* first, uint32_t* count, Flag* exact, std::span<const NodeId> items);
  bool AppendRun(NodeId id, std::span<const NodeId> items);
  // The first members of an empty container.
  bool StartRun(NodeId id, std::span<const NodeId> items) {
    Node& node = nodes_[id];
    node.spare = 1;
    node.run = {static_cast<uint32_t>(edges_.size()), 0};
    if (!edges_.Append(items)) return false;
    node.run.count = static_cast<uint32_t>(items.size());
    return true;
  }
  bool AreDistinctTexts(std::span<const NodeId> items) const;
  // The position of an equal key among the `count` keys of the run, or npos where there is none and
  // the key was entered as the next one.
  enum class Lookup : uint8_t { kFound, kNew, kUnhashable };
  Lookup FindKey(NodeId container, NodeId key, uint32_t stride, uint32_t* position);
  Lookup FindKeyIndexed(NodeId container, NodeId key, uint32_t stride, uint32_t* position);
  void CopyFrom(const Graph& other);

  Pool<Node> nodes_;
  Pool<NodeId> edges_;
  Pool<Inert> inert_;
  Pool<StepNode> steps_;
  TextArena text_;
  std::vector<KeyIndex> indexes_;
  size_t index_count_ = 0;     // of indexes_ in use; the rest keep their memory
  std::vector<NodeId> names_;  // globals and extensions, in order
  std::unordered_multimap<uint64_t, NodeId> name_map_;  // in use from 16 names on
  mutable KeyHashCache key_hashes_;
  NodeId root_ = kNoneNode;
};

// The nodes reachable from `root` in order of first visit (depth first, children in edge order).
std::vector<NodeId> Reachable(const Graph& graph, NodeId root);

// The frozensets among `ids` and inside their tuples and frozensets, inner ones first: the order in
// which they must be filled, since outer ones are hashed by the inner ones' members.
std::vector<NodeId> HashOrder(const Graph& graph, std::span<const NodeId> ids);

// Copies what is reachable from `root` into `to`, sharing kept; returns the copy of the root. For
// trimming garbage, merging graphs and shrinking. Set `to`'s root yourself.
NodeId CopyReachable(const Graph& from, NodeId root, Graph& to);

}  // namespace pickleproof
