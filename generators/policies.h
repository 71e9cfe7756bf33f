#pragma once
// Random encoding policies: every legal way to write a graph.

#include "generators/choices.h"
#include "harness/pickle/encoding_policy.h"

namespace pickleproof {

// A policy, each field often at its default. Every reader must read whatever a graph is written as
// by any of them as the same graph. So persistent ids are memoized, and what CPython does although
// it isn't quite right (the fields behind memoize_persistent) stays as it is by default.
EncodingPolicy GeneratePolicy(Choices& choices);

// The policy of a seed: the same with every compiler.
EncodingPolicy PolicyFromSeed(uint64_t seed);

}  // namespace pickleproof
