// dump and dumps.

#include <new>

#include "harness/python/module/docs.h"
#include "harness/python/module/functions.h"
#include "harness/python/module/pickler_object.h"

namespace pickleproof {
namespace {

constexpr int kDefaultProtocol = 4;

// Kept between calls, so that small pickles need no memory and large ones no fresh pages.
constexpr size_t kKeptBytes = size_t{1} << 20;
std::string kept_buffer;

class Buffer {
 public:
  Buffer() { bytes_.swap(kept_buffer); }
  ~Buffer() {
    if (bytes_.capacity() > kKeptBytes || bytes_.capacity() < kept_buffer.capacity()) return;
    bytes_.clear();
    bytes_.swap(kept_buffer);
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

PyObject* Dump(PyObject* /*module*/, PyObject* args, PyObject* kwargs) try {
  static const char* const kNames[] = {"obj",  "file", "protocol", "fix_imports", "buffer_callback",
                                       nullptr};
  PyObject *object = nullptr, *file = nullptr;
  Writing writing;
  int protocol = 0;
  if (PyArg_ParseTupleAndKeywords(args, kwargs, "OO|O$pO:dump", const_cast<char**>(kNames), &object,
                                  &file, &writing.protocol, &writing.fix_imports,
                                  &writing.buffer_callback) == 0 ||
      !writing.Check(&protocol)) {
    return nullptr;
  }
  PyRef write;
  if (!LookUp(file, State().write, &write)) return nullptr;
  if (!write) {
    PyErr_SetString(PyExc_TypeError, "file must have a 'write' attribute");
    return nullptr;
  }
  FileSink sink(write.get());
  LivePickler pickler(protocol, writing.fix_imports != 0);
  Buffer rest;
  const LivePickler::Hooks hooks{.buffer_callback = writing.buffer_callback};
  if (!pickler.Dump(object, hooks, false, &sink, rest.bytes())) return nullptr;
  sink.set_payload(nullptr);
  sink.Write(rest.bytes());
  if (sink.failed()) return nullptr;
  Py_RETURN_NONE;
} catch (const std::bad_alloc&) {
  return PyErr_NoMemory();
}

PyObject* Dumps(PyObject* /*module*/, PyObject* args, PyObject* kwargs) try {
  static const char* const kNames[] = {"obj", "protocol", "fix_imports", "buffer_callback",
                                       nullptr};
  PyObject* object = nullptr;
  Writing writing;
  int protocol = 0;
  if (PyArg_ParseTupleAndKeywords(args, kwargs, "O|O$pO:dumps", const_cast<char**>(kNames), &object,
                                  &writing.protocol, &writing.fix_imports,
                                  &writing.buffer_callback) == 0 ||
      !writing.Check(&protocol)) {
    return nullptr;
  }
  BytesSink sink;
  LivePickler pickler(protocol, writing.fix_imports != 0);
  Buffer rest;
  const LivePickler::Hooks hooks{.buffer_callback = writing.buffer_callback};
  if (!pickler.Dump(object, hooks, false, &sink, rest.bytes())) return nullptr;
  return sink.Take(rest.bytes()).Release();
} catch (const std::bad_alloc&) {
  return PyErr_NoMemory();
}

}  // namespace

bool Writing::Check(int* number) {
  long value = kDefaultProtocol;
  if (protocol != nullptr && protocol != Py_None) {
    value = PyLong_AsLong(protocol);
    if (value < 0) {
      if (value == -1 && PyErr_Occurred() != nullptr) return false;
      value = kHighestProtocol;
    } else if (value > kHighestProtocol) {
      PyErr_Format(PyExc_ValueError, "pickle protocol must be <= %d", kHighestProtocol);
      return false;
    }
  }
  *number = static_cast<int>(value);
  if (buffer_callback == Py_None) buffer_callback = nullptr;
  if (buffer_callback == nullptr || value >= 5) return true;
  PyErr_SetString(PyExc_ValueError, "buffer_callback needs protocol >= 5");
  return false;
}

PyMethodDef kWritingFunctions[] = {
    {"dump", AsCFunction(Dump), METH_VARARGS | METH_KEYWORDS, kDumpDoc},
    {"dumps", AsCFunction(Dumps), METH_VARARGS | METH_KEYWORDS, kDumpsDoc},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace pickleproof
