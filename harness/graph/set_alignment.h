#pragma once
// Brings the members of the sets of two graphs into orders that agree as far as the members' looks
// go, so that the sets can then be compared like lists.

#include <cstdint>
#include <span>
#include <vector>

#include "harness/graph/compare_options.h"
#include "harness/graph/graph.h"

namespace pickleproof {

class SetAlignment {
 public:
  struct MemberPair {
    NodeId a, b;
  };

  // Colours both graphs from their roots on by what their nodes look like a few steps deep. Members
  // that correspond in two equal graphs have one colour; members of one colour need not correspond.
  void Compute(const Graph& a, const Graph& b, const CompareOptions& options);

  // Whether some set has members of one colour, so that other pairings might do as well.
  bool ambiguous() const { return ambiguous_; }

  // Pairs the members of two sets of one length: those of one colour first, then the rest, which
  // differ. Valid until the next call.
  std::span<const MemberPair> Match(NodeId set_a, NodeId set_b);

 private:
  struct Part {
    std::vector<NodeId> nodes;      // those reachable
    std::vector<uint64_t> colours;  // by node id
    std::vector<uint64_t> next;
    std::vector<uint32_t> first, count;  // by node id: a set's run in `members`
    std::vector<NodeId> members;         // of each set, by colour
    std::vector<NodeId> rest;            // scratch

    std::span<const NodeId> Members(NodeId set) const {
      return {members.data() + first[set], count[set]};
    }
  };

  static void ColourLeaves(const Graph& graph, const CompareOptions& options, Part& part);
  static void Refine(const Graph& graph, Part& part);
  void OrderSets(const Graph& graph, Part& part);

  Part parts_[2];
  std::vector<MemberPair> matched_;
  bool ambiguous_ = false;
};

}  // namespace pickleproof
