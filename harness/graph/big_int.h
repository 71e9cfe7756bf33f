#pragma once
// Integers of any size between their three forms: a graph's int node, two's complement bytes as
// LONG opcodes carry them, and digits. Kept apart from graph.h, the only file that needs GMP.

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "harness/graph/graph.h"

namespace pickleproof {

// The decimal digits of an int node, with '-' in front where negative.
std::string DecimalOf(const Graph& graph, NodeId int_node);

// An int node from optional '-' and one or more digits; leading zeros are allowed, nothing else is.
// kNoNode where `text` is no such number or a limit of the graph is hit.
NodeId IntFromDecimal(Graph& graph, std::string_view text);

// The same for digits of any base from 2 to 36, letters of both cases.
NodeId IntFromDigits(Graph& graph, std::string_view text, int base);

// The minimal two's complement, little-endian, of an int node as LONG1 writes it: empty for 0.
// Source: CPython Lib/pickle.py, encode_long.
std::string TwosComplementOf(const Graph& graph, NodeId int_node);

// The decimal digits of two's complement bytes, little-endian; no bytes are 0.
std::string DecimalFromTwosComplement(std::string_view bytes);

// Minimal two's complement bytes from digits as IntFromDigits takes them, at least one byte.
std::optional<std::string> TwosComplementFromDigits(std::string_view text, int base = 10);

// Compares two int nodes, of different graphs even, by value.
std::strong_ordering CompareInts(const Graph& a, NodeId left, const Graph& b, NodeId right);

}  // namespace pickleproof
