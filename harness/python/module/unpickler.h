#pragma once
// What stands behind `Unpickler` and `loads`: the machine over the Python world, and where its
// bytes come from. Apart from the type because `loads` needs no object for it.

#include <optional>
#include <string>

#include "harness/pickle/machine.h"
#include "harness/python/module/file_source.h"
#include "harness/python/module/python_world.h"

namespace pickleproof {

class LiveUnpickler {
 public:
  LiveUnpickler() : world_(context_), machine_(world_, options_) {
    options_.persistent_ids = false;
  }
  LiveUnpickler(const LiveUnpickler&) = delete;
  LiveUnpickler& operator=(const LiveUnpickler&) = delete;
  ~LiveUnpickler() { machine_.ClearMemo(); }

  // Before the first load. `encoding` and `errors` are copied; `buffers` may be nullptr or None.
  // False with an exception.
  bool Configure(bool fix_imports, const char* encoding, const char* errors, PyObject* buffers);
  // Whom to ask for globals and persistent ids; borrowed, either may be nullptr.
  void SetHooks(PyObject* unpickler, PyObject* persistent_load) {
    context_.unpickler = unpickler;
    context_.persistent_load = persistent_load;
    options_.persistent_ids = persistent_load != nullptr;
  }

  // One pickle from the front of `data`, which nobody may change meanwhile.
  PyRef LoadBytes(std::string_view data);
  // The next pickle of source().
  PyRef LoadFile();
  FileSource& source() { return source_; }

  const PythonWorld::Context& context() const { return context_; }
  Machine<PythonWorld>& machine() { return machine_; }
  const Machine<PythonWorld>& machine() const { return machine_; }
  int Traverse(visitproc visit, void* arg) const;

 private:
  PyRef Load(Input& input);

  LoadOptions options_;
  PythonWorld::Context context_;
  PythonWorld world_;
  Machine<PythonWorld> machine_;
  PyRef buffers_;
  std::string encoding_ = "ASCII";
  std::string errors_ = "strict";
  FileSource source_;
  std::optional<Input> input_;  // of source_
};

}  // namespace pickleproof
