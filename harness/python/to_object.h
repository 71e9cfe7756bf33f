#pragma once
// A graph to Python objects that both picklers write as that graph. Private to harness/python.

#include "harness/base/error.h"
#include "harness/graph/graph.h"
#include "harness/python/python_api.h"
#include "harness/python/recorder.h"

namespace pickleproof {

struct PythonState;

// Objects made from a graph. Their stand-ins live as long as this does.
struct BuiltObject {
  Recorder recorder{Recorder::Use::kWrite};
  PyRef root;
  bool has_persistent_ids = false;
};

// Makes what graph.root() reaches, identity kept as far as Python has it: empty and one-character
// str and bytes and the empty tuple are singletons. Inert nodes become stand-ins that reduce to
// their parts (writer_hooks.h). Without recursion.
//
// kUnsupported, naming the node, where no Python object is written as that node: py2 str, OBJ and
// INST, steps on what is no object or in an order in which no pickler writes them, a state None, a
// shared argument tuple of NEWOBJ. kLimit where keys are nested so deeply that hashing them would
// overflow the stack of CPython.
Result<void> ToObject(const Graph& graph, PythonState& state, BuiltObject& built);

}  // namespace pickleproof
