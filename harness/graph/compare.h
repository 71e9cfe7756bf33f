#pragma once
// Whether two graphs mean the same, and if not, where they first part, as a path.

#include <optional>
#include <string>
#include <vector>

#include "harness/base/pool.h"
#include "harness/graph/compare_options.h"
#include "harness/graph/graph.h"
#include "harness/graph/set_alignment.h"

namespace pickleproof {

struct Difference {
  // From the root of the left graph, as one would write it in Python: `$['key'][3].args[0]`; see
  // PathStep in describe.h. The middle of a very long path is left out.
  std::string path;
  // What is there, one line each.
  std::string left, right;

  // "at $[3]: 1 on the left, 2 on the right".
  std::string ToString() const;
  friend bool operator==(const Difference&, const Difference&) = default;
};

// Compares graphs from their roots on. Keeps its memory between calls, whose cost is that of the
// nodes reached, so that one comparer serves millions of small comparisons. Not for several
// threads.
//
// Nodes are met breadth first, so the difference is one nearest to the root. Sets and frozensets
// are compared in their order first; where that fails, and CompareOptions::set_order does not
// forbid it, in an order in which their members agree (set_alignment.h); and where members look
// alike, by canonical form (canonical.h).
class Comparer {
 public:
  // Nothing where the graphs are equal.
  std::optional<Difference> FirstDifference(const Graph& a, const Graph& b,
                                            const CompareOptions& options = {});
  bool Equal(const Graph& a, const Graph& b, const CompareOptions& options = {});

 private:
  // A node of the left graph that stands for one of the right. The pairs are the queue and, through
  // `parent`, the paths.
  struct Pair {
    NodeId a, b;
    uint32_t parent, slot;
  };
  // Per node and side: what the node stands for, valid where `epoch` is the current one. Nodes with
  // identity: the pair in which they were first met. Others: a parent in the union-find forest.
  struct Entry {
    uint32_t epoch, value;
  };
  enum class Reason : uint8_t { kValue, kText, kIdentity, kSteps };
  enum Side : uint8_t { kLeft, kRight };

  bool Lockstep();
  bool Expand(uint32_t index);
  bool ExpandItems(uint32_t index);
  bool ExpandSet(uint32_t index);
  bool ExpandInert(uint32_t index);
  bool ExpandSteps(uint32_t index, uint32_t slot);
  bool Match(NodeId left, NodeId right, uint32_t parent, uint32_t slot);
  bool MatchText(const Pair& pair, bool identity);
  bool MatchIdentity(const Pair& pair);
  bool MatchValue(const Pair& pair);
  bool Fail(const Pair& pair, Reason reason) {
    failed_ = pair;
    reason_ = reason;
    return false;
  }

  Entry& EntryOf(Side side, NodeId id) { return entries_[2 * size_t{id} + side]; }
  const Entry& EntryOf(Side side, NodeId id) const { return entries_[2 * size_t{id} + side]; }
  const Graph& GraphOf(Side side) const { return side == kLeft ? *a_ : *b_; }
  bool SamePair(NodeId left, NodeId right) const;
  uint32_t Find(uint32_t element);

  Difference Report() const;
  std::string Path(Side side, const Pair& pair) const;
  std::string DescribeSide(Side side) const;

  const Graph* a_ = nullptr;
  const Graph* b_ = nullptr;
  CompareOptions options_;
  bool identity_[kKindCount] = {};  // of kinds
  bool sets_met_ = false;           // of two members or more

  Pool<Pair> pairs_;
  std::vector<Entry> entries_;
  uint32_t epoch_ = 0;
  std::vector<Graph::Step> left_steps_, right_steps_;
  SetAlignment alignment_;
  bool aligned_ = false;

  Pair failed_ = {};
  Reason reason_ = Reason::kValue;
};

// The same with a comparer of their own.
std::optional<Difference> FirstDifference(const Graph& a, const Graph& b,
                                          const CompareOptions& options = {});
bool Isomorphic(const Graph& a, const Graph& b, const CompareOptions& options = {});

}  // namespace pickleproof
