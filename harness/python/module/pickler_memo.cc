// The memo of a Pickler as Python sees it: a proxy with `clear`, `copy` and `__reduce__`.

#include <vector>

#include "harness/python/module/docs.h"
#include "harness/python/module/pickler_object.h"
#include "harness/python/module/type_flags.h"

namespace pickleproof {
namespace {

struct MemoObject {
  PyObject ob_base;
  PicklerObject* pickler;
};

MemoObject* Self(PyObject* self) { return reinterpret_cast<MemoObject*>(self); }

// The entries, with a reference to each object: what comes next may run any code.
std::vector<std::pair<PyRef, uint64_t>> Entries(const PicklerObject* pickler) {
  std::vector<std::pair<PyRef, uint64_t>> entries;
  if (pickler == nullptr || pickler->live == nullptr) return entries;
  pickler->live->memo().ForEach([&](const LiveMemo::Entry& entry) {
    entries.emplace_back(PyRef::Share(entry.object), entry.index);
  });
  return entries;
}

PyObject* MemoClear(PyObject* object, PyObject* /*unused*/) {
  if (LivePickler* live = Self(object)->pickler->live; live != nullptr) live->memo().Clear();
  Py_RETURN_NONE;
}

PyObject* MemoCopy(PyObject* object, PyObject* /*unused*/) {
  PyRef copy = PyRef::Own(PyDict_New());
  if (!copy) return nullptr;
  for (const auto& [entry, index] : Entries(Self(object)->pickler)) {
    const PyRef key = PyRef::Own(PyLong_FromVoidPtr(entry.get()));
    const PyRef value =
        PyRef::Own(Py_BuildValue("KO", static_cast<unsigned long long>(index), entry.get()));
    if (!key || !value || PyDict_SetItem(copy.get(), key.get(), value.get()) < 0) return nullptr;
  }
  return copy.Release();
}

PyObject* MemoReduce(PyObject* object, PyObject* unused) {
  PyObject* copy = MemoCopy(object, unused);
  return copy == nullptr ? nullptr : Py_BuildValue("(O(N))", &PyDict_Type, copy);
}

int Clear(PyObject* object) {
  Py_CLEAR(Self(object)->pickler);
  return 0;
}

int Traverse(PyObject* object, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(object));
  Py_VISIT(reinterpret_cast<PyObject*>(Self(object)->pickler));
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

PyType_Spec spec = {"pickleproof.PicklerMemoProxy", sizeof(MemoObject), 0, kTypeFlags, slots};

// The entries of a dict of id -> (index, object). False with an exception.
bool FromDict(PyObject* dict, std::vector<std::pair<PyRef, uint64_t>>* entries) {
  Py_ssize_t position = 0;
  PyObject *key = nullptr, *value = nullptr;
  while (PyDict_Next(dict, &position, &key, &value) != 0) {
    if (!PyTuple_Check(value) || PyTuple_GET_SIZE(value) != 2) {
      PyErr_SetString(PyExc_TypeError, "'memo' values must be 2-item tuples");
      return false;
    }
    const Py_ssize_t index = PyLong_AsSsize_t(PyTuple_GET_ITEM(value, 0));
    if (index == -1 && PyErr_Occurred() != nullptr) return false;
    entries->emplace_back(PyRef::Share(PyTuple_GET_ITEM(value, 1)), static_cast<uint64_t>(index));
  }
  return true;
}

}  // namespace

PyTypeObject* MakePicklerMemoType(PyObject* module) { return MakeType(module, &spec); }

PyObject* NewPicklerMemo(PicklerObject* pickler) {
  PyTypeObject* type = State().pickler_memo_type;
  PyObject* memo = type->tp_alloc(type, 0);
  if (memo == nullptr) return nullptr;
  Py_INCREF(pickler);
  Self(memo)->pickler = pickler;
  return memo;
}

int SetPicklerMemo(PicklerObject* pickler, PyObject* value) {
  std::vector<std::pair<PyRef, uint64_t>> entries;
  if (value == nullptr) {
    PyErr_SetString(PyExc_TypeError, "attribute deletion is not supported");
    return -1;
  }
  if (Py_TYPE(value) == State().pickler_memo_type) {
    entries = Entries(Self(value)->pickler);
  } else if (PyDict_Check(value)) {
    if (!FromDict(value, &entries)) return -1;
  } else {
    PyErr_Format(PyExc_TypeError,
                 "'memo' attribute must be a PicklerMemoProxy object or dict, not %.200s",
                 Py_TYPE(value)->tp_name);
    return -1;
  }
  if (pickler->live == nullptr) return 0;
  LiveMemo memo;
  for (const auto& [entry, index] : entries) memo.Set(entry.get(), index);
  pickler->live->memo().swap(memo);
  return 0;
}

}  // namespace pickleproof
