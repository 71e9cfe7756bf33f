#pragma once
// What the picklers find when they write stand-ins: how these reduce, and the modules that their
// names are looked up in. Private to harness/python.

#include <string>
#include <utility>
#include <vector>

#include "harness/python/python_api.h"
#include "harness/python/recorder.h"

namespace pickleproof {

struct PythonState;

// Enters stand-ins into copyreg.dispatch_table, which both picklers consult, and prepares
// `persistent_id` for those that need it. Once per interpreter.
Result<void> PrepareWriters(PythonState& state);
void ForgetWriters();

// While one lives, every module that the recorder's globals name is in sys.modules as an object
// that knows them, and passes everything else on to the module that was there before; extension
// codes are registered. Picklers check each global there.
class NamedModules {
 public:
  NamedModules(PythonState& state, const Recorder& recorder);
  NamedModules(const NamedModules&) = delete;
  NamedModules& operator=(const NamedModules&) = delete;
  ~NamedModules();

  // Whether all could be entered; else an exception is set.
  bool ok() const { return ok_; }

 private:
  bool Enter(std::string_view module);
  bool RegisterExtensions();

  PythonState& state_;
  const Recorder& recorder_;
  // Names in sys.modules with what was there before, or none.
  std::vector<std::pair<PyRef, PyRef>> replaced_;
  bool ok_ = true;
};

// Out-of-band buffers in the order in which a pickler met them.
struct BufferOrder {
  uint32_t next = 0;
  bool agrees = true;  // with the indices that the buffers have
};

// A buffer_callback that keeps every buffer out of band. `order` must outlive it.
PyRef NewBufferCallback(BufferOrder* order);

}  // namespace pickleproof
