#pragma once
// Do two outcomes of one input agree? The heart of every differential run: matrix, corpus, fuzzing.
// Knows what engines claim to tell apart, not which engines they are.

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/adapter/engine.h"
#include "harness/graph/compare.h"
#include "harness/pickle/outcome.h"

namespace pickleproof {

// What a comparison came to.
enum class Agreement : uint8_t {
  kAgree,  // both accepted, with one graph, one trace and one end
  kDiffer,
  kBothReject,   // with the same trace
  kPoisoned,     // a limit, or memory, or time: states may legitimately have parted
  kUnsupported,  // one side lacks a feature that it says it lacks
};
std::string_view Name(Agreement agreement);

struct Comparison {
  Agreement agreement = Agreement::kAgree;
  // Where they differ: which kind of difference ("verdict", "value", "identity", "trace",
  // "consumed"), the path to it (empty except in graphs) and both sides in a line each.
  std::string kind;
  std::string path, left, right;
};

// What may be compared between two sides.
CompareOptions MeetOf(const Distinctions& a, const Distinctions& b);

// Compares outcomes; keeps the memory of its comparer between calls.
class DifferentialOracle {
 public:
  // Two readers of the same bytes.
  Comparison Compare(const Outcome& left, const Outcome& right, const CompareOptions& options);

  // A reader of what was written from `original`: it must accept and give that graph back.
  // `stream_size` is what it must have consumed.
  Comparison CompareWithOriginal(const Graph& original, const Outcome& read, uint64_t stream_size,
                                 const CompareOptions& options);

 private:
  Comparer comparer_;
};

}  // namespace pickleproof
