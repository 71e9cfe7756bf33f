// Values without behaviour: numbers, text, containers, buffers.

#include "harness/python/module/python_world.h"

#include <string>

#include "harness/base/utf8.h"

namespace pickleproof {
namespace {

PyObject* Bytes(std::string_view bytes) {
  return PyBytes_FromStringAndSize(bytes.data(), static_cast<Py_ssize_t>(bytes.size()));
}

// ASCII text of two characters or more is copied; the rest goes through the codec, which knows
// singletons and the widths of characters.
PyObject* Str(std::string_view text) {
  if (text.size() > 1 && IsAscii(text)) {
    PyObject* str = PyUnicode_New(static_cast<Py_ssize_t>(text.size()), 127);
    if (str != nullptr) std::memcpy(PyUnicode_1BYTE_DATA(str), text.data(), text.size());
    return str;
  }
  return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogatepass");
}

void DropAll(PythonWorld::Items items) {
  for (PyObject* item : items) Py_DECREF(item);
}

#ifndef Py_GIL_DISABLED
// Makes room for `more` items behind those that a list has, with the growth of list.append.
bool ReserveList(PyListObject* list, size_t more) {
  const auto size = static_cast<size_t>(Py_SIZE(list));
  if (size + more <= static_cast<size_t>(list->allocated)) return true;
  size_t room = size + more;
  if (size != 0) room += room / 8 + 6;
  if (room > PY_SSIZE_T_MAX / sizeof(PyObject*)) return PyErr_NoMemory() != nullptr;
  auto** grown = static_cast<PyObject**>(
      PyMem_Realloc(static_cast<void*>(list->ob_item), room * sizeof(PyObject*)));
  if (grown == nullptr) return PyErr_NoMemory() != nullptr;
  list->ob_item = grown;
  list->allocated = static_cast<Py_ssize_t>(room);
  return true;
}
#endif

// Moves the items to the end of a list.
bool ExtendList(PyObject* list, PythonWorld::Items items) {
#ifndef Py_GIL_DISABLED
  auto* target = reinterpret_cast<PyListObject*>(list);
  if (!ReserveList(target, items.size())) {
    DropAll(items);
    return false;
  }
  if (!items.empty()) {
    std::memcpy(static_cast<void*>(target->ob_item + Py_SIZE(target)), items.data(),
                items.size_bytes());
  }
  Py_SET_SIZE(target, Py_SIZE(target) + static_cast<Py_ssize_t>(items.size()));
  return true;
#else
  bool done = true;
  for (PyObject* item : items) done = done && PyList_Append(list, item) == 0;
  DropAll(items);
  return done;
#endif
}

}  // namespace

void PythonWorld::Failed() {
  error_ = {ErrorCode::kForeign, kNoOffset, "an exception", ""};
  if (PyErr_Occurred() == nullptr) PyErr_SetString(PyExc_SystemError, "no exception was set");
}

PyObject* PythonWorld::Long(std::string_view bytes) {
  if (bytes.empty()) return Int(0);
  return Made(_PyLong_FromByteArray(reinterpret_cast<const unsigned char*>(bytes.data()),
                                    bytes.size(), 1, 1));
}

PyObject* PythonWorld::IntText(std::string_view line, int base) {
  const std::string text(line);
  return Made(PyLong_FromString(text.c_str(), nullptr, base));
}

PyObject* PythonWorld::Text(Kind kind, std::string_view bytes, bool /*borrowed*/) {
  if (kind == Kind::kStr) return Made(Str(bytes));
  if (kind == Kind::kBytes) return Made(Bytes(bytes));
  return Made(PyByteArray_FromStringAndSize(bytes.data(), static_cast<Py_ssize_t>(bytes.size())));
}

PyObject* PythonWorld::DecodePy2(std::string_view bytes) {
  if (std::strcmp(context_.encoding, "bytes") == 0) return Made(Bytes(bytes));
  return Made(PyUnicode_Decode(bytes.data(), static_cast<Py_ssize_t>(bytes.size()),
                               context_.encoding, context_.errors));
}

PyObject* PythonWorld::Tuple(Items items) {
  PyObject* tuple = PyTuple_New(static_cast<Py_ssize_t>(items.size()));
  if (tuple == nullptr) {
    DropAll(items);
    return Made(nullptr);
  }
  for (size_t i = 0; i < items.size(); ++i) {
    PyTuple_SET_ITEM(tuple, static_cast<Py_ssize_t>(i), items[i]);
  }
  return tuple;
}

PyObject* PythonWorld::List(Items items) {
  PyObject* list = PyList_New(0);
  if (list == nullptr) {
    DropAll(items);
    return Made(nullptr);
  }
  if (ExtendList(list, items)) return list;
  Py_DECREF(list);
  return Made(nullptr);
}

PyObject* PythonWorld::Empty(Kind kind) {
  if (kind == Kind::kList) return Made(PyList_New(0));
  if (kind == Kind::kDict) return Made(PyDict_New());
  return Made(PySet_New(nullptr));
}

PyObject* PythonWorld::Dict(Items items) {
  PyObject* dict = PyDict_New();
  if (dict == nullptr) {
    DropAll(items);
    return Made(nullptr);
  }
  if (SetItems(dict, items)) return dict;
  Py_DECREF(dict);
  return nullptr;
}

PyObject* PythonWorld::FrozenSet(Items items) {
  const PyRef members = PyRef::Own(Tuple(items));
  return members ? Made(PyFrozenSet_New(members.get())) : nullptr;
}

PyObject* PythonWorld::NextBuffer() {
  if (context_.buffers == nullptr) {
    PyErr_SetString(State().unpickling_error,
                    "pickle stream refers to out-of-band data but no *buffers* argument was given");
    return Made(nullptr);
  }
  PyObject* buffer = PyIter_Next(context_.buffers);
  if (buffer == nullptr && PyErr_Occurred() == nullptr) {
    PyErr_SetString(State().unpickling_error, "not enough out-of-band buffers");
  }
  return Made(buffer);
}

PyObject* PythonWorld::ReadOnly(PyObject* value) {
  const PyRef owned = PyRef::Own(value);
  PyRef view = PyRef::Own(PyMemoryView_FromObject(value));
  if (!view) return Made(nullptr);
  if (PyMemoryView_GET_BUFFER(view.get())->readonly != 0) return PyRef(owned).Release();
  return Made(PyObject_CallMethod(view.get(), "toreadonly", nullptr));
}

bool PythonWorld::Append(PyObject* target, Items items, bool /*single*/) {
  if (PyList_CheckExact(target)) return Done(ExtendList(target, items));
  return Done(AppendOther(target, items));
}

// Whatever has extend(), or append().
bool PythonWorld::AppendOther(PyObject* target, Items items) {
  const PyRef list = PyRef::Own(List(items));
  PyRef extend;
  if (!list || !LookUp(target, State().extend, &extend)) return false;
  if (extend) return static_cast<bool>(PyRef::Own(PyObject_CallOneArg(extend.get(), list.get())));
  const PyRef append = PyRef::Own(PyObject_GetAttr(target, State().append));
  if (!append) return false;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list.get()); ++i) {
    if (!PyRef::Own(PyObject_CallOneArg(append.get(), PyList_GET_ITEM(list.get(), i)))) {
      return false;
    }
  }
  return true;
}

bool PythonWorld::SetItems(PyObject* target, Items items) {
  bool done = true;
  const bool is_dict = PyDict_CheckExact(target);
  for (size_t i = 0; done && i < items.size(); i += 2) {
    done = (is_dict ? PyDict_SetItem(target, items[i], items[i + 1])
                    : PyObject_SetItem(target, items[i], items[i + 1])) == 0;
  }
  DropAll(items);
  return Done(done);
}

bool PythonWorld::AddItems(PyObject* target, Items items) {
  if (PySet_Check(target)) {
    const PyRef members = PyRef::Own(Tuple(items));
    bool done = static_cast<bool>(members);
    for (size_t i = 0; done && i < items.size(); ++i) done = PySet_Add(target, items[i]) == 0;
    return Done(done);
  }
  const PyRef members = PyRef::Own(Tuple(items));
  const PyRef add = PyRef::Own(PyObject_GetAttr(target, State().add));
  if (!members || !add) return Done(false);
  for (PyObject* item : items) {
    if (!PyRef::Own(PyObject_CallOneArg(add.get(), item))) return Done(false);
  }
  return true;
}

bool PythonWorld::AsStr(PyObject* value, std::string_view* text) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_CheckExact(value) ? PyUnicode_AsUTF8AndSize(value, &size) : nullptr;
  if (bytes == nullptr) PyErr_Clear();
  *text = {bytes, static_cast<size_t>(size)};
  return bytes != nullptr;
}

}  // namespace pickleproof
