#pragma once
// What Python sees of the memo of a Pickler or an Unpickler: a proxy with `clear`, `copy` and
// `__reduce__`, which keeps its owner alive.

#include "harness/python/module/docs.h"
#include "harness/python/module/type_flags.h"
#include "harness/python/python_api.h"

namespace pickleproof {

// `Access` has the type's name, kName, and two functions of the owner: Clear(), and Copy(), which
// returns a new dict, or nullptr with an exception.
template <class Owner, class Access>
class MemoProxy {
 public:
  // A new reference to the type, or nullptr with an exception.
  static PyTypeObject* MakeType(PyObject* module) {
    static PyMethodDef methods[] = {
        {"clear", Clear, METH_NOARGS, kMemoClearDoc},
        {"copy", Copy, METH_NOARGS, kMemoCopyDoc},
        {"__reduce__", Reduce, METH_NOARGS, kMemoReduceDoc},
        {nullptr, nullptr, 0, nullptr},
    };
    static PyType_Slot slots[] = {
        {Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
        {Py_tp_traverse, reinterpret_cast<void*>(Traverse)},
        {Py_tp_clear, reinterpret_cast<void*>(Forget)},
        {Py_tp_methods, methods},
        {Py_tp_hash, reinterpret_cast<void*>(PyObject_HashNotImplemented)},
        {0, nullptr},
    };
    static PyType_Spec spec = {Access::kName, sizeof(Object), 0, kTypeFlags, slots};
    return pickleproof::MakeType(module, &spec);
  }

  // A new proxy, or nullptr with an exception.
  static PyObject* New(PyTypeObject* type, Owner* owner) {
    PyObject* proxy = type->tp_alloc(type, 0);
    if (proxy == nullptr) return nullptr;
    Py_INCREF(owner);
    Self(proxy)->owner = owner;
    return proxy;
  }

  // nullptr once the garbage collector has been here.
  static Owner* OwnerOf(PyObject* proxy) { return Self(proxy)->owner; }

 private:
  struct Object {
    PyObject ob_base;
    Owner* owner;
  };
  static Object* Self(PyObject* proxy) { return reinterpret_cast<Object*>(proxy); }

  static PyObject* Clear(PyObject* proxy, PyObject* /*unused*/) {
    if (Owner* owner = OwnerOf(proxy); owner != nullptr) Access::Clear(owner);
    Py_RETURN_NONE;
  }
  static PyObject* Copy(PyObject* proxy, PyObject* /*unused*/) {
    return Access::Copy(OwnerOf(proxy));
  }
  static PyObject* Reduce(PyObject* proxy, PyObject* /*unused*/) {
    PyObject* copy = Access::Copy(OwnerOf(proxy));
    return copy == nullptr ? nullptr : Py_BuildValue("(O(N))", &PyDict_Type, copy);
  }

  static int Forget(PyObject* proxy) {
    Py_CLEAR(Self(proxy)->owner);
    return 0;
  }
  static int Traverse(PyObject* proxy, visitproc visit, void* arg) {
    Py_VISIT(Py_TYPE(proxy));
    Py_VISIT(reinterpret_cast<PyObject*>(OwnerOf(proxy)));
    return 0;
  }
  static void Dealloc(PyObject* proxy) {
    PyTypeObject* type = Py_TYPE(proxy);
    PyObject_GC_UnTrack(proxy);
    Forget(proxy);
    type->tp_free(proxy);
    Py_DECREF(type);
  }
};

}  // namespace pickleproof
