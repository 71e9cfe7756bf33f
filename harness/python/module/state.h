#pragma once
// What the whole module shares: exception classes, registries and names, looked up once when it is
// imported. Apart from the types because all of them need it.

#include "harness/python/python_api.h"

namespace pickleproof {

// References that are kept for the life of the process, as those of a static type are.
struct ModuleState {
  // The pickle module's own classes, so that `except pickle.PicklingError` means ours too.
  PyObject* pickle_error = nullptr;
  PyObject* pickling_error = nullptr;
  PyObject* unpickling_error = nullptr;

  // copyreg's dispatch_table, _extension_registry, _inverted_registry and _extension_cache.
  PyObject* dispatch_table = nullptr;
  PyObject* extension_registry = nullptr;
  PyObject* inverted_registry = nullptr;
  PyObject* extension_cache = nullptr;

  // _compat_pickle's NAME_MAPPING, IMPORT_MAPPING and their reverse.
  PyObject* names_to_3 = nullptr;
  PyObject* imports_to_3 = nullptr;
  PyObject* names_to_2 = nullptr;
  PyObject* imports_to_2 = nullptr;

  PyObject* codecs_encode = nullptr;
  PyObject* getattr = nullptr;
  PyObject* partial = nullptr;

  PyTypeObject* pickler_type = nullptr;
  PyTypeObject* pickler_memo_type = nullptr;
  PyTypeObject* unpickler_type = nullptr;
  PyTypeObject* unpickler_memo_type = nullptr;

  // Interned names of attributes.
  PyObject *append, *add, *class_name, *dict, *extend, *find_class, *getinitargs, *module, *name,
      *new_name, *peek, *persistent_id, *persistent_load, *qualname, *read, *readinto, *readline,
      *reduce, *reduce_ex, *reducer_override, *dispatch_table_name, *setstate, *write, *latin1,
      *main, *items;
};

// Filled by InitState(), which returns false with an exception set where something is missing.
ModuleState& State();
bool InitState();

// getattr(object, name) as an optional: no reference and no exception where there is none. False
// where getattr itself failed.
bool LookUp(PyObject* object, PyObject* name, PyRef* found);

}  // namespace pickleproof
