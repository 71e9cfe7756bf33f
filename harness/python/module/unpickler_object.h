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

// A new reference to a heap type with a spec.
PyTypeObject* MakeType(PyObject* module, PyType_Spec* spec);

// Flags of all our types: collected by the GC, and immutable where Python knows how.
#if PY_VERSION_HEX >= 0x030a0000
inline constexpr unsigned kTypeFlags =
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE;
#else
inline constexpr unsigned kTypeFlags =
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC;
#endif

}  // namespace pickleproof
