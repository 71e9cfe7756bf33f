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
#include <vector>

#include "harness/graph/graph.h"

namespace pickleproof {

// What the largest request for memory is of, where the input states its size.
enum class Stated : uint8_t { kNo, kLength, kMemoIndex };
// "", "length", "memo-index".
std::string_view Name(Stated stated);

// Whether `request` bytes is what a reader asks for who believes some number in the input, wherever
// it stands and whatever it means there: the length of bytes or of a bytearray, or an index of the
// C reader's memo (CPython Modules/_pickle.c, _Unpickler_MemoPut). A reader that loses the place
// in its input takes anything for a length.
Stated WhatStates(std::string_view input, uint64_t request);

// What one load cost. Measures that were not taken are 0.
struct Cost {
  uint64_t input = 0;           // bytes read
  uint64_t memory = 0;          // bytes held at the peak
  uint64_t unfolded = 0;        // values that printing, hashing or copying the result would visit
  double seconds = 0;           // of CPU time
  Stated stated = Stated::kNo;  // most of the memory was asked for at once, and the input says so
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

// What of a pickle is repeated: its instructions [begin, end), counted from 0, or the argument of
// the one at `begin`.
struct Growth {
  size_t begin = 0, end = 0;
  bool argument = false;
  friend bool operator==(const Growth&, const Growth&) = default;
};

// Every growth of the pickle, the shortest first: runs of up to `longest_run` instructions, then
// arguments of any length. At most `most` of them.
std::vector<Growth> GrowthsOf(std::string_view pickle, size_t longest_run = 3, size_t most = 200);

// The pickle with what grows `times` times in a row. Nothing where there is no such thing, or no
// length could state it.
std::optional<std::string> Grow(std::string_view pickle, const Growth& growth, size_t times);

// What grows, by name: "TUPLE2", "APPEND+SETITEM", "LONG(argument)". Instructions that only push
// or move values are left out where there are others, and each is named once.
std::string NameOf(std::string_view pickle, const Growth& growth);

// Grows whatever can grow, 8 to 32 times, and judges what it costs. `measure` gives nothing where
// the input is refused.
std::optional<Amplification> FindAmplification(
    std::string_view pickle,
    const std::function<std::optional<Cost>(std::string_view input)>& measure);

// How many values one visits who follows every path from the root, shared values once for each
// path; a cycle ends a path. At most 2**62.
uint64_t UnfoldedSize(const Graph& graph);

}  // namespace pickleproof
