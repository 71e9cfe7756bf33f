#pragma once
// Our own pickler and unpickler VM as engines beside all others.

#include <memory>
#include <vector>

#include "harness/adapter/engine.h"

namespace pickleproof {

// In this order:
//   pickleproof            reads and writes as `_pickle` does
//   pickleproof/pickle.py  reads and writes as `pickle.py` does
//   pickleproof/varied     writes only: each graph with another of the legal encodings, chosen by
//                          the graph's size and the protocol
// `minor` is the x of the CPython 3.x to behave like.
std::vector<std::unique_ptr<Engine>> MakePickleproofEngines(int minor);

// One engine with this policy (EncodingPolicy::Named) and profile; nullptr where either is unknown.
std::unique_ptr<Engine> MakePickleproofEngine(std::string id, std::string_view policy,
                                              std::string_view reader, int minor);

}  // namespace pickleproof
