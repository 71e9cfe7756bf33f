#include "harness/graph/compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/graph/canonical.h"
#include "harness/graph/describe.h"
#include "harness/graph/leaf.h"

namespace pickleproof {
namespace {

constexpr uint32_t kNoPair = 0xffffffffU;
constexpr NodeId kFixedNodes = kSmallIntNode + 256;
// Text up to this size is compared again each time it is met.
constexpr size_t kShortText = 64;
// A path keeps this many steps at each end.
constexpr size_t kPathEnd = 24;
constexpr size_t kDescribed = 100;

// Where an object's steps begin among its slots, and where those of a persistent id do.
constexpr uint32_t kObjectSteps = 3;
constexpr uint32_t kPersistentSteps = 1;

std::string DescribeSteps(const Graph& graph, NodeId id) {
  std::string out;
  graph.ForEachStep(id, [&](const Graph::Step& step) {
    if (out.size() > kDescribed) return;
    out += fmt::format("{}{} of {}", out.empty() ? "" : ", ", Name(step.kind), step.items.size());
  });
  return out.empty() ? "nothing" : out;
}

}  // namespace

std::string Difference::ToString() const {
  return fmt::format("at {}: {} on the left, {} on the right", path, left, right);
}

bool Comparer::Equal(const Graph& a, const Graph& b, const CompareOptions& options) {
  a_ = &a;
  b_ = &b;
  options_ = options;
  for (int kind = 0; kind < kKindCount; ++kind) {
    identity_[kind] = KindHasIdentity(static_cast<Kind>(kind), options.strictness);
  }
  const size_t entries = 2 * std::max(a.size(), b.size());
  if (entries_.size() < entries) entries_.resize(entries);
  aligned_ = false;
  if (Lockstep()) return true;
  if (options.set_order || !sets_met_) return false;
  alignment_.Compute(a, b, options);
  aligned_ = true;
  if (Lockstep()) return true;
  // Members of different colours can't correspond, so that only choices among members of one colour
  // are left.
  return alignment_.ambiguous() &&
         CanonicalForm(a, options).bytes == CanonicalForm(b, options).bytes;
}

std::optional<Difference> Comparer::FirstDifference(const Graph& a, const Graph& b,
                                                    const CompareOptions& options) {
  if (Equal(a, b, options)) return std::nullopt;
  return Report();
}

bool Comparer::Lockstep() {
  if (++epoch_ == 0) {
    std::ranges::fill(entries_, Entry{0, 0});
    epoch_ = 1;
  }
  pairs_.clear();
  sets_met_ = false;
  if (!Match(a_->root(), b_->root(), kNoPair, 0)) return false;
  for (uint32_t i = 0; i < pairs_.size(); ++i) {
    if (!Expand(i)) return false;
  }
  return true;
}

bool Comparer::Expand(uint32_t index) {
  const Kind kind = a_->kind(pairs_[index].a);
  if (IsInert(kind)) return ExpandInert(index);
  if (IsSetLike(kind)) return ExpandSet(index);
  return IsText(kind) || kind == Kind::kBuffer || ExpandItems(index);
}

bool Comparer::ExpandItems(uint32_t index) {
  const auto left = a_->Items(pairs_[index].a);
  const auto right = b_->Items(pairs_[index].b);
  for (uint32_t i = 0; i < left.size(); ++i) {
    if (!Match(left[i], right[i], index, i)) return false;
  }
  return true;
}

bool Comparer::ExpandSet(uint32_t index) {
  if (!aligned_) {
    sets_met_ = sets_met_ || a_->Length(pairs_[index].a) > 1;
    return ExpandItems(index);
  }
  for (const auto& [left, right] : alignment_.Match(pairs_[index].a, pairs_[index].b)) {
    if (!Match(left, right, index, 0)) return false;
  }
  return true;
}

bool Comparer::ExpandInert(uint32_t index) {
  const auto [left, right, parent, slot] = pairs_[index];
  uint32_t steps = 0;
  if (a_->kind(left) == Kind::kObject) {
    steps = kObjectSteps;
    if (!Match(a_->Callable(left), b_->Callable(right), index, 0)) return false;
    if (!Match(a_->Args(left), b_->Args(right), index, 1)) return false;
    const NodeId kwargs = a_->Kwargs(left);
    if (kwargs != kNoNode && !Match(kwargs, b_->Kwargs(right), index, 2)) return false;
  } else if (a_->kind(left) == Kind::kPersistentId) {
    steps = kPersistentSteps;
    if (!Match(a_->Persistent(left), b_->Persistent(right), index, 0)) return false;
  }
  if (!a_->HasSteps(left) && !b_->HasSteps(right)) return true;
  return ExpandSteps(index, steps);
}

bool Comparer::ExpandSteps(uint32_t index, uint32_t slot) {
  const Pair pair = pairs_[index];
  left_steps_.clear();
  right_steps_.clear();
  a_->ForEachStep(pair.a, [&](const Graph::Step& step) { left_steps_.push_back(step); });
  b_->ForEachStep(pair.b, [&](const Graph::Step& step) { right_steps_.push_back(step); });
  const auto alike = [](const Graph::Step& left, const Graph::Step& right) {
    return left.kind == right.kind && left.items.size() == right.items.size();
  };
  if (!std::ranges::equal(left_steps_, right_steps_, alike)) return Fail(pair, Reason::kSteps);
  for (size_t i = 0; i < left_steps_.size(); ++i) {
    const auto left = left_steps_[i].items;
    const auto right = right_steps_[i].items;
    for (size_t j = 0; j < left.size(); ++j) {
      if (!Match(left[j], right[j], index, slot++)) return false;
    }
  }
  return true;
}

bool Comparer::Match(NodeId left, NodeId right, uint32_t parent, uint32_t slot) {
  // The fixed nodes are the same in every graph.
  if (left == right && left < kFixedNodes) return true;
  const Pair pair{left, right, parent, slot};
  const Kind kind = a_->kind(left);
  const Kind other = b_->kind(right);
  if (kind != other && EffectiveKind(kind, options_) != EffectiveKind(other, options_)) {
    return Fail(pair, Reason::kValue);
  }
  if (IsText(kind)) return MatchText(pair, identity_[static_cast<int>(kind)]);
  if (!SameLeaf(*a_, left, *b_, right, options_)) return Fail(pair, Reason::kValue);
  if (!CarriesIdentity(kind)) return true;
  if (kind == Kind::kTuple && a_->Length(left) == 0) return true;
  return identity_[static_cast<int>(kind)] ? MatchIdentity(pair) : MatchValue(pair);
}

// Whether two nodes with identity are known to stand for each other.
bool Comparer::SamePair(NodeId left, NodeId right) const {
  const Entry& a = EntryOf(kLeft, left);
  const Entry& b = EntryOf(kRight, right);
  return a.epoch == epoch_ && b.epoch == epoch_ && a.value == b.value;
}

bool Comparer::MatchText(const Pair& pair, bool identity) {
  const std::string_view left = a_->Text(pair.a);
  const std::string_view right = b_->Text(pair.b);
  if (identity) {
    if (SamePair(pair.a, pair.b)) return true;
    return left == right ? MatchIdentity(pair) : Fail(pair, Reason::kText);
  }
  if (left.size() > kShortText && Find(2 * pair.a) == Find(2 * pair.b + 1)) return true;
  if (left != right) return Fail(pair, Reason::kText);
  return left.size() <= kShortText || MatchValue(pair);
}

bool Comparer::MatchIdentity(const Pair& pair) {
  Entry& left = EntryOf(kLeft, pair.a);
  Entry& right = EntryOf(kRight, pair.b);
  const bool left_met = left.epoch == epoch_;
  const bool right_met = right.epoch == epoch_;
  if (left_met || right_met) {
    if (left_met && right_met && left.value == right.value) return true;
    return Fail(pair, Reason::kIdentity);
  }
  left = right = {epoch_, static_cast<uint32_t>(pairs_.size())};
  pairs_.Push(pair);
  return true;
}

// Hopcroft and Karp's way to compare automata: what was found equal, or is being compared, is one
// class; each pair that joins two classes is expanded once, so that at most as many pairs are
// expanded as there are nodes.
bool Comparer::MatchValue(const Pair& pair) {
  const uint32_t left = Find(2 * pair.a);
  const uint32_t right = Find(2 * pair.b + 1);
  if (left == right) return true;
  entries_[left] = {epoch_, right};
  pairs_.Push(pair);
  return true;
}

uint32_t Comparer::Find(uint32_t element) {
  const auto parent = [&](uint32_t e) {
    return entries_[e].epoch == epoch_ ? entries_[e].value : e;
  };
  while (parent(element) != element) {
    const uint32_t next = parent(element);
    entries_[element].value = parent(next);
    element = next;
  }
  return element;
}

std::string Comparer::Path(Side side, const Pair& pair) const {
  // From the end to the root; of a long one both ends.
  std::vector<const Pair*> chain;
  for (const Pair* p = &pair; p->parent != kNoPair; p = &pairs_[p->parent]) chain.push_back(p);
  std::string path = "$";
  for (size_t i = 0; i < chain.size(); ++i) {
    if (i == kPathEnd && chain.size() > 2 * kPathEnd) {
      const size_t left_out = chain.size() - 2 * kPathEnd;
      path += fmt::format("...({} steps)...", left_out);
      i += left_out;
    }
    const Pair& step = *chain[chain.size() - 1 - i];
    const Pair& parent = pairs_[step.parent];
    path += PathStep(GraphOf(side), side == kLeft ? parent.a : parent.b, step.slot,
                     side == kLeft ? step.a : step.b);
  }
  return path;
}

std::string Comparer::DescribeSide(Side side) const {
  const Graph& graph = GraphOf(side);
  const NodeId id = side == kLeft ? failed_.a : failed_.b;
  switch (reason_) {
    case Reason::kValue: return Describe(graph, id, kDescribed);
    case Reason::kText: {
      const std::string_view left = a_->Text(failed_.a);
      const std::string_view right = b_->Text(failed_.b);
      const auto at = std::ranges::mismatch(left, right).in1 - left.begin();
      return DescribeTextAt(graph, id, static_cast<size_t>(at));
    }
    case Reason::kIdentity: {
      const Entry& entry = EntryOf(side, id);
      if (entry.epoch != epoch_) return "a separate object";
      return "the same object as " + Path(side, pairs_[entry.value]);
    }
    case Reason::kSteps: return DescribeSteps(graph, id);
  }
  return {};
}

Difference Comparer::Report() const {
  Difference difference{Path(kLeft, failed_), DescribeSide(kLeft), DescribeSide(kRight)};
  if (reason_ == Reason::kSteps) difference.path += ".then";
  if (difference.left == difference.right) {
    difference.right += " (they differ in what is left out here)";
  }
  return difference;
}

std::optional<Difference> FirstDifference(const Graph& a, const Graph& b,
                                          const CompareOptions& options) {
  return Comparer().FirstDifference(a, b, options);
}

bool Isomorphic(const Graph& a, const Graph& b, const CompareOptions& options) {
  return Comparer().Equal(a, b, options);
}

}  // namespace pickleproof
