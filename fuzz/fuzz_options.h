#pragma once
// How every target reads: the same options, so that an input means the same in all of them.

#include "harness/pickle/load_options.h"

namespace pickleproof {

// Generous for inputs of a few kilobytes, and far from what a machine has.
inline constexpr Limits kFuzzLimits = {.bytes = size_t{1} << 24,
                                       .nodes = size_t{1} << 20,
                                       .edges = size_t{1} << 21,
                                       .memo = size_t{1} << 16,
                                       .steps = uint64_t{1} << 22,
                                       .depth = size_t{1} << 16};

// Two out-of-band buffers; the first may be written to.
inline LoadOptions FuzzLoadOptions() {
  LoadOptions options;
  options.has_buffers = true;
  options.buffers = {false, true};
  options.limits = kFuzzLimits;
  return options;
}

}  // namespace pickleproof
