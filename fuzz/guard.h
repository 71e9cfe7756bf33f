#pragma once
// What must not be handed to CPython in this process: inputs that our machine reads in microseconds
// and that take CPython's readers for ever, or off their stack. Each is an outcome, not the end of
// a campaign.
//
// Most hostile inputs need no guard of this kind: a memo index or a length that asks for gigabytes
// meets the allocation cap (harness/python/allocation_guard.h) and is a MemoryError. What is left
// is found in the graph that our own machine made, so that no third reading of the format exists;
// but it is a judgement all the same, and everything that it keeps from CPython is counted.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/adapter/engine.h"
#include "harness/graph/graph.h"

namespace pickleproof {

enum class GuardCause : uint8_t {
  kLimit,            // our own machine hit one of its limits
  kDeepNesting,      // tuples within tuples: hashing and comparing them recurses unchecked
  kExponentialHash,  // tuples that share tuples: hashing walks every path
  kQuadraticInt,     // thousands of decimal digits (a limit of its own only since 3.10.7)
};
// "limit", "deep-nesting", "exponential-hash", "quadratic-int".
std::string_view Name(GuardCause cause);

struct GuardLimits {
  uint32_t depth = 5000;
  uint64_t hash_steps = 200000;
  size_t digits = 5000;
};

class Guard {
 public:
  explicit Guard(const GuardLimits& limits = {}) : limits_(limits) {}

  // `graph` is what our machine has made of the input, also where it failed in the end.
  std::optional<GuardCause> Judge(std::string_view input, Verdict ours, const Graph& graph);

 private:
  struct Weight {
    uint64_t steps = 1;
    uint32_t depth = 1;
  };
  GuardLimits limits_;
  std::vector<Weight> weights_;  // of nodes, by id
};

// What an engine does with the input in a forked child that may use `cpu_seconds` of time: its
// verdict, or kCrash, kStackOverflow (a SIGSEGV or SIGBUS where `cause` is kDeepNesting), kHang.
Verdict LoadInChild(Engine& engine, std::string_view input, const LoadOptions& options,
                    GuardCause cause, unsigned cpu_seconds);

}  // namespace pickleproof
