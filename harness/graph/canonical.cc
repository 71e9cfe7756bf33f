#include "harness/graph/canonical.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "harness/graph/automorphism.h"
#include "harness/graph/partition.h"
#include "harness/graph/quotient.h"

namespace pickleproof {
namespace {

constexpr uint32_t kUnnumbered = 0xffffffffU;
// How much may be spent on trying members that look alike, in nodes and edges walked over.
constexpr size_t kMostWork = 30'000'000;

// The numbers that nodes get in a walk from the root, breadth first, a set's members in the order
// of their cells.
class Numbering {
 public:
  explicit Numbering(const Quotient& quotient)
      : quotient_(quotient), number_(quotient.size(), kUnnumbered) {
    Number(0);
  }

  // Walks on. Stops before a set whose members are not all in cells of their own and returns the
  // members of the first such cell; returns none at the end. Without sets to be ordered, `cells`
  // may be null.
  std::vector<uint32_t> Advance(const Partition* cells) {
    for (; next_ < order_.size(); ++next_) {
      const uint32_t node = order_[next_];
      if (cells != nullptr && quotient_.IsUnordered(node)) {
        members_ = Members(node, *cells);
        std::vector<uint32_t> alike = FirstAlike(*cells);
        if (!alike.empty()) return alike;
        for (const uint32_t member : members_) Number(member);
      } else {
        for (const Digraph::Edge& edge : quotient_.edges.Out(node)) Number(edge.node);
      }
    }
    return {};
  }

  // The nodes numbered so far, in order.
  const std::vector<uint32_t>& order() const { return order_; }

  struct Mark {
    size_t numbered, next;
  };
  Mark mark() const { return {order_.size(), next_}; }
  void Rewind(const Mark& mark) {
    for (size_t i = mark.numbered; i < order_.size(); ++i) number_[order_[i]] = kUnnumbered;
    order_.resize(mark.numbered);
    next_ = mark.next;
  }

  // Spells the graph in the order of the numbers. The walk must be at its end.
  std::string Spell() const {
    std::string out;
    std::vector<uint32_t> members;
    for (const uint32_t node : order_) {
      AppendLeaf(out, *quotient_.graph, quotient_.nodes[node], quotient_.options);
      members.clear();
      for (const Digraph::Edge& edge : quotient_.edges.Out(node)) {
        members.push_back(number_[edge.node]);
      }
      if (quotient_.IsUnordered(node)) std::ranges::sort(members);
      for (const uint32_t member : members) AppendVarint(out, member);
    }
    return out;
  }

 private:
  void Number(uint32_t node) {
    if (number_[node] != kUnnumbered) return;
    number_[node] = static_cast<uint32_t>(order_.size());
    order_.push_back(node);
  }

  // The different members of a set by their cells.
  std::vector<uint32_t> Members(uint32_t set, const Partition& cells) const {
    std::vector<uint32_t> members;
    for (const Digraph::Edge& edge : quotient_.edges.Out(set)) members.push_back(edge.node);
    const auto order = [&](uint32_t node) { return std::pair(cells.CellOf(node), node); };
    std::ranges::sort(members, {}, order);
    members.erase(std::ranges::unique(members).begin(), members.end());
    return members;
  }

  std::vector<uint32_t> FirstAlike(const Partition& cells) const {
    const auto cell = [&](uint32_t node) { return cells.CellOf(node); };
    const auto first = std::ranges::adjacent_find(members_, {}, cell);
    if (first == members_.end()) return {};
    const auto end =
        std::find_if(first, members_.end(), [&](uint32_t m) { return cell(m) != cell(*first); });
    return {first, end};
  }

  const Quotient& quotient_;
  std::vector<uint32_t> number_, order_;
  size_t next_ = 0;
  std::vector<uint32_t> members_;
};

Partition FirstCells(const Quotient& quotient) {
  // The root is a cell of its own, in front.
  LeafOrder by_leaf = OrderByLeaf(*quotient.graph, quotient.nodes, quotient.options);
  Partition cells(quotient.edges, Partition::Direction::kBoth, std::move(by_leaf.nodes),
                  by_leaf.starts);
  cells.Individualize(0);
  cells.Refine();
  return cells;
}

// McKay's search tree, with its root at the refined cells: at each set whose members look alike,
// one of them after the other is told apart from the rest. The least spelling at its leaves is the
// canonical form; leaves of one spelling show a symmetry, which spares branches.
class Search {
 public:
  explicit Search(const Quotient& quotient)
      : quotient_(quotient), cells_(FirstCells(quotient)), numbering_(quotient), guess_(quotient) {}

  Canonical Run() {
    do {
      Descend();
      EndLeaf();
    } while (NextBranch());
    return {std::move(best_.spelling), exact_};
  }

 private:
  // A node of the search tree on the way from its root to where the search is.
  struct Branch {
    Partition cells;
    Numbering::Mark mark;
    std::vector<uint32_t> candidates;
    std::vector<uint32_t> orbit;  // by candidate: a candidate to which a symmetry takes it
    size_t chosen = 0;
    uint64_t trace = 0;  // after choosing
  };
  struct Leaf {
    std::string spelling;
    std::vector<uint32_t> order;
    std::vector<uint64_t> traces;
    std::vector<uint32_t> choices;
  };

  void Choose(uint32_t node) {
    cells_.Individualize(node);
    cells_.Refine();
    work_ += cells_.cell_count();
  }

  // Walks on to a leaf, by way of first candidates.
  void Descend() {
    while (true) {
      std::vector<uint32_t> alike = numbering_.Advance(&cells_);
      if (alike.empty()) return;
      if (!TakeInterchangeable(alike)) OpenBranch(std::move(alike));
    }
  }

  // Where symmetries take the first candidate to all others, any choice is as good.
  bool TakeInterchangeable(const std::vector<uint32_t>& alike) {
    bool all_swap = true;
    for (size_t i = 1; i < alike.size(); ++i) {
      const Symmetry symmetry = guess_.Find(cells_, alike[0], alike[i]);
      if (symmetry == Symmetry::kNone) return false;
      all_swap = all_swap && symmetry == Symmetry::kSwap;
    }
    if (all_swap) {
      for (const uint32_t node : alike) cells_.Individualize(node);
      cells_.Refine();
    } else {
      Choose(alike[0]);
    }
    return true;
  }

  void OpenBranch(std::vector<uint32_t> candidates) {
    std::vector<uint32_t> orbit(candidates.size());
    std::iota(orbit.begin(), orbit.end(), 0);
    stack_.push_back({cells_, numbering_.mark(), std::move(candidates), std::move(orbit), 0, 0});
    work_ += quotient_.size() + quotient_.edges.edge_count();
    Choose(stack_.back().candidates.front());
    stack_.back().trace = cells_.trace();
  }

  // The next choice that no symmetry makes superfluous and that may lead to the least leaf.
  bool NextBranch() {
    while (!stack_.empty()) {
      Branch& branch = stack_.back();
      if (work_ > kMostWork) exact_ = false;
      if (!exact_ || ++branch.chosen == branch.candidates.size()) {
        stack_.pop_back();
        continue;
      }
      if (Root(branch, branch.chosen) != branch.chosen) continue;
      cells_ = branch.cells;
      numbering_.Rewind(branch.mark);
      Choose(branch.candidates[branch.chosen]);
      branch.trace = cells_.trace();
      work_ += quotient_.size();
      if (!TracesExceedBest()) return true;
    }
    return false;
  }

  // Leaves are ordered by their traces first, so that a branch can be dropped before its leaves.
  bool TracesExceedBest() const {
    for (size_t i = 0; i < stack_.size() && i < best_.traces.size(); ++i) {
      if (stack_[i].trace != best_.traces[i]) return stack_[i].trace > best_.traces[i];
    }
    return false;
  }

  void EndLeaf() {
    Leaf leaf{numbering_.Spell(), numbering_.order(), {}, {}};
    work_ += leaf.spelling.size();
    for (const Branch& branch : stack_) {
      leaf.traces.push_back(branch.trace);
      leaf.choices.push_back(branch.candidates[branch.chosen]);
    }
    const auto key = [](const Leaf& l) { return std::tie(l.traces, l.spelling); };
    if (!has_best_ || key(leaf) < key(best_)) {
      has_best_ = true;
      best_ = std::move(leaf);
    } else if (leaf.spelling == best_.spelling) {
      LearnSymmetry(leaf);
    }
  }

  // The symmetry takes the best leaf to this one. It holds where both have made the same choices
  // before; and below the branch where they part, nothing new can come.
  void LearnSymmetry(const Leaf& leaf) {
    std::vector<uint32_t> image(quotient_.size());
    for (size_t i = 0; i < leaf.order.size(); ++i) image[best_.order[i]] = leaf.order[i];
    const auto parting = std::ranges::mismatch(leaf.choices, best_.choices).in1;
    const auto common = static_cast<size_t>(parting - leaf.choices.begin());
    if (common >= stack_.size() || image[best_.choices[common]] != leaf.choices[common]) return;
    stack_.erase(stack_.begin() + static_cast<ptrdiff_t>(common) + 1, stack_.end());
    for (Branch& branch : stack_) {
      for (size_t i = 0; i < branch.candidates.size(); ++i) {
        const auto it = std::ranges::find(branch.candidates, image[branch.candidates[i]]);
        if (it == branch.candidates.end()) continue;
        Unite(branch, i, static_cast<size_t>(it - branch.candidates.begin()));
      }
    }
  }

  static size_t Root(const Branch& branch, size_t i) {
    while (branch.orbit[i] != i) i = branch.orbit[i];
    return i;
  }
  // The earlier candidate stands for both.
  static void Unite(Branch& branch, size_t i, size_t j) {
    const size_t a = Root(branch, i);
    const size_t b = Root(branch, j);
    branch.orbit[std::max(a, b)] = static_cast<uint32_t>(std::min(a, b));
  }

  const Quotient& quotient_;
  Partition cells_;
  Numbering numbering_;
  SymmetryGuess guess_;
  std::vector<Branch> stack_;
  Leaf best_;
  bool has_best_ = false;
  size_t work_ = 0;
  bool exact_ = true;
};

}  // namespace

Canonical CanonicalForm(const Graph& graph, const CompareOptions& options) {
  const Quotient quotient = MakeQuotient(graph, options);
  if (quotient.has_unordered) return Search(quotient).Run();
  Numbering numbering(quotient);
  numbering.Advance(nullptr);
  return {numbering.Spell(), true};
}

}  // namespace pickleproof
