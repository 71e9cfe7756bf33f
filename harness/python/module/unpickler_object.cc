#include "harness/python/module/unpickler_object.h"

#include <new>

#include "harness/python/module/docs.h"
#include "harness/python/module/type_flags.h"

namespace pickleproof {
namespace {

UnpicklerObject* Self(PyObject* self) { return reinterpret_cast<UnpicklerObject*>(self); }

bool Ready(const UnpicklerObject* self) {
  if (self->running) {
    PyErr_SetString(PyExc_RuntimeError, "Unpickler object is already used");
    return false;
  }
  return true;
}

PyObject* DefaultPersistentLoad(PyObject* /*self*/, PyObject* /*pid*/) {
  PyErr_SetString(State().unpickling_error,
                  "A load persistent id instruction was encountered, but no persistent_load "
                  "function was specified.");
  return nullptr;
}

[[maybe_unused]] PyMethodDef default_persistent_load = {"persistent_load", DefaultPersistentLoad,
                                                        METH_O, nullptr};

bool IsDefault(PyObject* method) {
  return PyCFunction_Check(method) && PyCFunction_GET_FUNCTION(method) == DefaultPersistentLoad;
}

// Who resolves persistent ids: what was set on the instance, or a subclass's method; none where
// nobody does. False with an exception.
bool FindPersistentLoad(UnpicklerObject* self, PyRef* found) {
  *found = PyRef::Share(self->persistent_load);
  auto* object = reinterpret_cast<PyObject*>(self);
  if (*found || Py_TYPE(object) == State().unpickler_type) return true;
  if (!LookUp(object, State().persistent_load, found)) return false;
  if (*found && IsDefault(found->get())) *found = PyRef();
  return true;
}

// ---- Methods

PyObject* Load(PyObject* object, PyObject* /*unused*/) {
  UnpicklerObject* self = Self(object);
  if (self->live == nullptr || !self->live->source().is_open()) {
    PyErr_Format(State().unpickling_error, "Unpickler.__init__() was not called by %s.__init__()",
                 Py_TYPE(object)->tp_name);
    return nullptr;
  }
  PyRef persistent_load;
  if (!Ready(self) || !FindPersistentLoad(self, &persistent_load)) return nullptr;
  const bool plain = Py_TYPE(object) == State().unpickler_type;
  self->live->SetHooks(plain ? nullptr : object, persistent_load.get());
  self->running = true;
  PyRef loaded;
  try {
    loaded = self->live->LoadFile();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  }
  self->running = false;
  self->live->SetHooks(nullptr, nullptr);
  return loaded.Release();
}

PyObject* FindClass(PyObject* object, PyObject* args) {
  PyObject *module = nullptr, *name = nullptr;
  if (PyArg_UnpackTuple(args, "find_class", 2, 2, &module, &name) == 0) return nullptr;
  const LiveUnpickler* live = Self(object)->live;
  static const PythonWorld::Context kNone;
  const PythonWorld::Context& context = live == nullptr ? kNone : live->context();
  return FindGlobal(module, name, context.protocol, context.fix_imports).Release();
}

PyObject* SizeOf(PyObject* object, PyObject* /*unused*/) {
  auto size = static_cast<size_t>(Py_TYPE(object)->tp_basicsize);
  if (const LiveUnpickler* live = Self(object)->live; live != nullptr) {
    size += sizeof *live + live->machine().MemoryBytes();
  }
  return PyLong_FromSize_t(size);
}

// ---- Life

int Init(PyObject* object, PyObject* args, PyObject* kwargs) {
  static const char* const kNames[] = {"file",   "fix_imports", "encoding",
                                       "errors", "buffers",     nullptr};
  UnpicklerObject* self = Self(object);
  PyObject *file = nullptr, *buffers = nullptr;
  int fix_imports = 1;
  const char* encoding = "ASCII";
  const char* errors = "strict";
  if (PyArg_ParseTupleAndKeywords(args, kwargs, "O|$pssO:Unpickler", const_cast<char**>(kNames),
                                  &file, &fix_imports, &encoding, &errors, &buffers) == 0 ||
      !Ready(self)) {
    return -1;
  }
  delete std::exchange(self->live, nullptr);
  auto* live = new (std::nothrow) LiveUnpickler;
  if (live == nullptr) {
    PyErr_NoMemory();
    return -1;
  }
  if (!live->source().Open(file) || !live->Configure(fix_imports != 0, encoding, errors, buffers)) {
    delete live;
    return -1;
  }
  delete std::exchange(self->live, live);
  return 0;
}

int Clear(PyObject* object) {
  delete std::exchange(Self(object)->live, nullptr);
  Py_CLEAR(Self(object)->persistent_load);
  return 0;
}

int Traverse(PyObject* object, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(object));
  Py_VISIT(Self(object)->persistent_load);
  const LiveUnpickler* live = Self(object)->live;
  return live == nullptr ? 0 : live->Traverse(visit, arg);
}

void Dealloc(PyObject* object) {
  PyTypeObject* type = Py_TYPE(object);
  PyObject_GC_UnTrack(object);
  Clear(object);
  type->tp_free(object);
  Py_DECREF(type);
}

// ---- Attributes

PyObject* GetMemo(PyObject* object, void* /*unused*/) { return NewUnpicklerMemo(Self(object)); }

int SetMemo(PyObject* object, PyObject* value, void* /*unused*/) {
  return Ready(Self(object)) ? SetUnpicklerMemo(Self(object), value) : -1;
}

PyObject* GetPersistentLoad(PyObject* object, void* /*unused*/) {
  if (PyObject* set = Self(object)->persistent_load; set != nullptr)
    return PyRef::Share(set).Release();
#if PY_VERSION_HEX >= 0x030d0000
  return PyCFunction_New(&default_persistent_load, object);
#else
  PyErr_SetString(PyExc_AttributeError, "persistent_load");
  return nullptr;
#endif
}

int SetPersistentLoad(PyObject* object, PyObject* value, void* /*unused*/) {
#if PY_VERSION_HEX >= 0x030d0000
  const bool may_delete = Self(object)->persistent_load != nullptr;
#else
  const bool may_delete = false;
#endif
  if (value == nullptr && !may_delete) {
    PyErr_SetString(PyExc_TypeError, "attribute deletion is not supported");
    return -1;
  }
  if (value != nullptr && PyCallable_Check(value) == 0) {
    PyErr_SetString(PyExc_TypeError, "persistent_load must be a callable taking one argument");
    return -1;
  }
  const PyRef old =
      PyRef::Own(std::exchange(Self(object)->persistent_load, PyRef::Share(value).Release()));
  return 0;
}

PyMethodDef methods[] = {
    {"load", Load, METH_NOARGS, kUnpicklerLoadDoc},
    {"find_class", FindClass, METH_VARARGS, kFindClassDoc},
    {"__sizeof__", SizeOf, METH_NOARGS, kSizeOfDoc},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef attributes[] = {
    {"memo", GetMemo, SetMemo, nullptr, nullptr},
    {"persistent_load", GetPersistentLoad, SetPersistentLoad, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char*>(kUnpicklerDoc)},
    {Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
    {Py_tp_traverse, reinterpret_cast<void*>(Traverse)},
    {Py_tp_clear, reinterpret_cast<void*>(Clear)},
    {Py_tp_methods, methods},
    {Py_tp_getset, attributes},
    {Py_tp_init, reinterpret_cast<void*>(Init)},
    {Py_tp_alloc, reinterpret_cast<void*>(PyType_GenericAlloc)},
    {Py_tp_new, reinterpret_cast<void*>(PyType_GenericNew)},
    {Py_tp_free, reinterpret_cast<void*>(PyObject_GC_Del)},
    {0, nullptr},
};

PyType_Spec spec = {"pickleproof.Unpickler", sizeof(UnpicklerObject), 0, kTypeFlags, slots};

}  // namespace

PyTypeObject* MakeUnpicklerType(PyObject* module) { return MakeType(module, &spec); }

}  // namespace pickleproof
