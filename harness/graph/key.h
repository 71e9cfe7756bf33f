#pragma once
// Python's hashing and equality of dict keys and set members, without recursion.
//
// Equal keys have equal hashes: 1, 1.0 and True are one key, at any size (2**70 == float(2**70));
// -0.0 == 0.0; a NaN equals only itself as an object (the same node). Tuples are as hashable as
// their members and compare by them; frozensets compare as sets; str, bytes and py2 str never equal
// each other. Globals, objects, persistent ids and extension codes hash by identity. Lists, dicts,
// sets, bytearrays and buffers are unhashable. Whole numbers past 64 bits are hashed modulo 2**61 -
// 1, smaller ones by value. Source: CPython Python/pyhash.c, Objects/tupleobject.c,
// Objects/setobject.c.

#include <cstdint>
#include <optional>

#include "harness/graph/graph.h"

namespace pickleproof {

// The hash of a key, or nothing where it is unhashable. Linear in the number of distinct nodes:
// hashes of tuples and frozensets are kept in graph.key_hashes().
std::optional<uint64_t> HashKey(const Graph& graph, NodeId key);

// Whether two hashable keys are equal, as a dict sees it: identity first (x is y or x == y).
bool KeysEqual(const Graph& graph, NodeId a, NodeId b);

// Finds out whether a float and a big int (minimal two's complement) are the same number.
bool FloatEqualsBigInt(double value, std::string_view twos_complement);

}  // namespace pickleproof
