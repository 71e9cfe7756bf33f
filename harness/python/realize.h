#pragma once
// What a graph becomes when Python makes it real, and what CPython's picklers write for exactly
// that object. Kept apart from the engines: this compares two picklers byte for byte.

#include <string>

#include "harness/adapter/engine.h"
#include "harness/python/interpreter.h"

namespace pickleproof {

// The graph of the Python object that a graph denotes. It has what only Python decides: one object
// for all empty and one-character str and bytes and empty tuples, and Python's order of sets.
// Errors as of Engine::Dump.
Result<Graph> Realize(Interpreter& interpreter, const Graph& graph);

struct Written {
  std::string bytes;
  Graph graph;  // of the very object that was written: sets in the order of the bytes
};

// Makes the object, writes it by the engine's implementation and channel ("_pickle" or
// "pickle.py"), and reads its graph off.
Result<Written> WriteRealized(Interpreter& interpreter, std::string_view implementation,
                              Channel channel, const Graph& graph, int protocol);

}  // namespace pickleproof
