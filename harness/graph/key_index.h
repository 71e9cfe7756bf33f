#pragma once
// An open-addressing table from keys to their positions in a dict or set, kept beside containers of
// more than a few keys. It stores positions and hashes only; equality is the caller's business.

#include <cstdint>
#include <unordered_map>

#include "harness/base/pool.h"

namespace pickleproof {

// Hash by node id, of tuples and frozensets.
using KeyHashCache = std::unordered_map<uint32_t, uint64_t>;

class KeyIndex {
 public:
  void Clear() {
    slots_.clear();
    used_ = 0;
  }

  // Calls equal(position) for candidates; returns the position for which it said true, else enters
  // `position` and returns it.
  template <typename Equal>
  uint32_t FindOrEnter(uint64_t hash, uint32_t position, Equal equal) {
    if ((used_ + 1) * 2 > slots_.size()) Grow();
    const size_t mask = slots_.size() - 1;
    const auto tag = static_cast<uint32_t>(hash >> 32);
    for (size_t i = Spread(hash) & mask;; i = (i + 1) & mask) {
      Slot& slot = slots_[i];
      if (slot.position == kEmpty) {
        slot = {static_cast<uint32_t>(hash), tag, position};
        ++used_;
        return position;
      }
      if (slot.tag == tag && slot.low == static_cast<uint32_t>(hash) && equal(slot.position)) {
        return slot.position;
      }
    }
  }

 private:
  static constexpr uint32_t kEmpty = 0xffffffffU;
  struct Slot {
    uint32_t low, tag, position;
  };

  static size_t Spread(uint64_t hash) { return (hash * 0x9e3779b97f4a7c15U) >> 32; }

  void Grow() {
    Pool<Slot> old;
    old.swap(slots_);
    const size_t size = old.empty() ? 32 : old.size() * 2;
    slots_.Extend(size);
    for (Slot& slot : slots_) slot = {0, 0, kEmpty};
    for (const Slot& slot : old) {
      if (slot.position == kEmpty) continue;
      size_t i = Spread(uint64_t{slot.tag} << 32 | slot.low) & (size - 1);
      while (slots_[i].position != kEmpty) i = (i + 1) & (size - 1);
      slots_[i] = slot;
    }
  }

  Pool<Slot> slots_;
  size_t used_ = 0;
};

}  // namespace pickleproof
