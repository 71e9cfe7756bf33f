// The memo of an Unpickler as Python sees it: a proxy with `clear`, `copy` and `__reduce__`.

#include <vector>

#include "harness/python/module/docs.h"
#include "harness/python/module/type_flags.h"
#include "harness/python/module/unpickler_object.h"

namespace pickleproof {
namespace {

struct MemoObject {
  PyObject ob_base;
  UnpicklerObject* unpickler;
};

MemoObject* Self(PyObject* self) { return reinterpret_cast<MemoObject*>(self); }

// The entries, with a reference to each value: what comes next may run any code.
std::vector<std::pair<uint64_t, PyRef>> Entries(const UnpicklerObject* unpickler) {
  std::vector<std::pair<uint64_t, PyRef>> entries;
  if (unpickler == nullptr || unpickler->live == nullptr) return entries;
  unpickler->live->machine().ForEachMemo(
      [&](uint64_t index, PyObject* value) { entries.emplace_back(index, PyRef::Share(value)); });
  return entries;
}

PyObject* MemoClear(PyObject* object, PyObject* /*unused*/) {
  LiveUnpickler* live = Self(object)->unpickler->live;
  if (live != nullptr) live->machine().ClearMemo();
  Py_RETURN_NONE;
}

PyObject* MemoCopy(PyObject* object, PyObject* /*unused*/) {
  PyRef copy = PyRef::Own(PyDict_New());
  if (!copy) return nullptr;
  for (const auto& [index, value] : Entries(Self(object)->unpickler)) {
    const PyRef key = PyRef::Own(PyLong_FromUnsignedLongLong(index));
    if (!key || PyDict_SetItem(copy.get(), key.get(), value.get()) < 0) return nullptr;
  }
  return copy.Release();
}

PyObject* MemoReduce(PyObject* object, PyObject* unused) {
  PyObject* copy = MemoCopy(object, unused);
  return copy == nullptr ? nullptr : Py_BuildValue("(O(N))", &PyDict_Type, copy);
}

int Clear(PyObject* object) {
  Py_CLEAR(Self(object)->unpickler);
  return 0;
}

int Traverse(PyObject* object, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(object));
  Py_VISIT(reinterpret_cast<PyObject*>(Self(object)->unpickler));
  return 0;
}

void Dealloc(PyObject* object) {
  PyTypeObject* type = Py_TYPE(object);
  PyObject_GC_UnTrack(object);
  Clear(object);
  type->tp_free(object);
  Py_DECREF(type);
}

PyMethodDef methods[] = {
    {"clear", MemoClear, METH_NOARGS, kMemoClearDoc},
    {"copy", MemoCopy, METH_NOARGS, kMemoCopyDoc},
    {"__reduce__", MemoReduce, METH_NOARGS, kMemoReduceDoc},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
    {Py_tp_traverse, reinterpret_cast<void*>(Traverse)},
    {Py_tp_clear, reinterpret_cast<void*>(Clear)},
    {Py_tp_methods, methods},
    {Py_tp_hash, reinterpret_cast<void*>(PyObject_HashNotImplemented)},
    {0, nullptr},
};

PyType_Spec spec = {"pickleproof.UnpicklerMemoProxy", sizeof(MemoObject), 0, kTypeFlags, slots};

// The entries of a dict of index -> value. False with an exception.
bool FromDict(PyObject* dict, std::vector<std::pair<uint64_t, PyRef>>* entries) {
  Py_ssize_t position = 0;
  PyObject *key = nullptr, *value = nullptr;
  while (PyDict_Next(dict, &position, &key, &value) != 0) {
    if (!PyLong_Check(key)) {
      PyErr_SetString(PyExc_TypeError, "memo key must be integers");
      return false;
    }
    const Py_ssize_t index = PyLong_AsSsize_t(key);
    if (index == -1 && PyErr_Occurred() != nullptr) return false;
    if (index < 0) {
      PyErr_SetString(PyExc_ValueError, "memo key must be positive integers.");
      return false;
    }
    entries->emplace_back(static_cast<uint64_t>(index), PyRef::Share(value));
  }
  return true;
}

}  // namespace

PyTypeObject* MakeUnpicklerMemoType(PyObject* module) { return MakeType(module, &spec); }

PyObject* NewUnpicklerMemo(UnpicklerObject* unpickler) {
  PyTypeObject* type = State().unpickler_memo_type;
  PyObject* memo = type->tp_alloc(type, 0);
  if (memo == nullptr) return nullptr;
  Py_INCREF(unpickler);
  Self(memo)->unpickler = unpickler;
  return memo;
}

int SetUnpicklerMemo(UnpicklerObject* unpickler, PyObject* value) {
  std::vector<std::pair<uint64_t, PyRef>> entries;
  if (value == nullptr) {
    PyErr_SetString(PyExc_TypeError, "attribute deletion is not supported");
    return -1;
  }
  if (Py_TYPE(value) == State().unpickler_memo_type) {
    entries = Entries(Self(value)->unpickler);
  } else if (PyDict_Check(value)) {
    if (!FromDict(value, &entries)) return -1;
  } else {
    PyErr_Format(PyExc_TypeError,
                 "'memo' attribute must be an UnpicklerMemoProxy object or dict, not %.200s",
                 Py_TYPE(value)->tp_name);
    return -1;
  }
  if (unpickler->live == nullptr) return 0;
  auto& machine = unpickler->live->machine();
  machine.ClearMemo();
  for (auto& [index, entry] : entries) {
    if (!machine.MemoSet(index, entry.get())) {
      PyErr_NoMemory();
      return -1;
    }
    entry.Release();
  }
  return 0;
}

}  // namespace pickleproof
