#pragma once
// What the readers call for names and persistent ids: hooks that hand out stand-ins. Private to
// harness/python.

#include "harness/base/error.h"
#include "harness/python/python_api.h"
#include "harness/python/recorder.h"

namespace pickleproof {

// kExtension: of another C module with the interface of _pickle.
enum class FindClassOf : uint8_t { kC, kPython, kExtension };

// Puts an inert `find_class` into _pickle.Unpickler itself, for `_pickle.loads`, which accepts no
// subclass: its loop calls self.find_class like every other. Outside our loads it passes on to the
// real one. `extension_module` is the module name that marks extension codes, known by address.
Result<void> MakeFindClassInert(PyObject* c_unpickler, PyObject* extension_module);
// Puts the real one back.
void RestoreFindClass();

// A subclass of an Unpickler whose find_class, and persistent_load where `persistent_ids`, make
// stand-ins. No reference and an exception on failure.
PyRef InertUnpickler(PyObject* base, FindClassOf reader, bool persistent_ids);

// While one lives, the hooks record here.
class ActiveRecorder {
 public:
  explicit ActiveRecorder(Recorder& recorder);
  ActiveRecorder(const ActiveRecorder&) = delete;
  ActiveRecorder& operator=(const ActiveRecorder&) = delete;
  ~ActiveRecorder();
};

}  // namespace pickleproof
