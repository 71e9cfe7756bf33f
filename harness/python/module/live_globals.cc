// Globals: classes, functions, and what __reduce__ names by a string.

#include "harness/python/module/live_pickler.h"

namespace pickleproof {
namespace {

// The parts of a qualified name. Nothing, and an exception, where it names something local.
PyRef PathOf(PyObject* name) {
  const PyRef dot = PyRef::Own(PyUnicode_FromOrdinal('.'));
  PyRef path = dot ? PyRef::Own(PyUnicode_Split(name, dot.get(), -1)) : PyRef();
  if (!path) return {};
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(path.get()); ++i) {
    if (IsStr(PyList_GET_ITEM(path.get(), i), "<locals>")) {
      PyErr_Format(PyExc_AttributeError, "Can't pickle local object %R", name);
      return {};
    }
  }
  return path;
}

// What a path leads to, and what it is an attribute of. Nothing, perhaps with an exception, where
// it leads nowhere.
PyRef Follow(PyObject* start, PyObject* path, PyRef* parent) {
  PyRef found = PyRef::Share(start);
  for (Py_ssize_t i = 0; found && i < PyList_GET_SIZE(path); ++i) {
    *parent = found;
    (void)LookUp(parent->get(), PyList_GET_ITEM(path, i), &found);
  }
  return found;
}

bool IsIn(PyObject* module_name, PyObject* module, PyObject* object, PyObject* path) {
  if (module == Py_None) return false;
  if (PyUnicode_Check(module_name) &&
      PyUnicode_CompareWithASCIIString(module_name, "__main__") == 0) {
    return false;
  }
  PyRef parent;
  return Follow(module, path, &parent).get() == object;
}

// The name of the module that an object without __module__ lives in.
PyRef SearchModules(PyObject* object, PyObject* path) {
  PyObject* modules = PySys_GetObject("modules");
  if (modules == nullptr) {
    PyErr_SetString(PyExc_RuntimeError, "unable to get sys.modules");
    return {};
  }
  // Looking for attributes may import modules.
  const PyRef names = PyRef::Own(PySequence_List(modules));
  if (!names) return {};
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(names.get()); ++i) {
    PyObject* name = PyList_GET_ITEM(names.get(), i);
    const PyRef module = PyRef::Own(PyObject_GetItem(modules, name));
    if (!module) {
      if (PyErr_ExceptionMatches(PyExc_KeyError) == 0) return {};
      PyErr_Clear();
      continue;
    }
    if (IsIn(name, module.get(), object, path)) return PyRef::Share(name);
    if (PyErr_Occurred() != nullptr) return {};
  }
  return PyRef::Share(State().main);
}

PyRef ModuleOf(PyObject* object, PyObject* path) {
  PyRef name;
  if (!LookUp(object, State().module, &name)) return {};
  // Methods of extension types have a __module__ that is None.
  if (name && name.get() != Py_None) return name;
  return SearchModules(object, path);
}

PyRef NameOf(PyObject* object) {
  PyRef name;
  if (!LookUp(object, State().qualname, &name)) return {};
  return name ? name : PyRef::Own(PyObject_GetAttr(object, State().name));
}

// Python 2's names. False with an exception.
bool MapToPython2(PyRef* module, PyRef* name) {
  const ModuleState& state = State();
  const PyRef key = PyRef::Own(PyTuple_Pack(2, module->get(), name->get()));
  if (!key) return false;
  PyObject* item = PyDict_GetItemWithError(state.names_to_2, key.get());
  if (item != nullptr) {
    if (!PyTuple_Check(item) || PyTuple_GET_SIZE(item) != 2 ||
        !PyUnicode_Check(PyTuple_GET_ITEM(item, 0)) ||
        !PyUnicode_Check(PyTuple_GET_ITEM(item, 1))) {
      PyErr_Format(PyExc_RuntimeError,
                   "_compat_pickle.REVERSE_NAME_MAPPING values should be pairs of str, not %R",
                   item);
      return false;
    }
    *module = PyRef::Share(PyTuple_GET_ITEM(item, 0));
    *name = PyRef::Share(PyTuple_GET_ITEM(item, 1));
    return true;
  }
  if (PyErr_Occurred() != nullptr) return false;
  item = PyDict_GetItemWithError(state.imports_to_2, module->get());
  if (item == nullptr) return PyErr_Occurred() == nullptr;
  if (!PyUnicode_Check(item)) {
    PyErr_Format(PyExc_RuntimeError,
                 "_compat_pickle.REVERSE_IMPORT_MAPPING values should be strings, not %.200s",
                 Py_TYPE(item)->tp_name);
    return false;
  }
  *module = PyRef::Share(item);
  return true;
}

// The number of an extension code. False with an exception, which is another one since 3.13.
bool ExtensionCode(PyObject* object, PyObject* code, long* number) {
  constexpr bool kOld = PY_VERSION_HEX < 0x030d0000;
  if (kOld && !PyLong_Check(code)) {
    PyErr_Format(State().pickling_error, "Can't pickle %R: extension code %R isn't an integer",
                 object, code);
    return false;
  }
  *number = PyLong_AsLong(code);
  if (*number > 0 && *number <= 0x7fffffffL) return true;
  if (PyErr_Occurred() != nullptr) return false;
  if (kOld) {
    PyErr_Format(State().pickling_error, "Can't pickle %R: extension code %ld is out of range",
                 object, *number);
  } else {
    PyErr_Format(PyExc_RuntimeError, "extension code %ld is out of range", *number);
  }
  return false;
}

}  // namespace

// `name` is what __reduce__ returned, or nullptr for the object's own qualified name.
bool LivePickler::SaveGlobal(PyObject* object, PyObject* name) {
  const PyRef global_name = name != nullptr ? PyRef::Share(name) : NameOf(object);
  const PyRef path = global_name ? PathOf(global_name.get()) : PyRef();
  const PyRef module_name = path ? ModuleOf(object, path.get()) : PyRef();
  if (!module_name) return false;
  PyObject* const error = State().pickling_error;
  const PyRef module = PyRef::Own(PyImport_Import(module_name.get()));
  if (!module) {
    PyErr_Format(error, "Can't pickle %R: import of module %R failed", object, module_name.get());
    return false;
  }
  PyRef parent;
  const PyRef found = Follow(module.get(), path.get(), &parent);
  if (!found) {
    PyErr_Format(error, "Can't pickle %R: attribute lookup %S on %S failed", object,
                 global_name.get(), module_name.get());
    return false;
  }
  if (found.get() != object) {
    PyErr_Format(error, "Can't pickle %R: it's not the same object as %S.%S", object,
                 module_name.get(), global_name.get());
    return false;
  }
  if (protocol() >= 2) {
    bool done = false;
    if (!SaveExtension(object, module_name.get(), global_name.get(), &done)) return false;
    if (done) return true;
  }
  const bool nested = parent.get() != module.get();
  return WriteGlobal(object, module_name.get(), global_name.get(), parent.get(), path.get(),
                     nested);
}

// Writes an extension code where the global has one.
bool LivePickler::SaveExtension(PyObject* object, PyObject* module_name, PyObject* name,
                                bool* done) {
  const PyRef key = PyRef::Own(PyTuple_Pack(2, module_name, name));
  if (!key) return false;
  PyObject* code = PyDict_GetItemWithError(State().extension_registry, key.get());
  if (code == nullptr) return PyErr_Occurred() == nullptr;
  long number = 0;
  if (!ExtensionCode(object, code, &number)) return false;
  p_ = writer_.Extension(p_, static_cast<uint32_t>(number));
  *done = true;
  return true;
}

bool LivePickler::WriteGlobal(PyObject* object, PyObject* module_name, PyObject* name,
                              PyObject* parent, PyObject* path, bool nested) {
  PyObject* last = PyList_GET_ITEM(path, PyList_GET_SIZE(path) - 1);
  if (protocol() >= 4) {
    return Push(Task::kMemoize, object) && PushOpcode(Opcode::STACK_GLOBAL) &&
           Push(Task::kValue, nested ? name : last) && Save(module_name);
  }
  if (nested) return WriteNested(object, module_name, parent, path);
  return WriteLines(PyRef::Share(module_name), PyRef::Share(last)) && Put(object);
}

bool LivePickler::WriteLines(PyRef module_name, PyRef name) {
  if (protocol() < 3 && fix_imports_ && !MapToPython2(&module_name, &name)) return false;
  PyRef encoded[2];
  for (int i = 0; i < 2; ++i) {
    PyObject* text = i == 0 ? module_name.get() : name.get();
    encoded[i] =
        PyRef::Own(protocol() == 3 ? PyUnicode_AsUTF8String(text) : PyUnicode_AsASCIIString(text));
    if (encoded[i]) continue;
    if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) != 0) {
      PyErr_Format(State().pickling_error,
                   "can't pickle %s identifier '%S' using pickle protocol %i",
                   i == 0 ? "module" : "global", text, protocol());
    }
    return false;
  }
  p_ = writer_.Lines(p_, Opcode::GLOBAL, PyBytes_AS_STRING(encoded[0].get()),
                     PyBytes_AS_STRING(encoded[1].get()));
  return true;
}

// Below protocol 4 an attribute of a global is getattr(parent, name).
bool LivePickler::WriteNested(PyObject* object, PyObject* module_name, PyObject* parent,
                              PyObject* path) {
  const Py_ssize_t size = PyList_GET_SIZE(path);
  if (!Push(Task::kMemoize, object)) return false;
  if (!writer_.policy().flat_getattr) {
    const PyRef reduced = PyRef::Own(
        Py_BuildValue("(O(OO))", State().getattr, parent, PyList_GET_ITEM(path, size - 1)));
    return reduced && SaveReduced(reduced.get(), nullptr);
  }
  // From 3.13 on the parents are no values of their own: all getattr first, then the names.
  return Push(Task::kNestedName, path, module_name);
}

bool LivePickler::StepNestedName() {
  Job& job = jobs_.back();
  const Py_ssize_t size = PyList_GET_SIZE(job.object);
  const Py_ssize_t step = job.position++;
  if (step < size - 1) {
    if (step != 0 && protocol() < 2) p_ = PutOpcode(p_, Opcode::MARK);
    return Save(State().getattr);
  }
  const Py_ssize_t name = step - (size - 1);  // of the path; 0 is that of the module's global
  if (name == 0) {
    if (protocol() < 2) p_ = PutOpcode(p_, Opcode::MARK);
    if (!WriteLines(PyRef::Share(job.extra), PyRef::Share(PyList_GET_ITEM(job.object, 0)))) {
      return false;
    }
    return Save(PyList_GET_ITEM(jobs_.back().object, 1));
  }
  p_ = PutOpcode(p_, protocol() < 2 ? Opcode::TUPLE : Opcode::TUPLE2);
  p_ = PutOpcode(p_, Opcode::REDUCE);
  if (name + 1 < size) return Save(PyList_GET_ITEM(job.object, name + 1));
  Finish();
  return true;
}

bool LivePickler::SaveType(PyObject* object) {
  PyObject* const singletons[] = {Py_None, Py_Ellipsis, Py_NotImplemented};
  for (PyObject* singleton : singletons) {
    if (object != reinterpret_cast<PyObject*>(Py_TYPE(singleton))) continue;
    const PyRef reduced = PyRef::Own(Py_BuildValue("(O(O))", &PyType_Type, singleton));
    return reduced && SaveReduced(reduced.get(), object);
  }
  return SaveGlobal(object, nullptr);
}

}  // namespace pickleproof
