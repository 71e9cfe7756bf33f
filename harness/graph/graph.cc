#include "harness/graph/graph.h"

#include <functional>

#include "harness/base/check.h"
#include "harness/graph/key.h"

namespace pickleproof {
namespace {

// Up to this many keys are compared one by one; past it a KeyIndex finds them.
constexpr uint32_t kLinearKeys = 8;
// Up to this many globals and extension codes are searched one by one.
constexpr size_t kLinearNames = 16;
constexpr NodeId kFixedNodes = kSmallIntNode + 256;
constexpr size_t kKeptBytes = size_t{64} << 20;

uint64_t NameHash(std::string_view module, std::string_view name) {
  const std::hash<std::string_view> hash;
  return hash(module) * 31 + hash(name);
}

bool HoldsText(Kind kind, uint8_t flag) {
  return IsText(kind) || (kind == Kind::kInt && flag != 0);
}

}  // namespace

Graph::Graph() { Clear(); }

Graph::Graph(const Graph& other) { CopyFrom(other); }

Graph& Graph::operator=(const Graph& other) {
  if (this != &other) {
    Graph copy(other);
    *this = std::move(copy);
  }
  return *this;
}

void Graph::CopyFrom(const Graph& other) {
  nodes_ = other.nodes_;
  edges_ = other.edges_;
  inert_ = other.inert_;
  steps_ = other.steps_;
  indexes_.assign(other.indexes_.begin(),
                  other.indexes_.begin() + static_cast<ptrdiff_t>(other.index_count_));
  index_count_ = other.index_count_;
  names_ = other.names_;
  name_map_ = other.name_map_;
  key_hashes_ = other.key_hashes_;
  root_ = other.root_;
  OwnText();
}

void Graph::OwnText() {
  TextArena fresh;
  for (NodeId id = kFixedNodes; id < nodes_.size(); ++id) {
    Node& node = nodes_[id];
    if (HoldsText(node.kind, node.flag)) {
      node.data = fresh.Copy({node.data, node.aux});
    } else if (node.kind == Kind::kGlobal) {
      Inert& inert = inert_[node.aux];
      inert.text = {fresh.Copy(inert.module()), fresh.Copy(inert.name())};
    }
  }
  text_ = std::move(fresh);
}

void Graph::Clear() {
  if (nodes_.size() < kFixedNodes) {
    nodes_.clear();
    const auto fixed = [this](Kind kind, int64_t value) {
      PICKLEPROOF_CHECK(
          nodes_.Push(Node{.kind = kind, .flag = 0, .spare = 0, .aux = 0, .integer = value}));
    };
    fixed(Kind::kNone, 0);
    fixed(Kind::kBool, 0);
    fixed(Kind::kBool, 1);
    for (int64_t i = 0; i < 256; ++i) fixed(Kind::kInt, i);
  }
  nodes_.truncate(kFixedNodes);
  edges_.clear();
  inert_.clear();
  steps_.clear();
  nodes_.ShrinkTo(kKeptBytes);
  edges_.ShrinkTo(kKeptBytes);
  inert_.ShrinkTo(kKeptBytes);
  steps_.ShrinkTo(kKeptBytes);
  text_.Clear();
  for (size_t i = 0; i < index_count_; ++i) indexes_[i].Clear();
  index_count_ = 0;
  names_.clear();
  if (!name_map_.empty()) name_map_.clear();
  if (!key_hashes_.empty()) key_hashes_.clear();
  root_ = kNoneNode;
}

void Graph::SetLimits(size_t nodes, size_t edges) {
  // Ids stay below kNoNode.
  nodes_.set_limit(std::min<size_t>(std::max<size_t>(nodes, kFixedNodes), kNoNode - 1));
  edges_.set_limit(std::min<size_t>(edges, kNoNode - 1));
}

size_t Graph::MemoryBytes() const {
  return nodes_.size() * sizeof(Node) + edges_.size() * sizeof(NodeId) +
         inert_.size() * sizeof(Inert) + steps_.size() * sizeof(StepNode) + text_.used();
}

NodeId Graph::IntFromBytes(std::string_view bytes) {
  while (bytes.size() > 1) {
    const unsigned char top = static_cast<unsigned char>(bytes.back());
    const bool next_negative = (static_cast<unsigned char>(bytes[bytes.size() - 2]) & 0x80U) != 0;
    if (!((top == 0 && !next_negative) || (top == 0xff && next_negative))) break;
    bytes.remove_suffix(1);
  }
  if (bytes.size() <= 8) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
      value |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    const unsigned unused = 64 - 8 * static_cast<unsigned>(bytes.size());
    if (unused == 64) return Int(0);
    return Int(static_cast<int64_t>(value << unused) >> unused);
  }
  if (bytes.size() > 0xffffffffU) return kNoNode;
  return Add(Node{.kind = Kind::kInt,
                  .flag = 1,
                  .spare = 0,
                  .aux = static_cast<uint32_t>(bytes.size()),
                  .data = text_.Copy(bytes)});
}

NodeId Graph::TextNode(Kind kind, std::string_view bytes) {
  if (bytes.size() > 0xffffffffU) return kNoNode;
  return BorrowedText(kind, {text_.Copy(bytes), bytes.size()});
}

bool Graph::ReplaceText(NodeId bytearray, std::string_view bytes) {
  if (bytes.size() > 0xffffffffU) return false;
  const char* copy = text_.Copy(bytes);
  nodes_[bytearray].data = copy;
  nodes_[bytearray].aux = static_cast<uint32_t>(bytes.size());
  return true;
}

// Adds `items` to a run of edges. A run has room for exactly its count where `exact`, else for
// bit_ceil(count); one that ends the edge array grows in place, the others move when full.
template <typename Flag>
bool Graph::GrowRun(uint32_t* first, uint32_t* count, Flag* exact, std::span<const NodeId> items) {
  const auto more = static_cast<uint32_t>(items.size());
  const uint32_t room = *count == 0 ? 0 : *exact != 0 ? *count : std::bit_ceil(*count);
  if (*count == 0) *first = static_cast<uint32_t>(edges_.size());
  if (*first + room == edges_.size()) {
    edges_.truncate(*first + *count);
    *exact = 1;
    if (!edges_.Extend(more)) return false;
  } else if (*count + more > room) {
    const auto moved = static_cast<uint32_t>(edges_.size());
    if (!edges_.Extend(std::bit_ceil(*count + more))) return false;
    std::memcpy(edges_.data() + moved, edges_.data() + *first, *count * sizeof(NodeId));
    *first = moved;
    *exact = 0;
  }
  std::memcpy(edges_.data() + *first + *count, items.data(), items.size_bytes());
  *count += more;
  return true;
}

bool Graph::AppendRun(NodeId id, std::span<const NodeId> items) {
  if (items.empty()) return true;
  Node& node = nodes_[id];
  return GrowRun(&node.run.first, &node.run.count, &node.spare, items);
}

Graph::Lookup Graph::FindKeyIndexed(NodeId container, NodeId key, uint32_t stride,
                                    uint32_t* position) {
  const std::optional<uint64_t> hash = HashKey(*this, key);
  if (!hash) return Lookup::kUnhashable;
  Node& node = nodes_[container];
  const uint32_t count = node.run.count / stride;
  const auto key_at = [&](uint32_t i) { return edges_[node.run.first + i * stride]; };
  if (node.aux == 0) {
    if (index_count_ == indexes_.size()) indexes_.emplace_back();
    node.aux = static_cast<uint32_t>(++index_count_);
    KeyIndex& fresh = indexes_[node.aux - 1];
    for (uint32_t i = 0; i < count; ++i) {
      fresh.FindOrEnter(*HashKey(*this, key_at(i)), i, [](uint32_t) { return false; });
    }
  }
  *position = indexes_[node.aux - 1].FindOrEnter(
      *hash, count,
      // A key that hit the limit has left an entry without a key.
      [&](uint32_t i) { return i < count && KeysEqual(*this, key_at(i), key); });
  return *position == count ? Lookup::kNew : Lookup::kFound;
}

Graph::Lookup Graph::FindKey(NodeId container, NodeId key, uint32_t stride, uint32_t* position) {
  const Node& node = nodes_[container];
  const uint32_t count = node.run.count / stride;
  if (count >= kLinearKeys) return FindKeyIndexed(container, key, stride, position);
  const NodeId* keys = edges_.data() + node.run.first;
  const bool is_str = nodes_[key].kind == Kind::kStr;
  if (!is_str && !HashKey(*this, key)) return Lookup::kUnhashable;
  for (uint32_t i = 0; i < count; ++i) {
    const NodeId other = keys[size_t{i} * stride];
    const bool equal =
        other == key || (is_str ? nodes_[other].kind == Kind::kStr && Text(other) == Text(key)
                                : KeysEqual(*this, other, key));
    if (equal) {
      *position = i;
      return Lookup::kFound;
    }
  }
  return Lookup::kNew;
}

Insert Graph::SetItem(NodeId dict, NodeId key, NodeId value) {
  uint32_t position = 0;
  switch (FindKey(dict, key, 2, &position)) {
    case Lookup::kUnhashable: return Insert::kUnhashable;
    case Lookup::kFound:
      edges_[nodes_[dict].run.first + 2 * position + 1] = value;
      return Insert::kReplaced;
    case Lookup::kNew: break;
  }
  const NodeId entry[] = {key, value};
  return AppendRun(dict, entry) ? Insert::kAdded : Insert::kLimit;
}

// Whether the keys among these keys and values are str and no two are equal.
bool Graph::AreDistinctTexts(std::span<const NodeId> items) const {
  for (size_t i = 0; i < items.size(); i += 2) {
    const Node& key = nodes_[items[i]];
    if (key.kind != Kind::kStr) return false;
    for (size_t j = 0; j < i; j += 2) {
      const Node& other = nodes_[items[j]];
      if (other.aux != key.aux) continue;
      if (key.aux == 0 || (other.data[0] == key.data[0] && Text(items[i]) == Text(items[j]))) {
        return false;
      }
    }
  }
  return true;
}

Insert Graph::SetItems(NodeId dict, std::span<const NodeId> items) {
  // Most dicts come in one small batch of names, which is then their run as it is.
  if (nodes_[dict].run.count == 0 && items.size() / 2 <= kLinearKeys && AreDistinctTexts(items)) {
    return StartRun(dict, items) ? Insert::kAdded : Insert::kLimit;
  }
  Insert last = Insert::kAdded;
  for (size_t i = 0; i < items.size() && last <= Insert::kReplaced; i += 2) {
    last = SetItem(dict, items[i], items[i + 1]);
  }
  return last;
}

Insert Graph::AddMember(NodeId set, NodeId member) {
  uint32_t position = 0;
  switch (FindKey(set, member, 1, &position)) {
    case Lookup::kUnhashable: return Insert::kUnhashable;
    case Lookup::kFound: return Insert::kReplaced;
    case Lookup::kNew: break;
  }
  return AppendRun(set, {&member, 1}) ? Insert::kAdded : Insert::kLimit;
}

NodeId Graph::AddInert(Kind kind, uint8_t flag, const Inert& inert) {
  const auto index = static_cast<uint32_t>(inert_.size());
  if (!inert_.Push(inert)) return kNoNode;
  return Add(Node{.kind = kind, .flag = flag, .spare = 0, .aux = index, .bits = 0});
}

NodeId Graph::Global(std::string_view module, std::string_view name) {
  if (module.size() > 0xffffffffU || name.size() > 0xffffffffU) return kNoNode;
  const auto same = [&](NodeId id) {
    return kind(id) == Kind::kGlobal && Module(id) == module && QualifiedName(id) == name;
  };
  const uint64_t hash = NameHash(module, name);
  if (names_.size() <= kLinearNames) {
    for (const NodeId id : names_) {
      if (same(id)) return id;
    }
  } else {
    const auto [begin, end] = name_map_.equal_range(hash);
    for (auto it = begin; it != end; ++it) {
      if (same(it->second)) return it->second;
    }
  }
  Inert inert{};
  inert.text = {text_.Copy(module), text_.Copy(name)};
  inert.module_size = static_cast<uint32_t>(module.size());
  inert.name_size = static_cast<uint32_t>(name.size());
  inert.first_step = inert.last_step = kNoNode;
  const NodeId id = AddInert(Kind::kGlobal, 0, inert);
  if (id != kNoNode) {
    names_.push_back(id);
    name_map_.emplace(hash, id);
  }
  return id;
}

NodeId Graph::Extension(uint32_t code) {
  const auto same = [&](NodeId id) {
    return kind(id) == Kind::kExtension && ExtensionCode(id) == code;
  };
  if (names_.size() <= kLinearNames) {
    for (const NodeId id : names_) {
      if (same(id)) return id;
    }
  } else {
    const auto [begin, end] = name_map_.equal_range(code);
    for (auto it = begin; it != end; ++it) {
      if (same(it->second)) return it->second;
    }
  }
  Inert inert{};
  inert.parts = {code, kNoNode, kNoNode, 0};
  inert.first_step = inert.last_step = kNoNode;
  const NodeId id = AddInert(Kind::kExtension, 0, inert);
  if (id != kNoNode) {
    names_.push_back(id);
    name_map_.emplace(code, id);
  }
  return id;
}

NodeId Graph::Object(How how, NodeId callable, NodeId args, NodeId kwargs) {
  Inert inert{};
  inert.parts = {callable, args, kwargs, 0};
  inert.first_step = inert.last_step = kNoNode;
  return AddInert(Kind::kObject, static_cast<uint8_t>(how), inert);
}

void Graph::FillObject(NodeId object, How how, NodeId callable, NodeId args, NodeId kwargs) {
  nodes_[object].flag = static_cast<uint8_t>(how);
  inert_[nodes_[object].aux].parts = {callable, args, kwargs, 0};
}

NodeId Graph::PersistentId(NodeId pid) {
  Inert inert{};
  inert.parts = {pid, kNoNode, kNoNode, 0};
  inert.first_step = inert.last_step = kNoNode;
  return AddInert(Kind::kPersistentId, 0, inert);
}

bool Graph::AddStep(NodeId id, StepKind kind, std::span<const NodeId> items) {
  const bool single = kind == StepKind::kBuild || kind == StepKind::kCall;
  if (items.empty()) return true;
  Inert& inert = inert_[nodes_[id].aux];
  if (!single && inert.last_step != kNoNode && steps_[inert.last_step].kind == kind) {
    StepNode& last = steps_[inert.last_step];
    return GrowRun(&last.first, &last.count, &last.exact, items);
  }
  StepNode fresh{.kind = kind, .exact = 0, .next = kNoNode, .first = 0, .count = 0};
  if (!GrowRun(&fresh.first, &fresh.count, &fresh.exact, items)) return false;
  const auto step = static_cast<uint32_t>(steps_.size());
  if (!steps_.Push(fresh)) return false;
  (inert.last_step == kNoNode ? inert.first_step : steps_[inert.last_step].next) = step;
  inert.last_step = step;
  return true;
}

std::vector<Graph::Step> Graph::Steps(NodeId id) const {
  std::vector<Step> steps;
  ForEachStep(id, [&](const Step& step) { steps.push_back(step); });
  return steps;
}

}  // namespace pickleproof
