#include "harness/python/exceptions.h"

#include <string>
#include <string_view>

#include "harness/python/python_api.h"

namespace pickleproof {
namespace {

constexpr size_t kMaxMessage = 400;

PyRef TakeException() {
#if PY_VERSION_HEX >= 0x030c0000
  return PyRef::Own(PyErr_GetRaisedException());
#else
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  Py_XDECREF(type);
  Py_XDECREF(traceback);
  return PyRef::Own(value);
#endif
}

struct MessageRule {
  std::string_view part;
  ErrorCode code;
};

// By parts of the messages of Modules/_pickle.c and Lib/pickle.py, the more telling first.
constexpr MessageRule kMessageRules[] = {
    {"frame", ErrorCode::kFrame},
    {"truncated", ErrorCode::kTruncated},
    {"Ran out of input", ErrorCode::kTruncated},
    {"requires a buffer of", ErrorCode::kTruncated},
    {"invalid load key", ErrorCode::kUnknownOpcode},
    {"stack underflow", ErrorCode::kStack},
    {"pop from empty list", ErrorCode::kStack},
    {"list index out of range", ErrorCode::kStack},
    {"index out of range", ErrorCode::kTruncated},  // of the bytes that a short read gave
    {"MARK", ErrorCode::kMark},
    {"Memo value not found", ErrorCode::kMemo},
    {"PUT argument", ErrorCode::kMemo},
    {"memo", ErrorCode::kMemo},
    {"odd number of items", ErrorCode::kStack},
    {"pickle protocol", ErrorCode::kProtocol},
    {"persistent", ErrorCode::kPersistentId},
    {"extension code", ErrorCode::kExtension},
    {"EXT specifies", ErrorCode::kExtension},
    {"out-of-band", ErrorCode::kBuffer},
    {"unhashable type", ErrorCode::kUnhashable},
    {"negative", ErrorCode::kBadArgument},
    {"must be quoted", ErrorCode::kBadArgument},
    {"could not convert", ErrorCode::kBadArgument},
    {"invalid literal", ErrorCode::kBadArgument},
    {"exceeds system's maximum", ErrorCode::kBadArgument},
};

struct ClassRule {
  std::string_view name;
  ErrorCode code;
};

constexpr ClassRule kClassRules[] = {
    {"UnicodeDecodeError", ErrorCode::kBadEncoding},
    {"UnicodeEncodeError", ErrorCode::kBadEncoding},
    {"EOFError", ErrorCode::kTruncated},
    {"error", ErrorCode::kTruncated},  // struct.error: too few bytes
    {"IndexError", ErrorCode::kStack},
    {"TypeError", ErrorCode::kType},
    {"AttributeError", ErrorCode::kType},
    {"ValueError", ErrorCode::kValue},
    {"OverflowError", ErrorCode::kValue},
    {"KeyError", ErrorCode::kUnknownOpcode},  // pickle.py: no such entry in its dispatch
    {"LookupError", ErrorCode::kUnsupported},
    {"MemoryError", ErrorCode::kLimit},
    {"RecursionError", ErrorCode::kLimit},
};

ErrorCode Classify(std::string_view exception, std::string_view message) {
  if (exception == "UnicodeDecodeError" || exception == "UnicodeEncodeError") {
    return ErrorCode::kBadEncoding;
  }
  if (exception != "KeyError") {  // its message is the key
    for (const MessageRule& rule : kMessageRules) {
      if (message.find(rule.part) != std::string_view::npos) return rule.code;
    }
  }
  for (const ClassRule& rule : kClassRules) {
    if (rule.name == exception) return rule.code;
  }
  return ErrorCode::kForeign;
}

// At most kMaxMessage bytes, without cutting a character.
std::string_view Shorten(std::string_view message) {
  if (message.size() <= kMaxMessage) return message;
  size_t size = kMaxMessage;
  while ((static_cast<unsigned char>(message[size]) & 0xc0U) == 0x80U) --size;
  return message.substr(0, size);
}

Verdict VerdictOf(const Error& error) {
  if (error.exception == "MemoryError") return Verdict::kOutOfMemory;
  if (error.exception == "RecursionError") return Verdict::kStackOverflow;
  if (error.exception == "LookupError") return Verdict::kUnsupported;
  return Verdict::kReject;
}

}  // namespace

CaughtException CatchException() {
  CaughtException caught;
  const PyRef exception = TakeException();
  if (!exception) {
    caught.error.message = "a Python function failed without an exception";
    return caught;
  }
  const std::string_view type = Py_TYPE(exception.get())->tp_name;
  caught.error.exception = type.substr(type.rfind('.') + 1);
  const PyRef text = PyRef::Own(PyObject_Str(exception.get()));
  if (text) {
    std::string scratch;
    caught.error.message = Shorten(TextOf(text.get(), scratch));
  } else {
    PyErr_Clear();
  }
  caught.error.code = Classify(caught.error.exception, caught.error.message);
  caught.verdict = VerdictOf(caught.error);
  return caught;
}

void DropException() { PyErr_Clear(); }

}  // namespace pickleproof
