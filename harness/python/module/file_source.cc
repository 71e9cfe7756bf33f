#include "harness/python/module/file_source.h"

#include <algorithm>

#include "harness/python/module/state.h"

namespace pickleproof {
namespace {

constexpr uint64_t kPeek = uint64_t{128} * 1024;
// No more than this is allocated before bytes have come.
constexpr uint64_t kFirstPiece = uint64_t{1} << 20;

}  // namespace

FileSource::~FileSource() { Close(); }

void FileSource::Close() {
  read_ = readline_ = readinto_ = peek_ = PyRef();
  for (Py_buffer& answer : answers_) {
    if (answer.obj != nullptr) PyBuffer_Release(&answer);
  }
  peeked_ = 0;
}

bool FileSource::Open(PyObject* file) {
  const ModuleState& state = State();
  if (!LookUp(file, state.peek, &peek_) || !LookUp(file, state.readinto, &readinto_) ||
      !LookUp(file, state.read, &read_) || !LookUp(file, state.readline, &readline_)) {
    Close();
    return false;
  }
  if (read_ && readline_) return true;
  PyErr_SetString(PyExc_TypeError, "file must have 'read' and 'readline' attributes");
  Close();
  return false;
}

int FileSource::Traverse(visitproc visit, void* arg) const {
  Py_VISIT(read_.get());
  Py_VISIT(readline_.get());
  Py_VISIT(readinto_.get());
  Py_VISIT(peek_.get());
  return 0;
}

std::optional<std::string_view> FileSource::Keep(PyRef answer) {
  if (!answer) return std::nullopt;
  Py_buffer view;
  if (PyObject_GetBuffer(answer.get(), &view, PyBUF_CONTIG_RO) < 0) return std::nullopt;
  if (answers_[1].obj != nullptr) PyBuffer_Release(&answers_[1]);
  answers_[1] = answers_[0];
  answers_[0] = view;
  return std::string_view(static_cast<const char*>(view.buf), static_cast<size_t>(view.len));
}

bool FileSource::Settle(std::string_view left) {
  const size_t used = peeked_ - std::min(peeked_, left.size());
  peeked_ -= used;
  if (used == 0) return true;
  return static_cast<bool>(
      PyRef::Own(PyObject_CallFunction(read_.get(), "n", static_cast<Py_ssize_t>(used))));
}

// What the file shows of the next bytes, where it shows enough.
std::optional<std::string_view> FileSource::Peek(uint64_t size) {
  if (!peek_ || size >= kPeek) return std::nullopt;
  PyRef answer =
      PyRef::Own(PyObject_CallFunction(peek_.get(), "n", static_cast<Py_ssize_t>(kPeek)));
  if (!answer) {
    if (PyErr_ExceptionMatches(PyExc_NotImplementedError) == 0) return std::nullopt;
    PyErr_Clear();
    peek_ = PyRef();
    return std::nullopt;
  }
  const auto shown = Keep(std::move(answer));
  if (!shown || shown->size() < size) return std::nullopt;
  peeked_ = shown->size();
  return shown;
}

std::optional<std::string_view> FileSource::Read(std::string_view left, uint64_t size) {
  if (!Settle(left)) return std::nullopt;
  peeked_ = 0;
  if (const auto shown = Peek(size)) return shown;
  if (PyErr_Occurred() != nullptr) return std::nullopt;
  return Keep(PyRef::Own(PyObject_CallFunction(read_.get(), "n", static_cast<Py_ssize_t>(size))));
}

std::optional<std::string_view> FileSource::ReadLine(std::string_view left) {
  if (!Settle(left)) return std::nullopt;
  peeked_ = 0;
  return Keep(PyRef::Own(PyObject_CallNoArgs(readline_.get())));
}

// One call of readinto(), or of read() where there is none.
bool FileSource::ReadInto(char* bytes, uint64_t size, uint64_t* done) {
  const auto count = static_cast<Py_ssize_t>(size);
  if (!readinto_) {
    const auto read = Keep(PyRef::Own(PyObject_CallFunction(read_.get(), "n", count)));
    if (!read) return false;
    *done = std::min<uint64_t>(size, read->size());
    std::copy_n(read->data(), *done, bytes);
    return true;
  }
  const PyRef view = PyRef::Own(PyMemoryView_FromMemory(bytes, count, PyBUF_WRITE));
  if (!view) return false;
  const PyRef answer = PyRef::Own(PyObject_CallOneArg(readinto_.get(), view.get()));
  // A file that keeps the view must not write through it later.
  const PyRef released = PyRef::Own(PyObject_CallMethod(view.get(), "release", nullptr));
  if (!answer || !released) return false;
  const Py_ssize_t read = PyLong_AsSsize_t(answer.get());
  if (read == -1 && PyErr_Occurred() != nullptr) return false;
  *done = static_cast<uint64_t>(std::clamp<Py_ssize_t>(read, 0, count));
  return true;
}

std::optional<std::string_view> FileSource::ReadCounted(std::string_view left, uint64_t size) {
  counted_.assign(left);
  if (!Settle({})) return std::nullopt;
  while (counted_.size() < size) {
    // A length in the input is only believed as far as bytes have come.
    const uint64_t before = counted_.size();
    const uint64_t piece = std::min(size - before, std::max<uint64_t>(kFirstPiece, before));
    uint64_t done = 0;
    counted_.resize(before + piece);
    if (!ReadInto(counted_.data() + before, piece, &done)) return std::nullopt;
    counted_.resize(before + done);
    if (done < piece) break;
  }
  return counted_;
}

}  // namespace pickleproof
