// Values without parts: long ints and text, bytes, buffers, persistent ids.

#include "harness/python/module/live_leaves.h"

#include <limits>

namespace pickleproof {
namespace {

constexpr size_t kMaxFourBytes = 0xffffffff;

bool FailPickling(const char* message) {
  PyErr_SetString(State().pickling_error, message);
  return false;
}

// Minimal two's complement, little-endian. False with an exception.
bool TwosComplement(PyObject* number, std::string* bytes) {
#if PY_VERSION_HEX >= 0x030d0000
  const int flags = Py_ASNATIVEBYTES_LITTLE_ENDIAN;
  const Py_ssize_t size = PyLong_AsNativeBytes(number, nullptr, 0, flags);
  if (size < 0) return false;
  bytes->resize(static_cast<size_t>(size));
  if (PyLong_AsNativeBytes(number, bytes->data(), size, flags) < 0) return false;
#else
  const size_t bits = _PyLong_NumBits(number);
  if (bits == ~size_t{0} && PyErr_Occurred() != nullptr) return false;
  bytes->resize(bits / 8 + 1);
  if (_PyLong_AsByteArray(reinterpret_cast<PyLongObject*>(number),
                          reinterpret_cast<unsigned char*>(bytes->data()), bytes->size(), 1,
                          1) < 0) {
    return false;
  }
#endif
  const auto sign = [&](size_t i) {
    return (static_cast<unsigned char>((*bytes)[i]) & 0x80U) != 0;
  };
  while (bytes->size() > 1) {
    const auto last = static_cast<unsigned char>(bytes->back());
    const bool negative = sign(bytes->size() - 2);
    if (last != (negative ? 0xffU : 0U)) break;
    bytes->pop_back();
  }
  return true;
}

}  // namespace

bool LivePickler::SaveBigInt(PyObject* object) {
  if (protocol() < 2) {
    const PyRef text = PyRef::Own(PyObject_Repr(object));
    if (!text) return false;
    std::string digits;
    digits = TextOf(text.get(), digits);
    p_ = writer_.Lines(p_, Opcode::LONG, digits + 'L');
    return true;
  }
  std::string bytes;
  if (!TwosComplement(object, &bytes)) return false;
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    PyErr_SetString(PyExc_OverflowError, "int too large to pickle");
    return false;
  }
  p_ = writer_.LongBytes(p_, bytes);
  return true;
}

bool LivePickler::SaveStr(PyObject* object) {
  Py_ssize_t size = 0;
  PyRef encoded;
  const char* text = PyUnicode_AsUTF8AndSize(object, &size);
  if (text == nullptr) {
    PyErr_Clear();  // lone surrogates
    encoded = PyRef::Own(PyUnicode_AsEncodedString(object, "utf-8", "surrogatepass"));
    if (!encoded) return false;
    text = PyBytes_AS_STRING(encoded.get());
    size = PyBytes_GET_SIZE(encoded.get());
  }
  if (protocol() < 4 && static_cast<size_t>(size) > kMaxFourBytes) {
    PyErr_SetString(PyExc_OverflowError,
                    "serializing a string larger than 4 GiB requires pickle protocol 4 or higher");
    return false;
  }
  if (sink_ != nullptr) sink_->set_payload(encoded.get());
  p_ = writer_.Str(p_, {text, static_cast<size_t>(size)});
  return (sink_ == nullptr || !sink_->failed()) && Put(object);
}

// BINBYTES and its kin with the memo entry of `object`, whose bytes they are.
bool LivePickler::WriteBytes(PyObject* object, std::string_view bytes) {
  if (protocol() < 4 && bytes.size() > kMaxFourBytes) {
    PyErr_SetString(PyExc_OverflowError,
                    "serializing a bytes object larger than 4 GiB requires pickle protocol 4 or "
                    "higher");
    return false;
  }
  if (sink_ != nullptr) sink_->set_payload(object);
  p_ = writer_.Bytes(p_, bytes);
  return (sink_ == nullptr || !sink_->failed()) && Put(object);
}

bool LivePickler::WriteByteArray(PyObject* object, std::string_view bytes) {
  if (sink_ != nullptr) sink_->set_payload(object);
  p_ = writer_.ByteArray(p_, bytes);
  return (sink_ == nullptr || !sink_->failed()) && Put(object);
}

bool LivePickler::SaveBytes(PyObject* object) {
  const auto size = static_cast<size_t>(PyBytes_GET_SIZE(object));
  const char* bytes = PyBytes_AS_STRING(object);
  if (protocol() >= 3) return WriteBytes(object, {bytes, size});
  // Protocols that Python 2 reads have no opcode: its str is made from a latin-1 text.
  PyRef reduced;
  if (size == 0) {
    reduced = PyRef::Own(Py_BuildValue("(O())", &PyBytes_Type));
  } else {
    reduced = PyRef::Own(Py_BuildValue(
        "(O(NO))", State().codecs_encode,
        PyUnicode_DecodeLatin1(bytes, static_cast<Py_ssize_t>(size), nullptr), State().latin1));
  }
  return reduced && SaveReduced(reduced.get(), object);
}

bool LivePickler::SaveByteArray(PyObject* object) {
  const auto size = static_cast<size_t>(PyByteArray_GET_SIZE(object));
  const char* bytes = PyByteArray_AS_STRING(object);
  if (protocol() >= 5) return WriteByteArray(object, {bytes, size});
  PyRef reduced;
  if (size == 0) {
    reduced = PyRef::Own(Py_BuildValue("(O())", &PyByteArray_Type));
  } else {
    reduced = PyRef::Own(Py_BuildValue("(O(N))", &PyByteArray_Type, PyBytes_FromObject(object)));
  }
  return reduced && SaveReduced(reduced.get(), object);
}

bool LivePickler::SaveBuffer(PyObject* object) {
  if (protocol() < 5) {
    return FailPickling(PY_VERSION_HEX >= 0x030d0000
                            ? "PickleBuffer can only be pickled with protocol >= 5"
                            : "PickleBuffer can only pickled with protocol >= 5");
  }
  const Py_buffer* view = PyPickleBuffer_GetBuffer(object);
  if (view == nullptr) return false;
  if (view->suboffsets != nullptr || PyBuffer_IsContiguous(view, 'A') == 0) {
    return FailPickling("PickleBuffer can not be pickled when pointing to a non-contiguous buffer");
  }
  bool in_band = true;
  if (hooks_.buffer_callback != nullptr) {
    const PyRef answer = PyRef::Own(PyObject_CallOneArg(hooks_.buffer_callback, object));
    const int truth = answer ? PyObject_IsTrue(answer.get()) : -1;
    if (truth < 0) return false;
    in_band = truth != 0;
    // The callback may have released the buffer.
    view = PyPickleBuffer_GetBuffer(object);
    if (view == nullptr) return false;
  }
  const bool read_only = view->readonly != 0;
  if (!in_band) {
    p_ = PutOpcode(p_, Opcode::NEXT_BUFFER);
    if (read_only) p_ = PutOpcode(p_, Opcode::READONLY_BUFFER);
    return true;
  }
  const std::string_view bytes(static_cast<const char*>(view->buf), static_cast<size_t>(view->len));
  return read_only ? WriteBytes(object, bytes) : WriteByteArray(object, bytes);
}

LivePickler::Saved LivePickler::SavePersistent(PyObject* object) {
  const PyRef pid = PyRef::Own(PyObject_CallOneArg(hooks_.persistent_id, object));
  if (!pid) return Saved::kFailed;
  if (pid.get() == Py_None) return Saved::kHasParts;
  if (protocol() >= 1) {
    const bool saved = PushOpcode(Opcode::BINPERSID) && SaveParts(pid.get());
    return saved ? Saved::kDone : Saved::kFailed;
  }
  const PyRef text = PyRef::Own(PyObject_Str(pid.get()));
  if (!text) return Saved::kFailed;
  if (!PyUnicode_IS_ASCII(text.get())) {
    FailPickling("persistent IDs in protocol 0 must be ASCII strings");
    return Saved::kFailed;
  }
  std::string unused;
  p_ = writer_.Lines(p_, Opcode::PERSID, TextOf(text.get(), unused));
  return Saved::kDone;
}

}  // namespace pickleproof
