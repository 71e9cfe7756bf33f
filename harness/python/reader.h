#pragma once
// Runs CPython's readers so that nothing named in a pickle is imported. Private to harness/python.

#include <string_view>

#include "harness/adapter/engine.h"
#include "harness/python/python_api.h"
#include "harness/python/recorder.h"

namespace pickleproof {

struct PythonState;

// kExtension: the one of extension_engine.h, over BytesIO and files only.
enum class Implementation : uint8_t { kC, kPython, kExtension };

// Makes the inert Unpickler classes, and makes `find_class` of _pickle.Unpickler itself inert while
// a load of ours runs, because `_pickle.loads` can't be given a subclass.
Result<void> PrepareReaders(PythonState& state);
void ForgetReaders();

struct RawLoad {
  PyRef value;  // none, and an exception set, where the reader refused
  uint64_t consumed = kNoOffset;
};

// One channel of one implementation. Not to be used by two loads at once.
class Reader {
 public:
  Reader(PythonState& state, Implementation implementation, Channel channel);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader();

  RawLoad Load(std::string_view data, const LoadOptions& options, Recorder& recorder);

 private:
  RawLoad Read(std::string_view data, const LoadOptions& options, PyObject* buffers);
  RawLoad ReadString(std::string_view data, PyObject* keywords);
  RawLoad ReadFrom(PyObject* file, const LoadOptions& options, PyObject* keywords);
  PyRef OpenFile(std::string_view data);
  const PyRef& UnpicklerClass(bool persistent_ids) const;

  PythonState& state_;
  const Implementation implementation_;
  const Channel channel_;
  int descriptor_ = -1;  // of the file behind kFile, reused between loads
  PyRef file_;
};

}  // namespace pickleproof
