#pragma once
// Python objects to a graph. Private to harness/python.

#include "harness/base/error.h"
#include "harness/graph/graph.h"
#include "harness/python/recorder.h"

namespace pickleproof {

struct PythonState;

// Makes `root` the root of `graph`: exact builtins, the stand-ins of `recorder`, out-of-band
// buffers and memoryviews; identity kept, without recursion. A memoryview that READONLY_BUFFER made
// of an out-of-band buffer is that buffer, read-only; of anything else, a call of
// builtins.memoryview. Calls of stand-ins made only for their effect become steps
// (harness/pickle/effects.h).
//
// The caller must hold the only reference to `root` that is not a reference between the objects
// themselves: an object with a single reference is taken for unshared. kForeign for an object of
// another type, kLimit where the graph is full.
//
// `state` is needed for objects that ToObject made: they may hold real globals.
Result<void> ToGraph(PyObject* root, const Recorder& recorder, Graph& graph,
                     const PythonState* state = nullptr);

}  // namespace pickleproof
