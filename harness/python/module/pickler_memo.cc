// The memo of a Pickler as Python sees it.

#include <vector>

#include "harness/python/module/memo_proxy.h"
#include "harness/python/module/pickler_object.h"

namespace pickleproof {
namespace {

// The entries, with a reference to each object: what comes next may run any code.
std::vector<std::pair<PyRef, uint64_t>> Entries(const PicklerObject* pickler) {
  std::vector<std::pair<PyRef, uint64_t>> entries;
  if (pickler == nullptr || pickler->live == nullptr) return entries;
  pickler->live->memo().ForEach([&](const LiveMemo::Entry& entry) {
    entries.emplace_back(PyRef::Share(entry.object), entry.index);
  });
  return entries;
}

struct Access {
  static constexpr const char* kName = "pickleproof.PicklerMemoProxy";

  static void Clear(PicklerObject* pickler) {
    if (pickler->live != nullptr) pickler->live->memo().Clear();
  }

  // Of id -> (index, object).
  static PyObject* Copy(const PicklerObject* pickler) {
    PyRef copy = PyRef::Own(PyDict_New());
    if (!copy) return nullptr;
    for (const auto& [entry, index] : Entries(pickler)) {
      const PyRef key = PyRef::Own(PyLong_FromVoidPtr(entry.get()));
      const PyRef value =
          PyRef::Own(Py_BuildValue("KO", static_cast<unsigned long long>(index), entry.get()));
      if (!key || !value || PyDict_SetItem(copy.get(), key.get(), value.get()) < 0) return nullptr;
    }
    return copy.Release();
  }
};

using Proxy = MemoProxy<PicklerObject, Access>;

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

PyTypeObject* MakePicklerMemoType(PyObject* module) { return Proxy::MakeType(module); }

PyObject* NewPicklerMemo(PicklerObject* pickler) {
  return Proxy::New(State().pickler_memo_type, pickler);
}

int SetPicklerMemo(PicklerObject* pickler, PyObject* value) {
  std::vector<std::pair<PyRef, uint64_t>> entries;
  if (value == nullptr) {
    PyErr_SetString(PyExc_TypeError, "attribute deletion is not supported");
    return -1;
  }
  if (Py_TYPE(value) == State().pickler_memo_type) {
    entries = Entries(Proxy::OwnerOf(value));
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
