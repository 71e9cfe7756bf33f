#include "harness/graph/partition.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "harness/graph/mix.h"

namespace pickleproof {
namespace {

constexpr uint32_t kBackward = uint32_t{1} << 31;

}  // namespace

void Digraph::AddNode(std::span<const Edge> out) {
  out_.insert(out_.end(), out.begin(), out.end());
  out_first_.push_back(static_cast<uint32_t>(out_.size()));
}

void Digraph::Finish() {
  in_first_.assign(out_first_.size(), 0);
  for (const Edge& edge : out_) ++in_first_[edge.node + 1];
  std::partial_sum(in_first_.begin(), in_first_.end(), in_first_.begin());
  in_.resize(out_.size());
  std::vector<uint32_t> next(in_first_.begin(), in_first_.end() - 1);
  for (uint32_t node = 0; node < size(); ++node) {
    for (const Edge& edge : Out(node)) in_[next[edge.node]++] = {node, edge.label};
  }
}

Partition::Partition(const Digraph& graph, Direction direction, std::vector<uint32_t> nodes,
                     std::span<const uint32_t> starts)
    : graph_(&graph),
      direction_(direction),
      nodes_(std::move(nodes)),
      position_(nodes_.size()),
      cell_of_(nodes_.size()),
      cell_size_(nodes_.size()),
      queued_(nodes_.size()),
      counts_(nodes_.size()) {
  for (uint32_t i = 0; i < nodes_.size(); ++i) position_[nodes_[i]] = i;
  for (size_t i = 0; i < starts.size(); ++i) {
    const size_t end = i + 1 < starts.size() ? starts[i + 1] : nodes_.size();
    MakeCell(starts[i], static_cast<uint32_t>(end) - starts[i]);
    Enqueue(starts[i]);
  }
}

void Partition::MakeCell(uint32_t start, uint32_t size) {
  cell_size_[start] = size;
  for (uint32_t i = start; i < start + size; ++i) cell_of_[nodes_[i]] = start;
  ++cell_count_;
  trace_ = MixInto(trace_, uint64_t{start} << 32 | size);
}

void Partition::Enqueue(uint32_t cell) {
  if (queued_[cell]) return;
  queued_[cell] = true;
  queue_.push_back(cell);
}

void Partition::Swap(uint32_t position, uint32_t other) {
  std::swap(nodes_[position], nodes_[other]);
  position_[nodes_[position]] = position;
  position_[nodes_[other]] = other;
}

void Partition::Individualize(uint32_t node) {
  const uint32_t cell = cell_of_[node];
  const uint32_t size = cell_size_[cell];
  if (size == 1) return;
  Swap(position_[node], cell);
  --cell_count_;
  MakeCell(cell, 1);
  MakeCell(cell + 1, size - 1);
  // Both, where the whole cell was still to be split by.
  if (queued_[cell]) {
    Enqueue(cell + 1);
  } else {
    Enqueue(cell);
  }
}

void Partition::CollectHits(uint32_t cell) {
  hits_.clear();
  const auto hit = [&](uint32_t label, uint32_t node) {
    if (cell_size_[cell_of_[node]] > 1) hits_.push_back({label, node});
  };
  for (const uint32_t member : Cell(cell)) {
    for (const Digraph::Edge& edge : graph_->In(member)) hit(edge.label, edge.node);
    if (direction_ == Direction::kForward) continue;
    for (const Digraph::Edge& edge : graph_->Out(member)) hit(edge.label | kBackward, edge.node);
  }
}

void Partition::Refine() {
  for (; queue_head_ < queue_.size(); ++queue_head_) {
    const uint32_t cell = queue_[queue_head_];
    queued_[cell] = false;
    CollectHits(cell);
    if (hits_.empty()) continue;
    const auto by_label = [](const Hit& a, const Hit& b) { return a.label < b.label; };
    if (!std::ranges::is_sorted(hits_, by_label)) std::ranges::sort(hits_, by_label);
    const std::span<const Hit> hits(hits_);
    for (size_t begin = 0; begin < hits.size();) {
      size_t end = begin + 1;
      while (end < hits.size() && hits[end].label == hits[begin].label) ++end;
      SplitBy(hits.subspan(begin, end - begin));
      begin = end;
    }
  }
  queue_.clear();
  queue_head_ = 0;
}

// Splits every cell by how often its nodes are hit.
void Partition::SplitBy(std::span<const Hit> hits) {
  touched_.clear();
  for (const Hit& hit : hits) {
    if (counts_[hit.node]++ == 0) touched_.push_back(hit.node);
  }
  const auto key = [&](uint32_t node) { return std::pair(cell_of_[node], counts_[node]); };
  if (touched_.size() > 1) std::ranges::sort(touched_, {}, key);
  const std::span<const uint32_t> touched(touched_);
  for (size_t begin = 0; begin < touched.size();) {
    const uint32_t cell = cell_of_[touched[begin]];
    size_t end = begin + 1;
    while (end < touched.size() && cell_of_[touched[end]] == cell) ++end;
    SplitCell(cell, touched.subspan(begin, end - begin));
    begin = end;
  }
  for (const uint32_t node : touched_) counts_[node] = 0;
}

// `hit` are the nodes of the cell that were hit, by count. The cell keeps those that were not hit,
// or hit least; the others follow by count.
void Partition::SplitCell(uint32_t cell, std::span<const uint32_t> hit) {
  const uint32_t size = cell_size_[cell];
  trace_ = MixInto(trace_, uint64_t{cell} << 32 | hit.size());
  if (hit.size() == size && counts_[hit.front()] == counts_[hit.back()]) return;
  uint32_t next = cell + size;
  for (size_t i = hit.size(); i-- > 0;) Swap(position_[hit[i]], --next);
  parts_.clear();
  if (next > cell) parts_.push_back(cell);
  for (size_t i = 0; i < hit.size(); ++i) {
    if (i == 0 || counts_[hit[i]] != counts_[hit[i - 1]]) {
      parts_.push_back(next + static_cast<uint32_t>(i));
      trace_ = MixInto(trace_, counts_[hit[i]]);
    }
  }
  --cell_count_;
  const auto end_of = [&](size_t part) {
    return part + 1 < parts_.size() ? parts_[part + 1] : cell + size;
  };
  // The first part keeps its nodes' cell: only its size changes.
  cell_size_[cell] = end_of(0) - cell;
  ++cell_count_;
  size_t largest = 0;
  for (size_t i = 1; i < parts_.size(); ++i) {
    MakeCell(parts_[i], end_of(i) - parts_[i]);
    if (cell_size_[parts_[i]] > cell_size_[parts_[largest]]) largest = i;
  }
  const bool was_queued = queued_[cell];
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (was_queued || i != largest) Enqueue(parts_[i]);
  }
}

}  // namespace pickleproof
