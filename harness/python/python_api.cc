#include "harness/python/python_api.h"

#include "harness/base/utf8.h"

namespace pickleproof {

std::string_view TextOf(PyObject* str, std::string& scratch) {
  const auto length = static_cast<size_t>(PyUnicode_GET_LENGTH(str));
  if (PyUnicode_IS_ASCII(str)) return {static_cast<const char*>(PyUnicode_DATA(str)), length};
  scratch.clear();
  scratch.reserve(length * 2);
  const auto kind = PyUnicode_KIND(str);
  const void* data = PyUnicode_DATA(str);
  for (size_t i = 0; i < length; ++i) {
    AppendUtf8(scratch, PyUnicode_READ(kind, data, static_cast<Py_ssize_t>(i)));
  }
  return scratch;
}

PyRef NewStr(std::string_view text) {
  return PyRef::Own(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogatepass"));
}

PyRef NewName(std::string_view text) {
  PyObject* name = NewStr(text).Release();
  if (name != nullptr) PyUnicode_InternInPlace(&name);
  return PyRef::Own(name);
}

bool IsStr(PyObject* str, const char* ascii) {
  return PyUnicode_CheckExact(str) != 0 && PyUnicode_CompareWithASCIIString(str, ascii) == 0;
}

}  // namespace pickleproof
