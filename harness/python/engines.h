#pragma once
// CPython's own picklers as engines: `_pickle` and `pickle.py`, each on three channels.

#include <memory>
#include <vector>

#include "harness/adapter/engine.h"
#include "harness/python/interpreter.h"

namespace pickleproof {

// Six engines, named cpython-3.11/_pickle/loads, cpython-3.11/pickle.py/load-file and so on. They
// read inertly: nothing that a pickle names is imported or run. They must not outlive the
// interpreter, and be used on one thread.
//
// What they can't tell: `_pickle.loads` does not say how much it read (Outcome::consumed is
// kNoOffset) and has no persistent ids (kUnsupported where a stream has one and the options allow
// them). OBJ and INST are calls to CPython, so they are objects made by REDUCE. Empty and
// one-character str and bytes are singletons there, so that the identity of immutable values is not
// what the stream says.
std::vector<std::unique_ptr<Engine>> MakeCPythonEngines(Interpreter& interpreter);

}  // namespace pickleproof
