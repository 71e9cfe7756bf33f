// The memo of an Unpickler as Python sees it.

#include <vector>

#include "harness/python/module/memo_proxy.h"
#include "harness/python/module/unpickler_object.h"

namespace pickleproof {
namespace {

// The entries, with a reference to each value: what comes next may run any code.
std::vector<std::pair<uint64_t, PyRef>> Entries(const UnpicklerObject* unpickler) {
  std::vector<std::pair<uint64_t, PyRef>> entries;
  if (unpickler == nullptr || unpickler->live == nullptr) return entries;
  unpickler->live->machine().ForEachMemo(
      [&](uint64_t index, PyObject* value) { entries.emplace_back(index, PyRef::Share(value)); });
  return entries;
}

struct Access {
  static constexpr const char* kName = "pickleproof.UnpicklerMemoProxy";

  static void Clear(UnpicklerObject* unpickler) {
    if (unpickler->live != nullptr) unpickler->live->machine().ClearMemo();
  }

  // Of index -> value.
  static PyObject* Copy(const UnpicklerObject* unpickler) {
    PyRef copy = PyRef::Own(PyDict_New());
    if (!copy) return nullptr;
    for (const auto& [index, value] : Entries(unpickler)) {
      const PyRef key = PyRef::Own(PyLong_FromUnsignedLongLong(index));
      if (!key || PyDict_SetItem(copy.get(), key.get(), value.get()) < 0) return nullptr;
    }
    return copy.Release();
  }
};

using Proxy = MemoProxy<UnpicklerObject, Access>;

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

PyTypeObject* MakeUnpicklerMemoType(PyObject* module) { return Proxy::MakeType(module); }

PyObject* NewUnpicklerMemo(UnpicklerObject* unpickler) {
  return Proxy::New(State().unpickler_memo_type, unpickler);
}

int SetUnpicklerMemo(UnpicklerObject* unpickler, PyObject* value) {
  std::vector<std::pair<uint64_t, PyRef>> entries;
  if (value == nullptr) {
    PyErr_SetString(PyExc_TypeError, "attribute deletion is not supported");
    return -1;
  }
  if (Py_TYPE(value) == State().unpickler_memo_type) {
    entries = Entries(Proxy::OwnerOf(value));
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
