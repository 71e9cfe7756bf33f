#pragma once
// The memo of a pickler: which node has which index. Dense by node id, because nodes are numbered
// from 0; forgetting everything costs nothing, because entries of the past stay below a base.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "harness/graph/node.h"

namespace pickleproof {

class MemoTable {
 public:
  // Makes room for the nodes of a graph. To be called before anything is asked or set.
  void Cover(size_t nodes) {
    if (nodes > values_.size()) values_.resize(nodes, 0);
  }

  bool Has(NodeId id) const { return values_[id] >= base_; }
  // The index of a node that Has().
  uint32_t IndexOf(NodeId id) const { return values_[id] - base_; }

  // The index that the next entry gets: the number of entries.
  uint32_t size() const { return next_ - base_; }
  // How many of them were given to nodes.
  uint32_t nodes() const { return nodes_; }

  // Gives the next index to a node.
  uint32_t Add(NodeId id) {
    values_[id] = next_;
    ++nodes_;
    return next_++ - base_;
  }
  // Gives the next index to something that is no node.
  uint32_t AddTransient() { return next_++ - base_; }
  // Gives a node an index that exists.
  void Share(NodeId id, uint32_t index) { values_[id] = base_ + index; }

  // Takes back all entries from index `size` on.
  void Truncate(uint32_t size, uint32_t nodes) {
    const uint32_t end = base_ + size;
    for (uint32_t& value : values_) {
      if (value >= end) value = 0;
    }
    next_ = end;
    nodes_ = nodes;
  }

  void Clear() {
    base_ = next_;
    nodes_ = 0;
    // Far from the end of the range, so that one dump can't reach it.
    if (base_ > 0x7fffffffU) {
      std::fill(values_.begin(), values_.end(), 0);
      base_ = next_ = 1;
    }
  }

 private:
  std::vector<uint32_t> values_;
  uint32_t base_ = 1;  // 0 is no entry in any epoch
  uint32_t next_ = 1;
  uint32_t nodes_ = 0;
};

}  // namespace pickleproof
