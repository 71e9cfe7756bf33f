#pragma once
// Colour refinement: splits the nodes of a directed graph with labelled edges into cells until
// nodes of one cell can't be told apart by their edges. The machine under canonical form; knows
// nothing of kinds and values.
//
// Cells are ordered, and every step depends only on what can be seen without node numbers, so that
// two isomorphic graphs with corresponding first cells end with corresponding cells. Sources:
// Hopcroft's and Paige and Tarjan's partition refinement ("process all but the largest part");
// McKay, Practical Graph Isomorphism, for the order and the traces.

#include <cstdint>
#include <span>
#include <vector>

namespace pickleproof {

// Edges in both directions, in runs by node. The edges of a list have their positions for labels;
// those of a set have one label.
class Digraph {
 public:
  struct Edge {
    uint32_t node, label;  // labels stay below 2**31
  };

  // Adds the next node. Call Finish() after the last.
  void AddNode(std::span<const Edge> out);
  void Finish();

  uint32_t size() const { return static_cast<uint32_t>(out_first_.size() - 1); }
  size_t edge_count() const { return out_.size(); }
  std::span<const Edge> Out(uint32_t node) const {
    return {out_.data() + out_first_[node], out_first_[node + 1] - out_first_[node]};
  }
  // The sources of edges to `node`.
  std::span<const Edge> In(uint32_t node) const {
    return {in_.data() + in_first_[node], in_first_[node + 1] - in_first_[node]};
  }

 private:
  std::vector<uint32_t> out_first_{0}, in_first_;
  std::vector<Edge> out_, in_;
};

class Partition {
 public:
  enum class Direction : uint8_t { kForward, kBoth };

  // The nodes in the order of their cells; cells begin at the positions in `starts`, ascending, the
  // first of which is 0. kForward tells nodes apart by the edges that leave them, kBoth by all.
  // The graph must outlive the partition.
  Partition(const Digraph& graph, Direction direction, std::vector<uint32_t> nodes,
            std::span<const uint32_t> starts);

  // Splits until nothing splits.
  void Refine();

  // Makes `node` a cell of its own, in front of the rest of its cell. Refine() afterwards.
  void Individualize(uint32_t node);

  // A node's cell, as the position where it begins; orders the cells.
  uint32_t CellOf(uint32_t node) const { return cell_of_[node]; }
  std::span<const uint32_t> Cell(uint32_t cell) const {
    return {nodes_.data() + cell, cell_size_[cell]};
  }
  uint32_t cell_count() const { return cell_count_; }

  // A hash of all splits so far: equal for corresponding partitions.
  uint64_t trace() const { return trace_; }

 private:
  struct Hit {
    uint32_t label, node;
  };

  void Enqueue(uint32_t cell);
  void CollectHits(uint32_t cell);
  void SplitBy(std::span<const Hit> hits);
  void SplitCell(uint32_t cell, std::span<const uint32_t> hit);
  void MakeCell(uint32_t start, uint32_t size);
  void Swap(uint32_t position, uint32_t other);

  const Digraph* graph_;
  Direction direction_;
  std::vector<uint32_t> nodes_;      // in the order of cells
  std::vector<uint32_t> position_;   // of a node in nodes_
  std::vector<uint32_t> cell_of_;    // of a node: its cell's start
  std::vector<uint32_t> cell_size_;  // by start
  std::vector<bool> queued_;         // by start
  std::vector<uint32_t> queue_;      // of cells by which others are to be split
  size_t queue_head_ = 0;
  uint32_t cell_count_ = 0;
  uint64_t trace_ = 0;

  std::vector<Hit> hits_;
  std::vector<uint32_t> counts_;   // by node, zero between uses
  std::vector<uint32_t> touched_;  // nodes with counts
  std::vector<uint32_t> parts_;    // starts of the parts of a cell that is split
};

}  // namespace pickleproof
