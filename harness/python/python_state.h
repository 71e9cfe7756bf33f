#pragma once
// What all engines of one interpreter share: classes, functions and dicts of its modules. Private
// to harness/python.

#include <string_view>
#include <vector>

#include "harness/python/python_api.h"

namespace pickleproof {

// A global that the picklers themselves refer to, so that no stand-in may take its place.
struct RealGlobal {
  std::string_view module, name;
  PyRef object;
};

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
  // Of an extension, where there is one, and whether its constructor knows `buffers`.
  PyRef extension_unpickler, extension_unpickler_without_ids;
  bool extension_takes_buffers = false;

  PyRef c_dumps, py_dumps;
  // Pickler classes, and subclasses of them that write persistent ids.
  PyRef c_pickler, py_pickler;
  PyRef c_pickler_with_ids, py_pickler_with_ids;
  std::vector<RealGlobal> real_globals;

  // copyreg's own dicts: both readers hold these very objects.
  PyRef inverted_registry, extension_cache, extension_registry;
  // The module name under which extension codes are registered; recognised by address.
  PyRef extension_module;

  // Bytes read and written since the last collection of cyclic garbage.
  size_t since_collection = 0;
};

// Collects cyclic garbage now and then: automatic collection is off, because it would start in the
// middle of every larger pickle. `size` is what the work at hand reads or writes.
void CollectGarbage(PythonState& state, size_t size);

}  // namespace pickleproof
