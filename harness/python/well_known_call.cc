#include "harness/python/well_known_call.h"

namespace pickleproof {
namespace {

CallForm Made(PyObject* object, PyObject** result) {
  *result = object;
  return object == nullptr ? CallForm::kFailed : CallForm::kMade;
}

CallForm Made(StandIn* object, PyObject** result) {
  if (object == nullptr) return CallForm::kFailed;
  Py_INCREF(AsObject(object));
  *result = AsObject(object);
  return CallForm::kMade;
}

CallForm CallByteArray(PyObject* args, PyObject** result) {
  const Py_ssize_t size = PyTuple_GET_SIZE(args);
  if (size == 0) return Made(PyByteArray_FromStringAndSize("", 0), result);
  if (size != 1 || !PyBytes_CheckExact(PyTuple_GET_ITEM(args, 0))) return CallForm::kInert;
  return Made(PyByteArray_FromObject(PyTuple_GET_ITEM(args, 0)), result);
}

CallForm CallNewObj(Recorder& recorder, PyObject* args, PyObject** result) {
  const Py_ssize_t size = PyTuple_GET_SIZE(args);
  if (size == 0 || !IsStandIn(PyTuple_GET_ITEM(args, 0))) return CallForm::kInert;
  const PyRef rest = PyRef::Own(PyTuple_GetSlice(args, 1, size));
  if (!rest) return CallForm::kFailed;
  return Made(recorder.Object(How::kNewObj, PyTuple_GET_ITEM(args, 0), rest.get(), nullptr),
              result);
}

CallForm CallNewObjEx(Recorder& recorder, PyObject* args, PyObject** result) {
  if (PyTuple_GET_SIZE(args) != 3) return CallForm::kInert;
  PyObject* cls = PyTuple_GET_ITEM(args, 0);
  PyObject* new_args = PyTuple_GET_ITEM(args, 1);
  PyObject* kwargs = PyTuple_GET_ITEM(args, 2);
  if (!IsStandIn(cls) || !PyTuple_CheckExact(new_args) || !PyDict_CheckExact(kwargs)) {
    return CallForm::kInert;
  }
  if (!CheckKeywords(kwargs)) return CallForm::kFailed;
  return Made(recorder.Object(How::kNewObjEx, cls, new_args, kwargs), result);
}

}  // namespace

CallForm CallWellKnown(Recorder& recorder, WellKnown row, PyObject* args, PyObject** result) {
  const Py_ssize_t size = PyTuple_GET_SIZE(args);
  PyObject* first = size > 0 ? PyTuple_GET_ITEM(args, 0) : nullptr;
  switch (row) {
    case WellKnown::kSet:
      if (size != 1 || !PyList_CheckExact(first)) return CallForm::kInert;
      return Made(PySet_New(first), result);
    case WellKnown::kFrozenSet:
      if (size != 1 || !PyList_CheckExact(first)) return CallForm::kInert;
      return Made(PyFrozenSet_New(first), result);
    case WellKnown::kEncode:
      if (size != 2 || !PyUnicode_CheckExact(first) ||
          !IsStr(PyTuple_GET_ITEM(args, 1), "latin1")) {
        return CallForm::kInert;
      }
      return Made(PyUnicode_AsLatin1String(first), result);
    case WellKnown::kBytes:
      if (size != 0) return CallForm::kInert;
      return Made(PyBytes_FromStringAndSize("", 0), result);
    case WellKnown::kByteArray: return CallByteArray(args, result);
    case WellKnown::kNewObj: return CallNewObj(recorder, args, result);
    case WellKnown::kNewObjEx: return CallNewObjEx(recorder, args, result);
  }
  return CallForm::kInert;
}

bool CheckKeywords(PyObject* kwargs) {
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(kwargs, &position, &key, &value)) {
    if (!PyUnicode_Check(key)) {
      PyErr_SetString(PyExc_TypeError, "keywords must be strings");
      return false;
    }
  }
  return true;
}

}  // namespace pickleproof
