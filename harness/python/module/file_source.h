#pragma once
// A Python file object as the machine's source of bytes. It reads no byte beyond what the machine
// asks for, so that a file with several pickles can be read one by one; what peek() shows ahead is
// used where there is such a method, and taken afterwards.
// Source: CPython Modules/_pickle.c, _Unpickler_ReadFromFile and its kin.

#include "harness/pickle/input.h"
#include "harness/python/python_api.h"

namespace pickleproof {

class FileSource final : public ByteSource {
 public:
  FileSource() = default;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override;

  // Takes the file's methods. False with an exception where `read` or `readline` is missing.
  bool Open(PyObject* file);
  bool is_open() const { return static_cast<bool>(read_); }
  void Close();

  // Takes from the file what was peeked at and used; `left` wasn't. False with an exception.
  bool Settle(std::string_view left);

  std::optional<std::string_view> Read(std::string_view left, uint64_t size) override;
  std::optional<std::string_view> ReadCounted(std::string_view left, uint64_t size) override;
  std::optional<std::string_view> ReadLine(std::string_view left) override;

  int Traverse(visitproc visit, void* arg) const;

 private:
  // Keeps an answer of the file; nothing, and an exception, where it isn't bytes-like.
  std::optional<std::string_view> Keep(PyRef answer);
  std::optional<std::string_view> Peek(uint64_t size);
  bool ReadInto(char* bytes, uint64_t size, uint64_t* done);

  PyRef read_, readline_, readinto_, peek_;
  Py_buffer answers_[2] = {};  // the last one and the one before
  size_t peeked_ = 0;          // bytes that were looked at and are still in the file
  std::string counted_;
};

}  // namespace pickleproof
