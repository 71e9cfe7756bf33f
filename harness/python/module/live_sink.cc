#include "harness/python/module/live_sink.h"

#include <algorithm>
#include <cstring>

namespace pickleproof {
namespace {

PyRef NewBytes(std::string_view bytes) {
  return PyRef::Own(PyBytes_FromStringAndSize(bytes.data(), static_cast<Py_ssize_t>(bytes.size())));
}

// False with an exception; the object is gone then.
bool Resize(PyRef* bytes, size_t size) {
  PyObject* resized = bytes->Release();
  const bool done = _PyBytes_Resize(&resized, static_cast<Py_ssize_t>(size)) == 0;
  *bytes = PyRef::Own(resized);
  return done;
}

}  // namespace

void FileSink::Call(const PyRef& bytes) {
  failed_ = !bytes || !PyRef::Own(PyObject_CallOneArg(write_, bytes.get()));
}

void FileSink::Write(std::string_view bytes) {
  if (!failed_) Call(NewBytes(bytes));
}

void FileSink::WriteLarge(std::string_view text) {
  if (!failed_) Call(payload_ == nullptr ? NewBytes(text) : PyRef::Share(payload_));
}

void BytesSink::Write(std::string_view bytes) {
  if (failed_) return;
  const size_t size = size_ + bytes.size();
  if (!bytes_) {
    bytes_ = PyRef::Own(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size * 2)));
    failed_ = !bytes_;
  } else if (size > static_cast<size_t>(PyBytes_GET_SIZE(bytes_.get()))) {
    failed_ = !Resize(&bytes_, size * 2);
  }
  if (failed_) return;
  std::memcpy(PyBytes_AS_STRING(bytes_.get()) + size_, bytes.data(), bytes.size());
  size_ = size;
}

PyRef BytesSink::Take(std::string_view rest) {
  if (size_ == 0) return NewBytes(rest);
  Write(rest);
  if (failed_ || !Resize(&bytes_, size_)) return {};
  return std::move(bytes_);
}

}  // namespace pickleproof
