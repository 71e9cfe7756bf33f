#include "generators/graph_builder.h"

#include <algorithm>
#include <array>

#include "generators/leaves.h"
#include "harness/base/check.h"
#include "harness/base/utf8.h"

namespace pickleproof {
namespace {

constexpr uint32_t kDepthLimit = 64;

bool IsEscaped(std::string_view text) {
  return text.find_first_of(std::string_view("\\\0\n\r\x1a", 5)) != std::string_view::npos;
}

bool IsComposite(Kind kind) {
  return (kind >= Kind::kTuple && kind <= Kind::kFrozenSet) || kind == Kind::kObject ||
         kind == Kind::kPersistentId;
}

// How often each kind is drawn, by the value of Kind: at the root, near it, and further inside.
// Near the root containers are common enough for most graphs to use up their budget.
constexpr std::array<uint32_t, kKindCount> kAtRoot = {1,  1,  1,  1, 1, 1,  1, 1, 14,
                                                      24, 22, 10, 4, 1, 22, 2, 1, 0};
constexpr std::array<uint32_t, kKindCount> kNearRoot = {3,  3,  7, 4, 9, 3,  2, 2, 12,
                                                        13, 12, 6, 4, 3, 13, 2, 2, 0};
constexpr std::array<uint32_t, kKindCount> kInside = {6,  5, 14, 7, 16, 5, 3, 3, 9,
                                                      10, 9, 5,  3, 4,  9, 2, 2, 0};
constexpr size_t kNearDepth = 4;

}  // namespace

Graph GraphBuilder::Build() {
  budget_.depth = std::min(budget_.depth, kDepthLimit);
  const NodeId root = Value(false);
  std::vector<NodeId> roots;
  if (!kept_.empty() && choices_.Chance(1, 5)) {
    const NodeId other = choices_.Pick(kept_);
    if (IsComposite(graph_.kind(other))) roots.push_back(other);
  }
  roots.push_back(root);
  Graph plain = graph_;
  if (capabilities_.cycles && capabilities_.cycles_through_args) AddLateEdges();
  NodeId fit = FirstFit(roots);
  if (fit == kNoNode) {
    graph_ = std::move(plain);
    roots.insert(roots.end(), kept_.begin(), kept_.end());
    roots.push_back(kNoneNode);
    fit = FirstFit(roots);
    PICKLEPROOF_CHECK(fit != kNoNode);
  }
  if (capabilities_.has(Kind::kBuffer)) fit = WrapWithBuffers(fit);
  Graph trimmed;
  trimmed.set_root(CopyReachable(graph_, fit, trimmed));
  return trimmed;
}

// ---- Values.

NodeId GraphBuilder::Value(bool key) {
  if (const std::optional<NodeId> id = Existing(key)) return *id;
  if (budget_.nodes == 0) return CheapLeaf();
  return Fresh(DrawKind(key), key);
}

Kind GraphBuilder::DrawKind(bool key) {
  std::array<uint32_t, kKindCount> weights = open_.empty()               ? kAtRoot
                                             : open_.size() < kNearDepth ? kNearRoot
                                                                         : kInside;
  bool any = false;
  for (int i = 0; i < kKindCount; ++i) {
    const auto kind = static_cast<Kind>(i);
    if (!capabilities_.has(kind) || (key && IsUnhashable(kind)) ||
        (IsComposite(kind) && open_.size() >= budget_.depth)) {
      weights[i] = 0;
    }
    any |= weights[i] != 0;
  }
  return any ? static_cast<Kind>(choices_.Weighted(weights)) : Kind::kNone;
}

NodeId GraphBuilder::Fresh(Kind kind, bool key) {
  if (kind > Kind::kBool) --budget_.nodes;
  if (!IsComposite(kind)) return Leaf(kind);
  if (kind == Kind::kObject) return Object();
  if (kind == Kind::kPersistentId) return Persistent();
  if (capabilities_.large_containers && !made_large_ && !key && kind != Kind::kFrozenSet &&
      choices_.Chance(1, 200)) {
    return Large(kind);
  }
  const uint32_t size = DrawSize();
  if (kind == Kind::kTuple) return Tuple(size, key);
  if (kind == Kind::kFrozenSet) return FrozenSet(size);
  const NodeId id =
      Open(graph_.Empty(kind), kind != Kind::kSet || capabilities_.cycles_through_sets);
  Fill(id, kind, size);
  Close();
  return id;
}

uint32_t GraphBuilder::DrawSize() {
  std::array<uint32_t, 6> weights = {3, 5, 6, 4, 2, 1};
  if (open_.empty()) weights = {1, 1, 2, 3, 5, 16};
  std::fill(weights.begin() + std::min(budget_.members + 1, 6U), weights.end(), 0);
  const auto size = static_cast<uint32_t>(choices_.Weighted(weights));
  return size < 5 ? size : static_cast<uint32_t>(choices_.Between(5, budget_.members));
}

void GraphBuilder::Fill(NodeId id, Kind kind, uint32_t size) {
  for (; size > 0; --size) {
    if (kind == Kind::kList) {
      graph_.Append(id, Value(false));
    } else if (kind == Kind::kSet) {
      graph_.AddMember(id, Value(true));
    } else {
      const NodeId key = Value(true);
      graph_.SetItem(id, key, Value(false));
    }
  }
}

// A tuple; as a key, of keys.
NodeId GraphBuilder::Tuple(uint32_t size, bool key) {
  if (size == 0 && capabilities_.merge_interned) return Interned(Kind::kTuple, {});
  const NodeId id = Open(graph_.Empty(Kind::kTuple), false);
  std::vector<NodeId> items;
  for (; size > 0; --size) items.push_back(Value(key));
  graph_.FillTuple(id, items);
  Close();
  return id;
}

NodeId GraphBuilder::FrozenSet(uint32_t size) {
  if (size == 0 && capabilities_.merge_interned) return Interned(Kind::kFrozenSet, {});
  const NodeId id = Open(graph_.Empty(Kind::kFrozenSet), false);
  std::vector<NodeId> members;
  for (; size > 0; --size) members.push_back(Value(true));
  for (const NodeId member : members) graph_.AddMember(id, member);
  Close();
  return id;
}

// A container at the batch size of the picklers, of cheap members.
NodeId GraphBuilder::Large(Kind kind) {
  made_large_ = true;
  static constexpr std::array<int64_t, 3> kSizes = {999, 1000, 1001};
  const int64_t size = choices_.Pick(kSizes);
  const NodeId id = graph_.Empty(kind);
  for (int64_t i = 0; i < size; ++i) {
    if (IsSequence(kind)) {
      graph_.Append(id, graph_.Int(i % 256));
    } else if (kind == Kind::kSet) {
      graph_.AddMember(id, graph_.Int(i));
    } else {
      graph_.SetItem(id, graph_.Int(i), graph_.Int(i % 3));
    }
  }
  return Keep(id);
}

NodeId GraphBuilder::Persistent() {
  const NodeId id =
      Open(graph_.PersistentId(kNoneNode), false, capabilities_.shared_persistent_ids);
  NodeId value = kNoneNode;
  if (capabilities_.ascii_persistent_ids) {
    // Read from the line of PERSID, so that nothing else can refer to it.
    value = graph_.Str("id" + AsciiLeaf(choices_));
  } else {
    value = Value(false);
    // CPython asks for no persistent id of a persistent id.
    if (graph_.kind(value) == Kind::kPersistentId ||
        (value == kNoneNode && !capabilities_.none_persistent_ids)) {
      value = graph_.Int(1);
    }
  }
  graph_.FillPersistentId(id, value);
  persistent_.push_back(id);
  Close();
  return id;
}

// ---- Leaves.

NodeId GraphBuilder::CheapLeaf() { return static_cast<NodeId>(choices_.Below(kSmallIntNode + 4)); }

NodeId GraphBuilder::Leaf(Kind kind) {
  if (capabilities_.tiny_leaves) return TinyLeaf(kind);
  switch (kind) {
    case Kind::kBool: return graph_.Bool(choices_.Chance(1, 2));
    case Kind::kInt: return graph_.IntFromBytes(IntLeaf(choices_, capabilities_.max_int_bits));
    case Kind::kFloat: return graph_.FloatFromBits(FloatLeaf(choices_, capabilities_.nan_payloads));
    case Kind::kStr: return Text(kind, TextLeaf(choices_, capabilities_.surrogates));
    case Kind::kBytes:
    case Kind::kByteArray:
    case Kind::kPy2Str: return Text(kind, BytesLeaf(choices_));
    case Kind::kGlobal: return Global(false);
    case Kind::kExtension: return Keep(graph_.Extension(ExtensionCodeLeaf(choices_)));
    case Kind::kNone:
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kFrozenSet:
    case Kind::kObject:
    case Kind::kPersistentId:
    case Kind::kBuffer: break;
  }
  return kNoneNode;
}

NodeId GraphBuilder::Text(Kind kind, const std::string& text) {
  const bool one = kind == Kind::kStr ? CountCodePoints(text) == 1 && text < "\xc4\x80"
                                      : kind == Kind::kBytes && text.size() == 1;
  const bool empty = text.empty() && kind != Kind::kByteArray;
  if (kind == Kind::kStr && !capabilities_.shared_escaped_text && IsEscaped(text)) {
    // Two characters at least, since CPython keeps one object for each single one.
    return graph_.Str(one ? text + "x" : text);
  }
  if (capabilities_.merge_interned && (one || empty)) return Interned(kind, text);
  return Keep(graph_.TextNode(kind, text));
}

NodeId GraphBuilder::TinyLeaf(Kind kind) {
  const bool other = choices_.Chance(1, 2);
  switch (kind) {
    case Kind::kBool: return graph_.Bool(other);
    case Kind::kInt: return graph_.Int(other ? 1 : 0);
    case Kind::kFloat: return graph_.Float(other ? 1.0 : 0.0);
    case Kind::kStr:
    case Kind::kBytes:
    case Kind::kByteArray:
    case Kind::kPy2Str: return Keep(graph_.TextNode(kind, other ? "b" : "a"));
    case Kind::kGlobal: return Keep(graph_.Global("m", other ? "D" : "C"));
    case Kind::kExtension: return Keep(graph_.Extension(other ? 2 : 1));
    case Kind::kNone:
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kFrozenSet:
    case Kind::kObject:
    case Kind::kPersistentId:
    case Kind::kBuffer: break;
  }
  return kNoneNode;
}

// The one node of this value.
NodeId GraphBuilder::Interned(Kind kind, const std::string& text) {
  const auto [it, fresh] = interned_.try_emplace({kind, text}, kNoNode);
  if (fresh) {
    it->second = IsText(kind) ? graph_.TextNode(kind, text) : graph_.Empty(kind);
    Keep(it->second);
  }
  return it->second;
}

// ---- After the first pass.

// Edges to what was made later than the node that they start from: the cycles and shared parts that
// one pass in saving order can't make.
void GraphBuilder::AddLateEdges() {
  std::vector<NodeId> mutable_nodes;
  for (const NodeId id : kept_) {
    const Kind kind = graph_.kind(id);
    // Keyword arguments have str keys only.
    if (std::ranges::find(keywords_, id) != keywords_.end()) continue;
    if (kind == Kind::kList || kind == Kind::kDict || kind == Kind::kSet ||
        (kind == Kind::kObject && capabilities_.any_step_order)) {
      mutable_nodes.push_back(id);
    }
  }
  if (mutable_nodes.empty()) return;
  uint64_t count = choices_.Below(std::min<uint64_t>(4, 1 + mutable_nodes.size()));
  for (; count > 0; --count) AddLateEdge(choices_.Pick(mutable_nodes));
}

void GraphBuilder::AddLateEdge(NodeId from) {
  const NodeId to = choices_.Pick(kept_);
  switch (graph_.kind(from)) {
    case Kind::kList: graph_.Append(from, to); return;
    case Kind::kSet: graph_.AddMember(from, to); return;
    case Kind::kDict: {
      const NodeId other = choices_.Chance(1, 2) ? choices_.Pick(kept_) : CheapLeaf();
      if (graph_.SetItem(from, to, other) == Insert::kUnhashable)
        graph_.SetItem(from, kNoneNode, to);
      return;
    }
    default: {
      bool called = false;
      graph_.ForEachStep(from,
                         [&](const Graph::Step& step) { called |= step.kind == StepKind::kCall; });
      if (!called) graph_.AddStep(from, StepKind::kBuild, {&to, 1});
    }
  }
}

// Picklers number out-of-band buffers in the order in which they meet them. A fresh list around the
// graph keeps that order plain.
NodeId GraphBuilder::WrapWithBuffers(NodeId root) {
  const uint64_t count = choices_.Below(4);
  if (count == 0) return root;
  const NodeId list = graph_.List();
  const uint64_t place = choices_.Below(count + 1);
  for (uint32_t i = 0; i < count; ++i) {
    if (i == place) graph_.Append(list, root);
    const NodeId buffer = graph_.Buffer(i, choices_.Chance(1, 2));
    graph_.Append(list, choices_.Chance(1, 3) ? graph_.Tuple({&buffer, 1}) : buffer);
  }
  if (place == count) graph_.Append(list, root);
  return list;
}

}  // namespace pickleproof
