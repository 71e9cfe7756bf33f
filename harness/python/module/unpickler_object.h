#pragma once
// The type `Unpickler`: _pickle's interface of LiveUnpickler.

#include "harness/python/module/unpickler.h"

namespace pickleproof {

struct UnpicklerObject {
  PyObject ob_base;
  LiveUnpickler* live;        // nullptr before __init__
  PyObject* persistent_load;  // set on the instance, or nullptr
  bool running;               // a load is under way
};

// The types, or nullptr with an exception.
PyTypeObject* MakeUnpicklerType(PyObject* module);
PyTypeObject* MakeUnpicklerMemoType(PyObject* module);

// A proxy for the memo of an Unpickler, and the setter of the attribute.
PyObject* NewUnpicklerMemo(UnpicklerObject* unpickler);
int SetUnpicklerMemo(UnpicklerObject* unpickler, PyObject* value);

}  // namespace pickleproof
