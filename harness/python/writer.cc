#include "harness/python/writer.h"

#include <sys/mman.h>
#include <unistd.h>

#include "harness/python/exceptions.h"
#include "harness/python/python_state.h"
#include "harness/python/writer_hooks.h"

namespace pickleproof {
namespace {

// Deep enough for generated graphs, shallow enough for 8 MB of stack.
constexpr int kRecursionLimit = 5000;

class RecursionLimit {
 public:
  RecursionLimit() : before_(Py_GetRecursionLimit()) { Py_SetRecursionLimit(kRecursionLimit); }
  RecursionLimit(const RecursionLimit&) = delete;
  RecursionLimit& operator=(const RecursionLimit&) = delete;
  ~RecursionLimit() { Py_SetRecursionLimit(before_); }

 private:
  const int before_;
};

PyRef MakeKeywords(int protocol, PyObject* callback) {
  PyRef keywords = PyRef::Own(PyDict_New());
  const PyRef number = PyRef::Own(PyLong_FromLong(protocol));
  if (!keywords || !number || PyDict_SetItemString(keywords.get(), "protocol", number.get()) < 0 ||
      (protocol >= 5 && PyDict_SetItemString(keywords.get(), "buffer_callback", callback) < 0)) {
    return {};
  }
  return keywords;
}

Error WriterError() {
  CaughtException caught = CatchException();
  if (caught.verdict == Verdict::kStackOverflow) {
    caught.error.code = ErrorCode::kLimit;
    caught.error.message = "recursion: " + caught.error.message;
  } else if (caught.verdict == Verdict::kOutOfMemory) {
    caught.error.code = ErrorCode::kLimit;
  } else if (caught.error.exception == "PicklingError" ||
             caught.error.exception == "AttributeError") {
    caught.error.code = ErrorCode::kUnsupported;
  }
  return caught.error;
}

PyRef CallWith(PyObject* callable, PyObject* argument, PyObject* keywords) {
  const PyRef args = PyRef::Own(PyTuple_Pack(1, argument));
  return args ? PyRef::Own(PyObject_Call(callable, args.get(), keywords)) : PyRef();
}

Result<void> CheckChannel(const BuiltObject& built, Channel channel, int protocol) {
  if (built.has_persistent_ids && channel == Channel::kLoads) {
    return Fail(ErrorCode::kUnsupported, "dumps() takes no persistent ids");
  }
  for (const StandIn* made : built.recorder.made()) {
    if (made->kind == Kind::kPersistentId && protocol == 0 &&
        (PyUnicode_CheckExact(made->callable) == 0 ||
         PyUnicode_FindChar(made->callable, '\n', 0, PyUnicode_GET_LENGTH(made->callable), 1) >=
             0)) {
      return Fail(ErrorCode::kUnsupported,
                  "protocol 0 has persistent ids of one line of text only");
    }
    if (made->kind == Kind::kExtension && protocol < 2) {
      return Fail(ErrorCode::kUnsupported, "extension codes need protocol 2");
    }
    if (made->kind == Kind::kObject && made->how == How::kNewObjEx &&
        (protocol == 2 || protocol == 3)) {
      return Fail(ErrorCode::kUnsupported,
                  "picklers write NEWOBJ_EX as a functools.partial at protocols 2 and 3");
    }
  }
  return {};
}

}  // namespace

Writer::Writer(PythonState& state, Implementation implementation, Channel channel)
    : state_(state), implementation_(implementation), channel_(channel) {}

Writer::~Writer() {
  file_ = PyRef();
  if (descriptor_ >= 0) close(descriptor_);
}

Result<std::string> Writer::Dump(const BuiltObject& built, int protocol) {
  if (auto possible = CheckChannel(built, channel_, protocol); !possible) {
    return std::unexpected(possible.error());
  }
  BufferOrder order;
  const PyRef callback = NewBufferCallback(&order);
  const PyRef keywords = callback ? MakeKeywords(protocol, callback.get()) : PyRef();
  PyRef bytes;
  if (keywords) {
    const NamedModules modules(state_, built.recorder);
    const RecursionLimit limit;
    if (modules.ok()) bytes = Write(built, keywords.get());
  }
  if (!bytes) return std::unexpected(WriterError());
  if (!order.agrees) {
    return Fail(ErrorCode::kUnsupported,
                "picklers number buffers in the order in which they meet them, each meeting anew");
  }
  std::string text(PyBytes_AS_STRING(bytes.get()), static_cast<size_t>(Py_SIZE(bytes.get())));
  CollectGarbage(state_, text.size());
  return text;
}

PyRef Writer::Write(const BuiltObject& built, PyObject* keywords) {
  const bool c = implementation_ == Implementation::kC;
  switch (channel_) {
    case Channel::kLoads:
      return CallWith((c ? state_.c_dumps : state_.py_dumps).get(), built.root.get(), keywords);
    case Channel::kBytesIo: {
      const PyRef file = PyRef::Own(PyObject_CallObject(state_.bytes_io.get(), nullptr));
      if (!file || !WriteTo(file.get(), built, keywords)) return {};
      return PyRef::Own(PyObject_CallMethod(file.get(), "getvalue", nullptr));
    }
    case Channel::kFile: return WriteFile(built, keywords);
  }
  return {};
}

bool Writer::WriteTo(PyObject* file, const BuiltObject& built, PyObject* keywords) {
  const bool c = implementation_ == Implementation::kC;
  const PyRef& cls = built.has_persistent_ids
                         ? (c ? state_.c_pickler_with_ids : state_.py_pickler_with_ids)
                         : (c ? state_.c_pickler : state_.py_pickler);
  const PyRef pickler = CallWith(cls.get(), file, keywords);
  if (!pickler) return false;
  const PyRef done =
      PyRef::Own(PyObject_CallMethod(pickler.get(), "dump", "(O)", built.root.get()));
  return static_cast<bool>(done);
}

PyRef Writer::WriteFile(const BuiltObject& built, PyObject* keywords) {
  if (descriptor_ < 0) {
    descriptor_ = memfd_create("pickle", MFD_CLOEXEC);
    if (descriptor_ < 0) return PyRef::Own(PyErr_SetFromErrno(PyExc_OSError));
    file_ = PyRef::Own(PyObject_CallMethod(state_.io.get(), "open", "isisssi", descriptor_, "wb", 0,
                                           nullptr, nullptr, nullptr, 0));
  }
  if (!file_ || ftruncate(descriptor_, 0) != 0 || lseek(descriptor_, 0, SEEK_SET) != 0) {
    if (PyErr_Occurred() == nullptr) PyErr_SetFromErrno(PyExc_OSError);
    return {};
  }
  if (!WriteTo(file_.get(), built, keywords)) return {};
  const off_t size = lseek(descriptor_, 0, SEEK_CUR);
  PyRef bytes = PyRef::Own(PyBytes_FromStringAndSize(nullptr, size));
  if (bytes &&
      pread(descriptor_, PyBytes_AS_STRING(bytes.get()), static_cast<size_t>(size), 0) != size) {
    return PyRef::Own(PyErr_SetFromErrno(PyExc_OSError));
  }
  return bytes;
}

}  // namespace pickleproof
