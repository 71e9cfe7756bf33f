#pragma once
// How all types of the module are made.

#include <cstring>
#include <string_view>

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

// CPython 3.9 keeps only the end of the text of Py_tp_doc, without the signature that
// inspect.signature() reads there (Objects/typeobject.c, PyType_FromModuleAndSpec). The type owns
// its text.
inline void KeepSignature([[maybe_unused]] PyTypeObject* type,
                          [[maybe_unused]] const PyType_Spec* spec) {
#if PY_VERSION_HEX < 0x030a0000
  for (const PyType_Slot* slot = spec->slots; slot->slot != 0; ++slot) {
    if (slot->slot != Py_tp_doc) continue;
    const std::string_view doc = static_cast<const char*>(slot->pfunc);
    auto* copy = static_cast<char*>(PyObject_Malloc(doc.size() + 1));
    if (copy == nullptr) return;
    std::memcpy(copy, doc.data(), doc.size() + 1);
    PyObject_Free(const_cast<char*>(type->tp_doc));
    type->tp_doc = copy;
  }
#endif
}

// A new reference to a type with a spec, or nullptr with an exception.
inline PyTypeObject* MakeType(PyObject* module, PyType_Spec* spec) {
  auto* type = reinterpret_cast<PyTypeObject*>(PyType_FromModuleAndSpec(module, spec, nullptr));
  if (type != nullptr) KeepSignature(type, spec);
  return type;
}

}  // namespace pickleproof
