#pragma once
// Random encoding policies: every legal way to write a graph.

#include "generators/choices.h"
#include "harness/pickle/encoding_policy.h"

namespace pickleproof {

// A policy, often close to the default. Every reader must read each of them as the same graph; what
// is known to write something else on purpose (EncodingPolicy::repeat_steps, and early_tuple2 below
// protocol 2, which is no error to readers) stays as it is by default.
EncodingPolicy GeneratePolicy(Choices& choices);

// The policy of a seed: the same with every compiler.
EncodingPolicy PolicyFromSeed(uint64_t seed);

}  // namespace pickleproof
