// Values with behaviour: globals, extension codes, persistent ids, calls and state.

#include "harness/graph/graph.h"
#include "harness/python/module/python_world.h"

namespace pickleproof {
namespace {

bool FailUnpickling(const char* message) {
  PyErr_SetString(State().unpickling_error, message);
  return false;
}

// The new name of an old one, or the name itself. False with an exception.
bool MapNames(PyRef* module, PyRef* name) {
  const ModuleState& state = State();
  const PyRef key = PyRef::Own(PyTuple_Pack(2, module->get(), name->get()));
  if (!key) return false;
  PyObject* item = PyDict_GetItemWithError(state.names_to_3, key.get());
  if (item != nullptr) {
    if (!PyTuple_Check(item) || PyTuple_GET_SIZE(item) != 2) {
      PyErr_Format(PyExc_RuntimeError,
                   "_compat_pickle.NAME_MAPPING values should be 2-tuples, not %.200s",
                   Py_TYPE(item)->tp_name);
      return false;
    }
    *module = PyRef::Share(PyTuple_GET_ITEM(item, 0));
    *name = PyRef::Share(PyTuple_GET_ITEM(item, 1));
    if (PyUnicode_Check(module->get()) && PyUnicode_Check(name->get())) return true;
    PyErr_Format(PyExc_RuntimeError,
                 "_compat_pickle.NAME_MAPPING values should be pairs of str, not (%.200s, %.200s)",
                 Py_TYPE(module->get())->tp_name, Py_TYPE(name->get())->tp_name);
    return false;
  }
  if (PyErr_Occurred() != nullptr) return false;
  item = PyDict_GetItemWithError(state.imports_to_3, module->get());
  if (item == nullptr) return PyErr_Occurred() == nullptr;
  if (!PyUnicode_Check(item)) {
    PyErr_Format(PyExc_RuntimeError,
                 "_compat_pickle.IMPORT_MAPPING values should be strings, not %.200s",
                 Py_TYPE(item)->tp_name);
    return false;
  }
  *module = PyRef::Share(item);
  return true;
}

PyRef FailAttribute(PyObject* object, PyObject* name) {
  if (PyErr_Occurred() == nullptr) {
    PyErr_Format(PyExc_AttributeError, "Can't get attribute %R on %R", name, object);
  }
  return {};
}

// An attribute of an attribute, as far as there are dots.
PyRef DottedAttribute(PyObject* object, PyObject* name) {
  const PyRef dot = PyRef::Own(PyUnicode_FromOrdinal('.'));
  const PyRef path = dot ? PyRef::Own(PyUnicode_Split(name, dot.get(), -1)) : PyRef();
  if (!path) return {};
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(path.get()); ++i) {
    if (IsStr(PyList_GET_ITEM(path.get(), i), "<locals>")) {
      PyErr_Format(PyExc_AttributeError, "Can't get local attribute %R on %R", name, object);
      return {};
    }
  }
  PyRef found = PyRef::Share(object);
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(path.get()); ++i) {
    const PyRef parent = found;
    (void)LookUp(parent.get(), PyList_GET_ITEM(path.get(), i), &found);
    if (!found) return FailAttribute(object, name);
  }
  return found;
}

}  // namespace

PyRef FindGlobal(PyObject* module_name, PyObject* global_name, int protocol, bool fix_imports) {
  if (PySys_Audit("pickle.find_class", "OO", module_name, global_name) < 0) return {};
  PyRef module = PyRef::Share(module_name);
  PyRef name = PyRef::Share(global_name);
  if (protocol < 3 && fix_imports && !MapNames(&module, &name)) return {};
  const PyRef imported = PyRef::Own(PyImport_Import(module.get()));
  if (!imported) return {};
  if (protocol >= 4) return DottedAttribute(imported.get(), name.get());
  PyRef found;
  (void)LookUp(imported.get(), name.get(), &found);
  return found ? found : FailAttribute(imported.get(), name.get());
}

PyObject* PythonWorld::FindClass(PyObject* module, PyObject* name) {
  if (context_.unpickler == nullptr) {
    return Made(FindGlobal(module, name, context_.protocol, context_.fix_imports).Release());
  }
  return Made(
      PyObject_CallMethodObjArgs(context_.unpickler, State().find_class, module, name, nullptr));
}

PyObject* PythonWorld::Global(std::string_view module, std::string_view name, int protocol) {
  context_.protocol = protocol;
  const PyRef module_str = NewStr(module);
  const PyRef name_str = NewStr(name);
  if (!module_str || !name_str) return Made(nullptr);
  return FindClass(module_str.get(), name_str.get());
}

PyObject* PythonWorld::GlobalOf(PyObject* module, PyObject* name, int protocol) {
  context_.protocol = protocol;
  if (PyUnicode_CheckExact(module) && PyUnicode_CheckExact(name)) return FindClass(module, name);
  FailUnpickling("STACK_GLOBAL requires str");
  return Made(nullptr);
}

PyObject* PythonWorld::Extension(uint32_t code, int protocol) {
  const ModuleState& state = State();
  context_.protocol = protocol;
  const PyRef key = PyRef::Own(PyLong_FromUnsignedLong(code));
  if (!key) return Made(nullptr);
  PyObject* known = PyDict_GetItemWithError(state.extension_cache, key.get());
  if (known != nullptr) return Shared(known);
  if (PyErr_Occurred() != nullptr) return Made(nullptr);
  PyRef pair = PyRef::Share(PyDict_GetItemWithError(state.inverted_registry, key.get()));
  if (!pair) {
    if (PyErr_Occurred() == nullptr) {
      PyErr_Format(PyExc_ValueError, "unregistered extension code %u", code);
    }
    return Made(nullptr);
  }
  if (!PyTuple_Check(pair.get()) || PyTuple_GET_SIZE(pair.get()) != 2 ||
      !PyUnicode_Check(PyTuple_GET_ITEM(pair.get(), 0)) ||
      !PyUnicode_Check(PyTuple_GET_ITEM(pair.get(), 1))) {
    PyErr_Format(PyExc_ValueError, "_inverted_registry[%u] isn't a 2-tuple of strings", code);
    return Made(nullptr);
  }
  PyRef found =
      PyRef::Own(FindClass(PyTuple_GET_ITEM(pair.get(), 0), PyTuple_GET_ITEM(pair.get(), 1)));
  if (!found) return nullptr;
  if (PyDict_SetItem(state.extension_cache, key.get(), found.get()) < 0) return Made(nullptr);
  return found.Release();
}

PyObject* PythonWorld::Persistent(PyObject* pid) {
  const PyRef owned = PyRef::Own(pid);
  const PyRef load = PyRef::Share(context_.persistent_load);
  return Made(PyObject_CallOneArg(load.get(), pid));
}

PyObject* PythonWorld::Call(How how, PyObject* callable, PyObject* args) {
  const PyRef callee = PyRef::Own(callable);
  const PyRef arguments = PyRef::Own(args);
  if (how != How::kReduce && PyTuple_GET_SIZE(args) == 0 && PyType_Check(callable)) {
    PyRef getinitargs;
    if (!LookUp(callable, State().getinitargs, &getinitargs)) return Made(nullptr);
    if (!getinitargs) {
      return Made(PyObject_CallMethodObjArgs(callable, State().new_name, callable, nullptr));
    }
  }
  return Made(PyObject_CallObject(callable, args));
}

PyObject* PythonWorld::New(PyObject* cls, PyObject* args, PyObject* kwargs) {
  const PyRef owned[] = {PyRef::Own(cls), PyRef::Own(args), PyRef::Own(kwargs)};
  const char* opcode = kwargs == nullptr ? "NEWOBJ" : "NEWOBJ_EX";
  const auto refuse = [&](const char* format, PyObject* culprit) {
    PyErr_Format(State().unpickling_error, format, opcode, Py_TYPE(culprit)->tp_name);
    return Made(nullptr);
  };
  if (!PyType_Check(cls)) return refuse("%s class argument must be a type, not %.200s", cls);
  auto* type = reinterpret_cast<PyTypeObject*>(cls);
  if (type->tp_new == nullptr) {
    return refuse("%s class argument '%.200s' doesn't have __new__", cls);
  }
  if (!PyTuple_Check(args)) return refuse("%s args argument must be a tuple, not %.200s", args);
  if (kwargs != nullptr && !PyDict_Check(kwargs)) {
    return refuse("%s kwargs argument must be a dict, not %.200s", kwargs);
  }
  return Made(type->tp_new(type, args, kwargs));
}

// ---- State.

bool PythonWorld::Build(PyObject* target, PyObject* state) {
  const PyRef owned = PyRef::Own(state);
  PyRef setstate;
  if (!LookUp(target, State().setstate, &setstate)) return Done(false);
  if (setstate) {
    return Done(static_cast<bool>(PyRef::Own(PyObject_CallOneArg(setstate.get(), state))));
  }
  return Done(BuildPlain(target, state));
}

namespace {

// Items go into the instance's dict, whose keys are interned like those of attributes.
bool SetDict(PyObject* target, PyObject* items) {
  if (!PyDict_Check(items)) return FailUnpickling("state is not a dictionary");
  const PyRef dict = PyRef::Own(PyObject_GetAttr(target, State().dict));
  if (!dict) return false;
  const bool is_dict = PyDict_CheckExact(dict.get());
  Py_ssize_t position = 0;
  PyObject *key = nullptr, *value = nullptr;
  while (PyDict_Next(items, &position, &key, &value) != 0) {
    // Interning may put another object in the place of the key, which `items` still holds.
    Py_INCREF(key);
    if (PyUnicode_CheckExact(key)) PyUnicode_InternInPlace(&key);
    const PyRef name = PyRef::Own(key);
    const PyRef held = PyRef::Share(value);
    const int status =
        is_dict ? PyDict_SetItem(dict.get(), key, value) : PyObject_SetItem(dict.get(), key, value);
    if (status < 0) return false;
  }
  return true;
}

bool SetSlots(PyObject* target, PyObject* slots) {
  if (!PyDict_Check(slots)) return FailUnpickling("slot state is not a dictionary");
  Py_ssize_t position = 0;
  PyObject *key = nullptr, *value = nullptr;
  while (PyDict_Next(slots, &position, &key, &value) != 0) {
    const PyRef name = PyRef::Share(key);
    const PyRef held = PyRef::Share(value);
    if (PyObject_SetAttr(target, key, value) < 0) return false;
  }
  return true;
}

}  // namespace

// State without a __setstate__: items of the instance's dict, or a pair of those and slots.
bool PythonWorld::BuildPlain(PyObject* target, PyObject* state) {
  PyObject* items = state;
  PyObject* slots = nullptr;
  if (PyTuple_Check(state) && PyTuple_GET_SIZE(state) == 2) {
    items = PyTuple_GET_ITEM(state, 0);
    slots = PyTuple_GET_ITEM(state, 1);
  }
  return (items == Py_None || SetDict(target, items)) &&
         (slots == nullptr || SetSlots(target, slots));
}

}  // namespace pickleproof
