#pragma once
// The names that Python 3 gave to globals of Python 2, as readers and writers with fix_imports use
// them below protocol 3. Source: CPython Lib/_compat_pickle.py.

#include <string_view>

namespace pickleproof {

struct GlobalName {
  std::string_view module, name;
  friend bool operator==(const GlobalName&, const GlobalName&) = default;
};

// NAME_MAPPING first, else IMPORT_MAPPING for the module, else unchanged (CPython
// Modules/_pickle.c, _pickle_Unpickler_find_class_impl).
GlobalName ToPython3(GlobalName name);

// REVERSE_NAME_MAPPING first, else REVERSE_IMPORT_MAPPING, else unchanged (Modules/_pickle.c,
// fix_imports).
GlobalName ToPython2(GlobalName name);

}  // namespace pickleproof
