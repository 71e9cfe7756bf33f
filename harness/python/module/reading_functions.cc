// load and loads.

#include <new>

#include "harness/python/module/docs.h"
#include "harness/python/module/functions.h"
#include "harness/python/module/unpickler.h"

namespace pickleproof {
namespace {

struct Reading {
  PyObject* from = nullptr;
  int fix_imports = 1;
  const char* encoding = "ASCII";
  const char* errors = "strict";
  PyObject* buffers = nullptr;

  // `name` is that of the first argument; "" where it has none.
  bool Parse(PyObject* args, PyObject* kwargs, const char* format, const char* name) {
    const char* names[] = {name, "fix_imports", "encoding", "errors", "buffers", nullptr};
    return PyArg_ParseTupleAndKeywords(args, kwargs, format, const_cast<char**>(names), &from,
                                       &fix_imports, &encoding, &errors, &buffers) != 0;
  }
  bool Configure(LiveUnpickler& live) const {
    return live.Configure(fix_imports != 0, encoding, errors, buffers);
  }
};

PyObject* Load(PyObject* /*module*/, PyObject* args, PyObject* kwargs) try {
  Reading reading;
  LiveUnpickler live;
  if (!reading.Parse(args, kwargs, "O|$pssO:load", "file") || !live.source().Open(reading.from) ||
      !reading.Configure(live)) {
    return nullptr;
  }
  return live.LoadFile().Release();
} catch (const std::bad_alloc&) {
  return PyErr_NoMemory();
}

PyObject* Loads(PyObject* /*module*/, PyObject* args, PyObject* kwargs) try {
  Reading reading;
  LiveUnpickler live;
  Py_buffer data;
  if (!reading.Parse(args, kwargs, "O|$pssO:loads", "") || !reading.Configure(live) ||
      PyObject_GetBuffer(reading.from, &data, PyBUF_CONTIG_RO) < 0) {
    return nullptr;
  }
  PyRef loaded =
      live.LoadBytes({static_cast<const char*>(data.buf), static_cast<size_t>(data.len)});
  PyBuffer_Release(&data);
  return loaded.Release();
} catch (const std::bad_alloc&) {
  return PyErr_NoMemory();
}

}  // namespace

PyMethodDef kReadingFunctions[] = {
    {"load", AsCFunction(Load), METH_VARARGS | METH_KEYWORDS, kLoadDoc},
    {"loads", AsCFunction(Loads), METH_VARARGS | METH_KEYWORDS, kLoadsDoc},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace pickleproof
