#pragma once
// Where a pickle of live objects goes while it is written: to a file's write(), or into a bytes
// object. Apart from the pickler, which only asks whether it still works.

#include <string_view>

#include "harness/pickle/pickle_writer.h"
#include "harness/python/python_api.h"

namespace pickleproof {

class LiveSink : public PickleSink {
 public:
  // The object whose text is written next, if it has one; borrowed.
  void set_payload(PyObject* payload) { payload_ = payload; }
  // Whether an exception is set; what is written afterwards is dropped.
  bool failed() const { return failed_; }

 protected:
  PyObject* payload_ = nullptr;
  bool failed_ = false;
};

class FileSink final : public LiveSink {
 public:
  // Borrows the callable.
  explicit FileSink(PyObject* write) : write_(write) {}
  void Write(std::string_view bytes) override;
  // Hands the payload itself over, where there is one.
  void WriteLarge(std::string_view text) override;

 private:
  void Call(const PyRef& bytes);
  PyObject* write_;
};

class BytesSink final : public LiveSink {
 public:
  void Write(std::string_view bytes) override;
  void WriteLarge(std::string_view text) override { Write(text); }
  // All that was written, and `rest` behind it. No reference and an exception where memory is
  // short.
  PyRef Take(std::string_view rest);

 private:
  PyRef bytes_;
  size_t size_ = 0;
};

}  // namespace pickleproof
