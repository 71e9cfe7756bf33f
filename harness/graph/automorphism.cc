#include "harness/graph/automorphism.h"

#include <algorithm>

namespace pickleproof {
namespace {

// A symmetry that moves more than this is not worth its search here; trying is.
constexpr size_t kMostMoved = 4096;

}  // namespace

Symmetry SymmetryGuess::Find(const Partition& cells, uint32_t from, uint32_t to) {
  cells_ = &cells;
  image_.clear();
  source_.clear();
  queue_.clear();
  if (!Move(from, to)) return Symmetry::kNone;
  for (size_t i = 0; i < queue_.size(); ++i) {
    const auto [x, y] = queue_[i];
    if (queue_.size() > kMostMoved || !MoveChildren(x, y)) return Symmetry::kNone;
  }
  if (!Close() || !ParentsAllow()) return Symmetry::kNone;
  const auto in_their_cell = std::ranges::count_if(
      queue_, [&](const auto& pair) { return cells.CellOf(pair.first) == cells.CellOf(from); });
  return swap_ && in_their_cell == 1 ? Symmetry::kSwap : Symmetry::kRotation;
}

bool SymmetryGuess::Move(uint32_t from, uint32_t to) {
  if (cells_->CellOf(from) != cells_->CellOf(to)) return false;
  const auto [image, fresh] = image_.try_emplace(from, to);
  if (!fresh) return image->second == to;
  if (!source_.try_emplace(to, from).second) return false;
  if (from != to) queue_.emplace_back(from, to);
  return true;
}

bool SymmetryGuess::MoveChildren(uint32_t from, uint32_t to) {
  if (quotient_.IsUnordered(from)) return MoveMembers(from, to);
  const auto left = quotient_.edges.Out(from);
  const auto right = quotient_.edges.Out(to);
  for (size_t i = 0; i < left.size(); ++i) {
    if (!Move(left[i].node, right[i].node)) return false;
  }
  return true;
}

// Members that both sets have stay, unless they are known to move; the others must be unique in
// their cells.
bool SymmetryGuess::MoveMembers(uint32_t from, uint32_t to) {
  const auto members_besides = [&](uint32_t set, uint32_t other) {
    std::vector<std::pair<uint32_t, uint32_t>> members;
    for (const Digraph::Edge& edge : quotient_.edges.Out(set)) {
      const bool moves = image_.contains(edge.node) && image_[edge.node] != edge.node;
      if (moves || EdgesBetween(other, edge.node) == 0) {
        members.emplace_back(cells_->CellOf(edge.node), edge.node);
      }
    }
    std::ranges::sort(members);
    return members;
  };
  const auto left = members_besides(from, to);
  const auto right = members_besides(to, from);
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (i > 0 && left[i].first == left[i - 1].first) return false;
    if (!Move(left[i].second, right[i].second)) return false;
  }
  return true;
}

// Makes a permutation of what was met: either it is one already, or images and sources are apart
// and can be swapped.
bool SymmetryGuess::Close() {
  size_t both = 0;
  for (const auto& [from, to] : queue_) both += image_.contains(to) ? 1 : 0;
  swap_ = both == 0;
  if (both != 0 && both != queue_.size()) return false;
  if (swap_) {
    for (const auto& [from, to] : queue_) image_[to] = from;
  }
  return true;
}

uint32_t SymmetryGuess::Image(uint32_t node) const {
  const auto it = image_.find(node);
  return it == image_.end() ? node : it->second;
}

size_t SymmetryGuess::EdgesBetween(uint32_t set, uint32_t member) const {
  const auto range =
      std::ranges::equal_range(quotient_.edges.Out(set), member, {}, &Digraph::Edge::node);
  return range.size();
}

// Edges into what moves, from what stays: only sets that hold the image as well allow it. Members
// of sets that move are checked too, since they were matched before all images were known.
bool SymmetryGuess::ParentsAllow() const {
  for (const auto& [node, image] : image_) {
    if (quotient_.IsUnordered(node)) {
      for (const Digraph::Edge& edge : quotient_.edges.Out(node)) {
        if (EdgesBetween(node, edge.node) != EdgesBetween(image, Image(edge.node))) return false;
      }
    }
    if (node == image) continue;
    for (const Digraph::Edge& edge : quotient_.edges.In(node)) {
      if (Image(edge.node) != edge.node) continue;
      if (!quotient_.IsUnordered(edge.node)) return false;
      if (EdgesBetween(edge.node, node) != EdgesBetween(edge.node, image)) return false;
    }
  }
  return true;
}

}  // namespace pickleproof
