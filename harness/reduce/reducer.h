#pragma once
// Smaller inputs that still show what an input was found to show: passes over bytes, over
// instructions and over the graph that the pickle means, in turn until none finds anything smaller.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "harness/reduce/search.h"

namespace pickleproof {

// Each pass goes on until it finds nothing more: the result is 1-minimal for it (no single byte, no
// single instruction or pair of instructions can go), unless the budget ends first.

// Chunks of bytes, then lower bytes (generators/shrink_bytes.h).
void ReduceBytes(ReductionSearch& search);
// Chunks of instructions, pairs of them, shorter opcodes, shorter arguments. Frames are made to fit
// again; what can't be decoded stays behind as it is.
void ReduceInstructions(ReductionSearch& search);
// Where our machine reads the stream, and the graph written again shows the same: the graph
// (generators/shrink.h), at the protocol that gives the smallest stream.
void ReduceGraph(ReductionSearch& search);

// All passes until none makes progress. `shows` must be true of `stream`; the result shows it too.
std::string ReduceStream(std::string_view stream,
                         const std::function<bool(std::string_view)>& shows, StepBudget& budget);

}  // namespace pickleproof
