// The extension module `pickleproof`.

#include "harness/python/module/docs.h"
#include "harness/python/module/functions.h"
#include "harness/python/module/pickler_object.h"
#include "harness/python/module/state.h"
#include "harness/python/module/unpickler_object.h"

namespace pickleproof {
namespace {

PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                          "pickleproof",
                          kModuleDoc,
                          -1,
                          nullptr,
                          nullptr,
                          nullptr,
                          nullptr,
                          nullptr};

bool AddTypes(PyObject* module, ModuleState& state) {
  state.unpickler_type = MakeUnpicklerType(module);
  state.unpickler_memo_type = MakeUnpicklerMemoType(module);
  state.pickler_type = MakePicklerType(module);
  state.pickler_memo_type = MakePicklerMemoType(module);
  return state.unpickler_type != nullptr && state.unpickler_memo_type != nullptr &&
         state.pickler_type != nullptr && state.pickler_memo_type != nullptr &&
         PyModule_AddType(module, state.pickler_type) == 0 &&
         PyModule_AddType(module, state.unpickler_type) == 0;
}

bool AddNames(PyObject* module, const ModuleState& state) {
  const struct {
    const char* name;
    PyObject* object;
  } names[] = {
      {"PickleError", state.pickle_error},
      {"PicklingError", state.pickling_error},
      {"UnpicklingError", state.unpickling_error},
      {"PickleBuffer", reinterpret_cast<PyObject*>(&PyPickleBuffer_Type)},
  };
  for (const auto& [name, object] : names) {
    if (PyModule_AddObject(module, name, PyRef::Share(object).Release()) < 0) return false;
  }
  return PyModule_AddFunctions(module, kReadingFunctions) == 0 &&
         PyModule_AddFunctions(module, kWritingFunctions) == 0;
}

}  // namespace
}  // namespace pickleproof

PyMODINIT_FUNC PyInit_pickleproof() {
  using namespace pickleproof;
  PyRef module = PyRef::Own(PyModule_Create(&definition));
  if (!module || !InitState() || !AddTypes(module.get(), State()) ||
      !AddNames(module.get(), State())) {
    return nullptr;
  }
  return module.Release();
}
