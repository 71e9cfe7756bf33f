#include "harness/python/module/state.h"

namespace pickleproof {
namespace {

// An attribute of a module, of the type that the rest relies upon.
bool Take(const char* module, const char* name, PyTypeObject* type, PyObject** slot) {
  const PyRef imported = PyRef::Own(PyImport_ImportModule(module));
  if (!imported) return false;
  *slot = PyObject_GetAttrString(imported.get(), name);
  if (*slot == nullptr) return false;
  if (type == nullptr || Py_TYPE(*slot) == type) return true;
  PyErr_Format(PyExc_RuntimeError, "%s.%s should be a %s, not %.200s", module, name, type->tp_name,
               Py_TYPE(*slot)->tp_name);
  return false;
}

bool InternNames(ModuleState& state) {
  const struct {
    PyObject** slot;
    const char* text;
  } names[] = {
      {&state.append, "append"},
      {&state.add, "add"},
      {&state.class_name, "__class__"},
      {&state.dict, "__dict__"},
      {&state.extend, "extend"},
      {&state.find_class, "find_class"},
      {&state.getinitargs, "__getinitargs__"},
      {&state.module, "__module__"},
      {&state.name, "__name__"},
      {&state.new_name, "__new__"},
      {&state.peek, "peek"},
      {&state.persistent_id, "persistent_id"},
      {&state.persistent_load, "persistent_load"},
      {&state.qualname, "__qualname__"},
      {&state.read, "read"},
      {&state.readinto, "readinto"},
      {&state.readline, "readline"},
      {&state.reduce, "__reduce__"},
      {&state.reduce_ex, "__reduce_ex__"},
      {&state.reducer_override, "reducer_override"},
      {&state.dispatch_table_name, "dispatch_table"},
      {&state.setstate, "__setstate__"},
      {&state.write, "write"},
      {&state.latin1, "latin1"},
      {&state.main, "__main__"},
      {&state.items, "items"},
  };
  for (const auto& [slot, text] : names) {
    *slot = PyUnicode_InternFromString(text);
    if (*slot == nullptr) return false;
  }
  return true;
}

}  // namespace

ModuleState& State() {
  static ModuleState state;
  return state;
}

bool InitState() {
  ModuleState& s = State();
  PyTypeObject* dict = &PyDict_Type;
  return InternNames(s) && Take("_pickle", "PickleError", nullptr, &s.pickle_error) &&
         Take("_pickle", "PicklingError", nullptr, &s.pickling_error) &&
         Take("_pickle", "UnpicklingError", nullptr, &s.unpickling_error) &&
         Take("copyreg", "dispatch_table", dict, &s.dispatch_table) &&
         Take("copyreg", "_extension_registry", dict, &s.extension_registry) &&
         Take("copyreg", "_inverted_registry", dict, &s.inverted_registry) &&
         Take("copyreg", "_extension_cache", dict, &s.extension_cache) &&
         Take("_compat_pickle", "NAME_MAPPING", dict, &s.names_to_3) &&
         Take("_compat_pickle", "IMPORT_MAPPING", dict, &s.imports_to_3) &&
         Take("_compat_pickle", "REVERSE_NAME_MAPPING", dict, &s.names_to_2) &&
         Take("_compat_pickle", "REVERSE_IMPORT_MAPPING", dict, &s.imports_to_2) &&
         Take("codecs", "encode", nullptr, &s.codecs_encode) &&
         Take("builtins", "getattr", nullptr, &s.getattr) &&
         Take("functools", "partial", nullptr, &s.partial);
}

bool LookUp(PyObject* object, PyObject* name, PyRef* found) {
  PyObject* value = nullptr;
#if PY_VERSION_HEX >= 0x030d0000
  const int status = PyObject_GetOptionalAttr(object, name, &value);
#else
  const int status = _PyObject_LookupAttr(object, name, &value);
#endif
  *found = PyRef::Own(value);
  return status >= 0;
}

}  // namespace pickleproof
