#pragma once
// Runs CPython's writers over objects made from graphs. Private to harness/python.

#include <string>

#include "harness/adapter/engine.h"
#include "harness/python/python_api.h"
#include "harness/python/reader.h"
#include "harness/python/to_object.h"

namespace pickleproof {

// One channel of one implementation.
class Writer {
 public:
  Writer(PythonState& state, Implementation implementation, Channel channel);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  // kUnsupported where this channel or protocol can't write the object, or the pickler refuses it;
  // kLimit where it recurses too deeply.
  Result<std::string> Dump(const BuiltObject& built, int protocol);

 private:
  PyRef Write(const BuiltObject& built, PyObject* keywords);
  PyRef WriteFile(const BuiltObject& built, PyObject* keywords);
  bool WriteTo(PyObject* file, const BuiltObject& built, PyObject* keywords);

  PythonState& state_;
  const Implementation implementation_;
  const Channel channel_;
  int descriptor_ = -1;  // of the file behind kFile, reused between dumps
  PyRef file_;
};

}  // namespace pickleproof
