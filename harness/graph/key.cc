#include "harness/graph/key.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/graph/mix.h"

namespace pickleproof {
namespace {

constexpr uint64_t kModulus = (uint64_t{1} << 61) - 1;
// What a tuple inside itself hashes as; no pickle makes one.
constexpr uint64_t kOpenHash = 0x6f70656e6f70656eU;
// Hashes of longer text, ints and flat tuples are kept.
constexpr size_t kKeptTextBytes = 512;
constexpr size_t kKeptItems = 16;

constexpr uint64_t Salt(Kind kind) { return static_cast<uint64_t>(kind) * 0x9e3779b97f4a7c15U; }

constexpr bool IsNested(Kind kind) { return kind == Kind::kTuple || kind == Kind::kFrozenSet; }

constexpr bool IsNumber(Kind kind) {
  return kind == Kind::kInt || kind == Kind::kBool || kind == Kind::kFloat;
}

uint64_t HashSmallInt(int64_t value) { return MixOne(static_cast<uint64_t>(value)); }

// Word `i` of a big int in two's complement, sign extended.
uint64_t Word(std::string_view bytes, size_t i) {
  if ((i + 1) * 8 <= bytes.size()) return LoadLittle<uint64_t>(bytes.data() + i * 8);
  const bool negative = (static_cast<unsigned char>(bytes.back()) & 0x80U) != 0;
  uint64_t word = negative ? ~uint64_t{0} : 0;
  std::memcpy(&word, bytes.data() + i * 8, bytes.size() - i * 8);
  return word;
}

// `bytes` as a number modulo 2**61 - 1, by Horner's rule over words: 2**64 is 8 there.
uint64_t HashBigInt(std::string_view bytes) {
  const size_t words = (bytes.size() + 7) / 8;
  const bool negative = (static_cast<unsigned char>(bytes.back()) & 0x80U) != 0;
  uint64_t hash = negative ? kModulus - 1 : 0;  // the infinitely many sign words above
  for (size_t i = words; i-- > 0;) {
    const auto sum = static_cast<unsigned __int128>(hash) * 8 + Word(bytes, i);
    hash = static_cast<uint64_t>(sum % kModulus);
  }
  return MixOne(hash);
}

// A whole number of at least 2**63, as HashBigInt hashes the equal int.
uint64_t HashLargeFloat(double value) {
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(value), &exponent);  // in [0.5, 1)
  const auto mantissa = static_cast<uint64_t>(std::ldexp(fraction, 53));
  const int shift = (exponent - 53) % 61;
  const auto product = static_cast<unsigned __int128>(mantissa) << shift;
  const auto rest = static_cast<uint64_t>(product % kModulus);
  return MixOne(value < 0 && rest != 0 ? kModulus - rest : rest);
}

bool FitsInt64(double value) { return value >= -0x1p63 && value < 0x1p63; }

uint64_t HashFloat(const Graph& graph, NodeId id) {
  const double value = graph.FloatValue(id);
  if (std::isnan(value)) return MixOne(id, Salt(Kind::kFloat));
  if (std::isfinite(value) && std::trunc(value) == value) {
    return FitsInt64(value) ? HashSmallInt(static_cast<int64_t>(value)) : HashLargeFloat(value);
  }
  return MixOne(graph.FloatBits(id), Salt(Kind::kFloat));
}

// Keeps the hash of what is long, since CPython keeps those of str and bytes objects too: a long
// text that is a key of many dicts is hashed once.
template <typename Hash>
uint64_t Kept(const Graph& graph, NodeId id, size_t size, Hash hash) {
  if (size <= kKeptTextBytes) [[likely]]
    return hash();
  const auto [it, fresh] = graph.key_hashes().try_emplace(id, 0);
  if (fresh) it->second = hash();
  return it->second;
}

// The hash of what is no tuple or frozenset.
inline std::optional<uint64_t> HashScalar(const Graph& graph, NodeId id) {
  const Kind kind = graph.kind(id);
  switch (kind) {
    case Kind::kStr:
    case Kind::kBytes:
    case Kind::kPy2Str: {
      const std::string_view text = graph.Text(id);
      return Kept(graph, id, text.size(), [&] { return MixBytes(text, Salt(kind)); });
    }
    case Kind::kInt: {
      if (graph.IsSmallInt(id)) return HashSmallInt(graph.SmallInt(id));
      const std::string_view bytes = graph.BigInt(id);
      return Kept(graph, id, bytes.size(), [&] { return HashBigInt(bytes); });
    }
    case Kind::kBool: return HashSmallInt(graph.BoolValue(id) ? 1 : 0);
    case Kind::kFloat: return HashFloat(graph, id);
    case Kind::kObject:
      if (graph.IsView(id)) break;
      [[fallthrough]];
    case Kind::kNone:
    case Kind::kGlobal:
    case Kind::kPersistentId:
    case Kind::kExtension: return MixOne(id, Salt(Kind::kObject));
    case Kind::kByteArray:
    case Kind::kList:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kBuffer:
    case Kind::kTuple:
    case Kind::kFrozenSet: break;
  }
  return std::nullopt;
}

// A hash of a tuple or frozenset that is being made of its members' hashes.
struct Sum {
  uint64_t hash;

  explicit Sum(Kind kind) : hash(Salt(kind)) {}
  void Add(Kind kind, uint64_t member) {
    hash = kind == Kind::kTuple ? MixInto(hash, member) : hash + MixOne(member);
  }
  uint64_t Total(size_t count) const { return MixOne(hash, count); }
};

// Hashes tuples and frozensets with a stack of its own.
class NestedHasher {
 public:
  explicit NestedHasher(const Graph& graph) : graph_(graph), kept_(graph.key_hashes()) {}

  std::optional<uint64_t> Hash(NodeId key) {
    if (const auto it = kept_.find(key); it != kept_.end()) return it->second;
    Open(key);
    while (true) {
      Frame& top = stack_.back();
      const auto items = graph_.Items(top.id);
      if (top.next < items.size()) {
        if (!Visit(items[top.next++])) return Abandon();
        continue;
      }
      const uint64_t hash = top.sum.Total(items.size());
      kept_[top.id] = hash;
      stack_.pop_back();
      if (stack_.empty()) return hash;
      Add(hash);
    }
  }

 private:
  struct Frame {
    NodeId id;
    uint32_t next;
    Sum sum;
  };

  // The entry is made at once, so that a tuple inside itself ends.
  void Open(NodeId id) {
    kept_[id] = kOpenHash;
    stack_.push_back({id, 0, Sum(graph_.kind(id))});
  }

  void Add(uint64_t hash) { stack_.back().sum.Add(graph_.kind(stack_.back().id), hash); }

  bool Visit(NodeId item) {
    if (IsNested(graph_.kind(item))) {
      if (const auto it = kept_.find(item); it != kept_.end()) {
        Add(it->second);
      } else {
        Open(item);
      }
      return true;
    }
    const std::optional<uint64_t> hash = HashScalar(graph_, item);
    if (hash) Add(*hash);
    return hash.has_value();
  }

  std::nullopt_t Abandon() {
    for (const Frame& frame : stack_) kept_.erase(frame.id);
    return std::nullopt;
  }

  const Graph& graph_;
  KeyHashCache& kept_;
  std::vector<Frame> stack_;
};

std::optional<uint64_t> HashNested(const Graph& graph, NodeId key) {
  const Kind kind = graph.kind(key);
  const auto items = graph.Items(key);
  if (items.size() > kKeptItems) return NestedHasher(graph).Hash(key);
  // Small flat tuples are not worth an entry.
  Sum sum(kind);
  for (const NodeId item : items) {
    if (IsNested(graph.kind(item))) return NestedHasher(graph).Hash(key);
    const std::optional<uint64_t> hash = HashScalar(graph, item);
    if (!hash) return std::nullopt;
    sum.Add(kind, *hash);
  }
  return sum.Total(items.size());
}

// A number is a small int, a big int or a float here; bools are small ints.
bool NumbersEqual(const Graph& graph, NodeId a, NodeId b) {
  if (graph.kind(b) == Kind::kFloat) std::swap(a, b);
  const auto small = [&](NodeId id) {
    return graph.kind(id) == Kind::kBool || graph.IsSmallInt(id);
  };
  const auto integer = [&](NodeId id) -> int64_t {
    return graph.kind(id) == Kind::kBool ? graph.BoolValue(id) : graph.SmallInt(id);
  };
  if (graph.kind(a) != Kind::kFloat) {
    if (small(a) != small(b)) return false;
    return small(a) ? integer(a) == integer(b) : graph.BigInt(a) == graph.BigInt(b);
  }
  const double value = graph.FloatValue(a);
  if (graph.kind(b) == Kind::kFloat) return value == graph.FloatValue(b);
  if (!small(b)) return FloatEqualsBigInt(value, graph.BigInt(b));
  return FitsInt64(value) && std::trunc(value) == value &&
         static_cast<int64_t>(value) == integer(b);
}

// Equality of what is not a pair of tuples or of frozensets.
bool ScalarsEqual(const Graph& graph, NodeId a, NodeId b) {
  if (a == b) return true;
  const Kind kind = graph.kind(a);
  if (IsText(kind)) return graph.kind(b) == kind && graph.Text(a) == graph.Text(b);
  return IsNumber(kind) && IsNumber(graph.kind(b)) && NumbersEqual(graph, a, b);
}

// Compares tuples and frozensets with a stack of its own. Every pair of nodes is compared once; a
// pair met inside itself counts as equal.
class NestedEquality {
 public:
  explicit NestedEquality(const Graph& graph) : graph_(graph) {}

  bool Equal(NodeId a, NodeId b) {
    std::optional<bool> result = Start(a, b);
    while (!stack_.empty()) {
      Frame& top = stack_.back();
      result = graph_.kind(top.a) == Kind::kTuple ? StepTuple(top, result) : StepSet(top, result);
      if (!result) continue;
      done_[PairOf(stack_.back().a, stack_.back().b)] = *result;
      stack_.pop_back();
    }
    return result.value_or(false);
  }

 private:
  struct Member {
    uint64_t hash;
    NodeId id;
  };
  struct Frame {
    NodeId a, b;
    uint32_t next;                              // of a's members
    uint32_t candidate;                         // among `right`
    std::vector<Member> left = {}, right = {};  // of frozensets, by hash
  };

  static uint64_t PairOf(NodeId a, NodeId b) { return uint64_t{a} << 32 | b; }

  // The result where it can be had at once; else opens a frame.
  std::optional<bool> Start(NodeId a, NodeId b) {
    if (a == b) return true;
    const Kind kind = graph_.kind(a);
    if (kind != graph_.kind(b) || !IsNested(kind)) return ScalarsEqual(graph_, a, b);
    if (graph_.Length(a) != graph_.Length(b)) return false;
    const auto [it, fresh] = done_.try_emplace(PairOf(a, b), true);
    if (!fresh) return it->second;
    stack_.push_back({a, b, 0, 0});
    if (kind == Kind::kFrozenSet) {
      stack_.back().left = Members(a);
      stack_.back().right = Members(b);
    }
    return std::nullopt;
  }

  std::vector<Member> Members(NodeId set) const {
    std::vector<Member> members;
    members.reserve(graph_.Length(set));
    for (const NodeId item : graph_.Items(set)) {
      members.push_back({HashKey(graph_, item).value_or(0), item});
    }
    std::ranges::sort(members, {}, &Member::hash);
    return members;
  }

  // `result` is that of the pair that the frame opened, if it did. Nothing where it opened another.
  std::optional<bool> StepTuple(Frame& frame, std::optional<bool> result) {
    const auto left = graph_.Items(frame.a);
    const auto right = graph_.Items(frame.b);
    if (result == false) return false;
    while (frame.next < left.size()) {
      const uint32_t i = frame.next++;
      result = Start(left[i], right[i]);
      if (!result) return std::nullopt;
      if (!*result) return false;
    }
    return true;
  }

  // Members that are equal keys are interchangeable, so the first one that fits will do; no two
  // members of a set fit the same one, since equality is transitive.
  std::optional<bool> StepSet(Frame& frame, std::optional<bool> result) {
    while (true) {
      if (result == true) {
        ++frame.next;
        frame.candidate = 0;
      } else if (result == false) {
        ++frame.candidate;
      }
      if (frame.next == frame.left.size()) return true;
      const Member& member = frame.left[frame.next];
      const auto range = std::ranges::equal_range(frame.right, member.hash, {}, &Member::hash);
      if (frame.candidate >= range.size()) return false;
      result = Start(member.id, range[frame.candidate].id);
      if (!result) return std::nullopt;
    }
  }

  const Graph& graph_;
  std::vector<Frame> stack_;
  std::unordered_map<uint64_t, bool> done_;
};

// Nothing where an item is nested.
std::optional<bool> FlatTuplesEqual(const Graph& graph, NodeId a, NodeId b) {
  const auto left = graph.Items(a);
  const auto right = graph.Items(b);
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i] == right[i]) continue;
    if (IsNested(graph.kind(left[i])) && graph.kind(left[i]) == graph.kind(right[i])) {
      return std::nullopt;
    }
    if (!ScalarsEqual(graph, left[i], right[i])) return false;
  }
  return true;
}

}  // namespace

std::optional<uint64_t> HashKey(const Graph& graph, NodeId key) {
  if (IsNested(graph.kind(key))) [[unlikely]]
    return HashNested(graph, key);
  return HashScalar(graph, key);
}

bool KeysEqual(const Graph& graph, NodeId a, NodeId b) {
  const Kind kind = graph.kind(a);
  if (a == b || kind != graph.kind(b) || !IsNested(kind)) return ScalarsEqual(graph, a, b);
  if (kind == Kind::kTuple) {
    if (const std::optional<bool> flat = FlatTuplesEqual(graph, a, b)) return *flat;
  }
  return NestedEquality(graph).Equal(a, b);
}

bool FloatEqualsBigInt(double value, std::string_view twos_complement) {
  constexpr size_t kBytes = 136;  // 2**1024 with its sign takes 129
  if (!std::isfinite(value) || std::trunc(value) != value || twos_complement.size() > kBytes ||
      twos_complement.size() <= 8) {
    return false;
  }
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(value), &exponent);
  if (exponent < 53) return false;
  const auto mantissa = static_cast<uint64_t>(std::ldexp(fraction, 53));
  const auto shift = static_cast<unsigned>(exponent - 53);
  const auto shifted = static_cast<unsigned __int128>(mantissa) << (shift % 8);
  unsigned char bytes[kBytes] = {};
  std::memcpy(bytes + shift / 8, &shifted, 8);
  if (value < 0) {
    unsigned carry = 1;
    for (unsigned char& byte : bytes) {
      carry += static_cast<unsigned char>(~byte);
      byte = static_cast<unsigned char>(carry);
      carry >>= 8;
    }
  }
  // The int must agree with the low bytes, and its sign with all bytes above.
  const size_t size = twos_complement.size();
  if (std::memcmp(bytes, twos_complement.data(), size) != 0) return false;
  const unsigned char sign = (bytes[size - 1] & 0x80U) != 0 ? 0xff : 0;
  return std::all_of(bytes + size, bytes + kBytes, [&](unsigned char b) { return b == sign; });
}

}  // namespace pickleproof
