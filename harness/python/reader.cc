#include "harness/python/reader.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <vector>

#include "harness/base/bytes.h"
#include "harness/base/check.h"
#include "harness/pickle/name_mapping.h"
#include "harness/python/exceptions.h"
#include "harness/python/find_class.h"
#include "harness/python/python_state.h"

namespace pickleproof {
namespace {

PyRef Import(const char* module) { return PyRef::Own(PyImport_ImportModule(module)); }

PyRef Attribute(const PyRef& object, const char* name) {
  return object ? PyRef::Own(PyObject_GetAttrString(object.get(), name)) : PyRef();
}

Result<void> FillState(PythonState& state) {
  state.c_pickle = Import("_pickle");
  state.py_pickle = Import("pickle");
  state.io = Import("_io");
  state.bytes_io = Attribute(state.io, "BytesIO");
  state.c_loads = Attribute(state.c_pickle, "loads");
  const PyRef copyreg = Import("copyreg");
  state.inverted_registry = Attribute(copyreg, "_inverted_registry");
  state.extension_cache = Attribute(copyreg, "_extension_cache");
  state.extension_registry = Attribute(copyreg, "_extension_registry");
  if (PyErr_Occurred() != nullptr) return std::unexpected(CatchException().error);
  return {};
}

Result<void> MakeClasses(PythonState& state) {
  const PyRef c_base = Attribute(state.c_pickle, "Unpickler");
  const PyRef py_base = Attribute(state.py_pickle, "_Unpickler");
  if (auto done = MakeFindClassInert(c_base.get(), state.extension_module.get()); !done) {
    return done;
  }
  state.c_unpickler = InertUnpickler(c_base.get(), FindClassOf::kC, true);
  state.c_unpickler_without_ids = InertUnpickler(c_base.get(), FindClassOf::kC, false);
  state.py_unpickler = InertUnpickler(py_base.get(), FindClassOf::kPython, true);
  state.py_unpickler_without_ids = InertUnpickler(py_base.get(), FindClassOf::kPython, false);
  if (PyErr_Occurred() != nullptr) return std::unexpected(CatchException().error);
  return {};
}

// Registers one extension code, so that looking it up calls find_class with it.
bool Register(PythonState& state, uint32_t code) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), code).ptr;
  const PyRef number = PyRef::Own(PyLong_FromUnsignedLong(code));
  const PyRef name = NewStr({digits.data(), static_cast<size_t>(end - digits.data())});
  const PyRef key = PyRef::Own(PyTuple_Pack(2, state.extension_module.get(), name.get()));
  return key && PyDict_SetItem(state.inverted_registry.get(), number.get(), key.get()) == 0;
}

// Registers the code of `width` bytes at `offset`, where there is one.
bool RegisterCodeAt(PythonState& state, std::string_view data, uint64_t offset, size_t width) {
  if (offset > data.size() || data.size() - offset < width) return true;
  uint32_t code = 0;
  std::memcpy(&code, data.data() + offset, width);
  return code == 0 || code > 0x7fffffffU || Register(state, code);
}

// Where a frame may end on a file. One that begins inside another and does not fit there is read
// from behind it.
std::vector<uint64_t> FrameEnds(std::string_view data) {
  constexpr char kFrame = '\x95';
  constexpr size_t kMostEnds = 256;
  std::vector<uint64_t> ends;
  for (size_t i = data.find(kFrame); i != std::string_view::npos; i = data.find(kFrame, i + 1)) {
    if (data.size() - i < 9) break;
    const uint64_t size = LoadLittle<uint64_t>(data.data() + i + 1);
    if (size > data.size()) continue;
    const size_t outer = ends.size();
    for (size_t e = 0; e < outer && ends.size() < kMostEnds; ++e) ends.push_back(ends[e] + size);
    if (ends.size() < kMostEnds) ends.push_back(i + 9 + size);
  }
  return ends;
}

// Registers every code that an EXT opcode anywhere in the data could name. Bytes that look like an
// opcode but are not cost a useless entry, no more; so the data need not be parsed. On files the C
// reader takes an argument that crosses the end of a frame from behind the frame.
bool RegisterCandidates(PythonState& state, std::string_view data) {
  bool has_extension = false;
  for (size_t i = 0; i + 1 < data.size(); ++i) {
    const auto byte = static_cast<unsigned char>(data[i]);
    if (byte < 0x82 || byte > 0x84) [[likely]]
      continue;
    has_extension = true;
    if (!RegisterCodeAt(state, data, i + 1, size_t{1} << (byte - 0x82U))) return false;
  }
  if (!has_extension) return true;
  return std::ranges::all_of(FrameEnds(data), [&](uint64_t end) {
    return RegisterCodeAt(state, data, end, 2) && RegisterCodeAt(state, data, end, 4);
  });
}

bool RegisterExtensions(PythonState& state, std::string_view data, const LoadOptions& options) {
  if (options.extensions == nullptr) return RegisterCandidates(state, data);
  for (const auto& entry : *options.extensions) {
    if (!Register(state, entry.first)) return false;
  }
  return true;
}

void ClearIfUsed(PyObject* dict) {
  if (PyDict_GET_SIZE(dict) != 0) PyDict_Clear(dict);
}

PyRef MakeBuffers(const LoadOptions& options) {
  if (!options.has_buffers) return PyRef::Share(Py_None);
  PyRef list = PyRef::Own(PyList_New(0));
  for (uint32_t i = 0; list && i < options.buffers.size(); ++i) {
    const PyRef buffer = NewOutOfBandBuffer(i, options.buffers[i]);
    if (!buffer || PyList_Append(list.get(), buffer.get()) < 0) return {};
  }
  return list;
}

bool AddText(PyObject* keywords, const char* name, std::string_view text) {
  const PyRef value = NewStr(text);
  return value && PyDict_SetItemString(keywords, name, value.get()) == 0;
}

// The keyword arguments that differ from the defaults. `*ok` is false after an exception.
PyRef MakeKeywords(const LoadOptions& options, PyObject* buffers, bool* ok) {
  *ok = true;
  const bool plain = options.encoding == "ASCII" && options.errors == "strict" &&
                     options.fix_imports && buffers == Py_None;
  if (plain) return {};
  PyRef keywords = PyRef::Own(PyDict_New());
  const std::string_view encoding =
      options.encoding == "keep" ? "bytes" : std::string_view(options.encoding);
  *ok = keywords && AddText(keywords.get(), "encoding", encoding) &&
        AddText(keywords.get(), "errors", options.errors) &&
        PyDict_SetItemString(keywords.get(), "fix_imports",
                             options.fix_imports ? Py_True : Py_False) == 0 &&
        PyDict_SetItemString(keywords.get(), "buffers", buffers) == 0;
  return keywords;
}

PyRef CallWith(PyObject* callable, PyObject* argument, PyObject* keywords) {
  const PyRef args = PyRef::Own(PyTuple_Pack(1, argument));
  return args ? PyRef::Own(PyObject_Call(callable, args.get(), keywords)) : PyRef();
}

PyRef NewBytes(std::string_view data) {
  return PyRef::Own(PyBytes_FromStringAndSize(data.data(), static_cast<Py_ssize_t>(data.size())));
}

}  // namespace

Result<void> PrepareReaders(PythonState& state) {
  if (auto filled = FillState(state); !filled) return filled;
  return MakeClasses(state);
}

void ForgetReaders() { RestoreFindClass(); }

Reader::Reader(PythonState& state, Implementation implementation, Channel channel)
    : state_(state), implementation_(implementation), channel_(channel) {}

Reader::~Reader() {
  file_ = PyRef();
  if (descriptor_ >= 0) close(descriptor_);
}

RawLoad Reader::Load(std::string_view data, const LoadOptions& options, Recorder& recorder) {
  CollectGarbage(state_, data.size());
  const ActiveRecorder active(recorder);
  RawLoad loaded;
  const PyRef buffers = MakeBuffers(options);
  if (buffers && RegisterExtensions(state_, data, options)) {
    loaded = Read(data, options, buffers.get());
  }
  ClearIfUsed(state_.inverted_registry.get());
  ClearIfUsed(state_.extension_cache.get());
  return loaded;
}

RawLoad Reader::Read(std::string_view data, const LoadOptions& options, PyObject* buffers) {
  bool ok = false;
  const PyRef keywords = MakeKeywords(options, buffers, &ok);
  if (!ok) return {};
  if (keywords && implementation_ == Implementation::kExtension &&
      !state_.extension_takes_buffers) {
    PyDict_DelItemString(keywords.get(), "buffers");
  }
  if (channel_ == Channel::kFile) {
    const PyRef file = OpenFile(data);
    if (!file) return {};
    RawLoad loaded = ReadFrom(file.get(), options, keywords.get());
    const off_t position = lseek(descriptor_, 0, SEEK_CUR);
    loaded.consumed = position < 0 ? kNoOffset : static_cast<uint64_t>(position);
    return loaded;
  }
  if (channel_ == Channel::kLoads && implementation_ == Implementation::kC) {
    return ReadString(data, keywords.get());
  }
  const PyRef bytes = NewBytes(data);
  const PyRef stream = bytes ? CallWith(state_.bytes_io.get(), bytes.get(), nullptr) : PyRef();
  if (!stream) return {};
  RawLoad loaded = ReadFrom(stream.get(), options, keywords.get());
  if (loaded.value) {
    const PyRef position = PyRef::Own(PyObject_CallMethod(stream.get(), "tell", nullptr));
    if (!position) return {};
    loaded.consumed = PyLong_AsUnsignedLongLong(position.get());
  }
  return loaded;
}

// `_pickle.loads` does not say how much it read.
RawLoad Reader::ReadString(std::string_view data, PyObject* keywords) {
  RawLoad loaded;
  const PyRef bytes = NewBytes(data);
  if (bytes) loaded.value = CallWith(state_.c_loads.get(), bytes.get(), keywords);
  return loaded;
}

RawLoad Reader::ReadFrom(PyObject* file, const LoadOptions& options, PyObject* keywords) {
  const PyRef& cls = UnpicklerClass(options.persistent_ids);
  RawLoad loaded;
  const PyRef unpickler = CallWith(cls.get(), file, keywords);
  if (unpickler) {
    loaded.value = PyRef::Own(PyObject_CallMethod(unpickler.get(), "load", nullptr));
  }
  return loaded;
}

const PyRef& Reader::UnpicklerClass(bool ids) const {
  switch (implementation_) {
    case Implementation::kC: return ids ? state_.c_unpickler : state_.c_unpickler_without_ids;
    case Implementation::kPython:
      return ids ? state_.py_unpickler : state_.py_unpickler_without_ids;
    case Implementation::kExtension: break;
  }
  return ids ? state_.extension_unpickler : state_.extension_unpickler_without_ids;
}

// An unbuffered binary file with this content, at its beginning.
PyRef Reader::OpenFile(std::string_view data) {
  if (descriptor_ < 0) {
    descriptor_ = memfd_create("pickle", MFD_CLOEXEC);
    if (descriptor_ < 0) return PyRef::Own(PyErr_SetFromErrno(PyExc_OSError));
    file_ = PyRef::Own(PyObject_CallMethod(state_.io.get(), "open", "isisssi", descriptor_, "rb", 0,
                                           nullptr, nullptr, nullptr, 0));
  }
  const bool written =
      ftruncate(descriptor_, 0) == 0 &&
      pwrite(descriptor_, data.data(), data.size(), 0) == static_cast<ssize_t>(data.size()) &&
      lseek(descriptor_, 0, SEEK_SET) == 0;
  if (!written) return PyRef::Own(PyErr_SetFromErrno(PyExc_OSError));
  return file_;
}

}  // namespace pickleproof
