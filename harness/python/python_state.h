#pragma once
// What all engines of one interpreter share: classes, functions and dicts of its modules. Private
// to harness/python.

#include "harness/python/python_api.h"

namespace pickleproof {

struct PythonState {
  PyRef c_pickle;   // module _pickle
  PyRef py_pickle;  // module pickle
  PyRef io;         // module _io
  PyRef bytes_io;   // class
  PyRef gc_collect;

  // Unpickler subclasses that never import; the first two resolve persistent ids too.
  PyRef c_unpickler, py_unpickler;
  PyRef c_unpickler_without_ids, py_unpickler_without_ids;
  PyRef c_loads;

  // copyreg's own dicts: both readers hold these very objects.
  PyRef inverted_registry, extension_cache, extension_registry;
  // The module name under which extension codes are registered; recognised by address.
  PyRef extension_module;
};

}  // namespace pickleproof
