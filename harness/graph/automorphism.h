#pragma once
// Guesses symmetries of a quotient graph, so that the search for a canonical form need not try
// members of a set that are interchangeable.

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/graph/partition.h"
#include "harness/graph/quotient.h"

namespace pickleproof {

// How two nodes of one cell are interchangeable.
enum class Symmetry : uint8_t {
  kNone,      // not found; there may be one nevertheless
  kSwap,      // they can be swapped while nothing else of their cell moves
  kRotation,  // some symmetry takes the one to the other
};

class SymmetryGuess {
 public:
  explicit SymmetryGuess(const Quotient& quotient) : quotient_(quotient) {}

  // Tries to walk from `from` and `to` in lockstep: what is met together is taken to each other,
  // and nothing else moves. Both lie in one cell of `cells`, which every symmetry found respects.
  Symmetry Find(const Partition& cells, uint32_t from, uint32_t to);

 private:
  bool Move(uint32_t from, uint32_t to);
  bool MoveChildren(uint32_t from, uint32_t to);
  bool MoveMembers(uint32_t from, uint32_t to);
  bool Close();
  bool ParentsAllow() const;
  uint32_t Image(uint32_t node) const;
  size_t EdgesBetween(uint32_t set, uint32_t member) const;

  const Quotient& quotient_;
  const Partition* cells_ = nullptr;
  bool swap_ = false;
  std::unordered_map<uint32_t, uint32_t> image_;  // of nodes that move, or must stay
  std::unordered_map<uint32_t, uint32_t> source_;
  std::vector<std::pair<uint32_t, uint32_t>> queue_;
};

}  // namespace pickleproof
