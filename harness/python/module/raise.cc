#include "harness/python/module/raise.h"

#include "harness/python/module/state.h"

namespace pickleproof {
namespace {

PyObject* ClassNamed(const std::string& name) {
  if (name == "EOFError") return PyExc_EOFError;
  if (name == "ValueError") return PyExc_ValueError;
  if (name == "OverflowError") return PyExc_OverflowError;
  if (name == "MemoryError") return PyExc_MemoryError;
  if (name == "TypeError") return PyExc_TypeError;
  return State().unpickling_error;
}

void RaiseUnknownOpcode(unsigned char opcode) {
  if (opcode >= 0x20 && opcode <= 0x7e && opcode != '\'' && opcode != '\\') {
    PyErr_Format(State().unpickling_error, "invalid load key, '%c'.", opcode);
  } else {
    PyErr_Format(State().unpickling_error, "invalid load key, '\\x%02x'.", opcode);
  }
}

// _pickle's words, where it has a sentence of its own for this kind of error.
const char* Sentence(const Error& error) {
  switch (error.code) {
    case ErrorCode::kTruncated:
      return error.exception == "EOFError" ? "Ran out of input" : "pickle data was truncated";
    case ErrorCode::kStack: return "unpickling stack underflow";
    case ErrorCode::kMark:
      return error.message.starts_with("no mark") ? "could not find MARK" : "unexpected MARK found";
    case ErrorCode::kPersistentId:
      return error.message.ends_with("ASCII")
                 ? "persistent IDs in protocol 0 must be ASCII strings"
                 : "A load persistent id instruction was encountered, but no persistent_load "
                   "function was specified.";
    case ErrorCode::kExtension: return "EXT specifies code <= 0";
    case ErrorCode::kUnknownOpcode:
    case ErrorCode::kBadArgument:
    case ErrorCode::kBadEncoding:
    case ErrorCode::kProtocol:
    case ErrorCode::kFrame:
    case ErrorCode::kMemo:
    case ErrorCode::kType:
    case ErrorCode::kValue:
    case ErrorCode::kUnhashable:
    case ErrorCode::kBuffer:
    case ErrorCode::kLimit:
    case ErrorCode::kUnsupported:
    case ErrorCode::kSyntax:
    case ErrorCode::kUsage:
    case ErrorCode::kIo:
    case ErrorCode::kForeign: break;
  }
  return error.message.c_str();
}

}  // namespace

void Raise(const Error& error, const Input& input, uint64_t missing_memo) {
  if (PyErr_Occurred() != nullptr) return;
  const auto last = static_cast<unsigned char>(input.last());
  if (error.code == ErrorCode::kUnknownOpcode) {
    RaiseUnknownOpcode(last);
  } else if (error.code == ErrorCode::kProtocol) {
    PyErr_Format(PyExc_ValueError, "unsupported pickle protocol: %d", int{last});
  } else if (error.code == ErrorCode::kMemo && error.exception == "UnpicklingError") {
    PyErr_Format(State().unpickling_error, "Memo value not found at index %llu",
                 static_cast<unsigned long long>(missing_memo));
  } else if (error.exception == "UnicodeDecodeError") {
    const PyRef decode = PyRef::Own(PyObject_CallFunction(PyExc_UnicodeDecodeError, "sy#nns",
                                                          "utf-8", "", Py_ssize_t{0}, Py_ssize_t{0},
                                                          Py_ssize_t{1}, error.message.c_str()));
    if (decode) PyErr_SetObject(PyExc_UnicodeDecodeError, decode.get());
  } else {
    PyErr_SetString(ClassNamed(error.exception), Sentence(error));
  }
}

}  // namespace pickleproof
