#pragma once
// Does a reader spend out of proportion to what it reads? A few bytes that take gigabytes, or an
// input that takes four times as long when it is twice as long, are bugs although the answer is
// right.
//
// One measurement says little: a constant may be large. So an input is grown, by repeating some of
// its instructions n, 2n and 4n times, and what counts is how the cost grows with it.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "harness/graph/graph.h"

namespace pickleproof {

// What one load cost. Measures that were not taken are 0.
struct Cost {
  uint64_t input = 0;     // bytes read
  uint64_t memory = 0;    // bytes held at the peak
  uint64_t unfolded = 0;  // values that printing, hashing or copying the result would visit
  double seconds = 0;     // of CPU time
};

// What is out of proportion.
struct Amplification {
  std::string measure;  // "memory", "unfolded", "seconds"
  // How fast it grows: the power of the input's size, 1 where in proportion. 0 where one load alone
  // was enough.
  double exponent = 0;
  double per_byte = 0;  // of the largest input
  std::string witness;  // the largest input that was tried, where there is one
};

// One load: memory far beyond what any input of that size needs.
std::optional<Amplification> JudgeCost(const Cost& cost);

// The same input at n, 2n and 4n: something grows faster than the input in both steps. Costs below
// what a clock and an allocator can tell apart don't count.
std::optional<Amplification> JudgeGrowth(std::span<const Cost, 3> costs);

// The pickle with its instructions [begin, end), counted from 0, `times` times in a row. Nothing
// where it has no such instructions.
std::optional<std::string> Grow(std::string_view pickle, size_t begin, size_t end, size_t times);

// Grows each run of up to `longest_run` instructions and judges what it costs. `measure` gives
// nothing where the input is refused. At most `trials` inputs are measured.
std::optional<Amplification> FindAmplification(
    std::string_view pickle,
    const std::function<std::optional<Cost>(std::string_view input)>& measure,
    size_t longest_run = 4, size_t trials = 2000);

// How many values one visits who follows every path from the root, shared values once for each
// path; a cycle ends a path. At most 2**62.
uint64_t UnfoldedSize(const Graph& graph);

}  // namespace pickleproof
