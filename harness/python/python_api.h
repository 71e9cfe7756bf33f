#pragma once
// Python.h, and the few helpers that every user of it needs. Private to harness/python: no header
// that other rooms include may include this one.

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <string>
#include <string_view>
#include <utility>

namespace pickleproof {

// An owned reference, or none.
class PyRef {
 public:
  PyRef() = default;
  // Takes over the reference that the caller owns: wrap the results of API functions directly.
  static PyRef Own(PyObject* object) { return PyRef(object); }
  static PyRef Share(PyObject* object) {
    Py_XINCREF(object);
    return PyRef(object);
  }
  PyRef(const PyRef& other) : object_(other.object_) { Py_XINCREF(object_); }
  PyRef(PyRef&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  PyRef& operator=(PyRef other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~PyRef() { Py_XDECREF(object_); }

  PyObject* get() const { return object_; }
  PyObject* Release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  explicit PyRef(PyObject* object) : object_(object) {}
  PyObject* object_ = nullptr;
};

// The text of a str as generalized UTF-8: a view of the object itself where it is ASCII, else of
// `scratch`. Never fails; lone surrogates become three bytes each.
std::string_view TextOf(PyObject* str, std::string& scratch);

// A str from generalized UTF-8, or no reference and an exception.
PyRef NewStr(std::string_view text);

// The same, interned: equal names are one object, as they are in real modules.
PyRef NewName(std::string_view text);

// Whether a str has exactly this ASCII text.
bool IsStr(PyObject* str, const char* ascii);

// What a C function is called through as a METH_FASTCALL or METH_KEYWORDS method.
template <typename Function>
PyCFunction AsCFunction(Function function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

}  // namespace pickleproof
