#pragma once
// How all types of the module are made.

#include "harness/python/python_api.h"

namespace pickleproof {

// Collected by the GC, and immutable where Python knows how.
#if PY_VERSION_HEX >= 0x030a0000
inline constexpr unsigned kTypeFlags =
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE;
#else
inline constexpr unsigned kTypeFlags =
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC;
#endif

// A new reference to a type with a spec, or nullptr with an exception.
inline PyTypeObject* MakeType(PyObject* module, PyType_Spec* spec) {
  return reinterpret_cast<PyTypeObject*>(PyType_FromModuleAndSpec(module, spec, nullptr));
}

}  // namespace pickleproof
