#include "harness/python/module/pickler_object.h"

#include <structmember.h>

#include <cstddef>
#include <new>

#include "harness/python/module/docs.h"
#include "harness/python/module/type_flags.h"

namespace pickleproof {
namespace {

PicklerObject* Self(PyObject* self) { return reinterpret_cast<PicklerObject*>(self); }

bool Ready(const PicklerObject* self) {
  if (self->running) {
    PyErr_SetString(PyExc_RuntimeError, "Pickler object is already used");
    return false;
  }
  return true;
}

PyObject* DefaultPersistentId(PyObject* /*self*/, PyObject* /*object*/) { Py_RETURN_NONE; }

[[maybe_unused]] PyMethodDef default_persistent_id = {"persistent_id", DefaultPersistentId, METH_O,
                                                      nullptr};

bool IsDefault(PyObject* method) {
  return PyCFunction_Check(method) && PyCFunction_GET_FUNCTION(method) == DefaultPersistentId;
}

// Who gives persistent ids: what was set on the instance, or a subclass's method; none where nobody
// does. False with an exception.
bool FindPersistentId(PicklerObject* self, PyRef* found) {
  *found = PyRef::Share(self->persistent_id);
  auto* object = reinterpret_cast<PyObject*>(self);
  if (*found || Py_TYPE(object) == State().pickler_type) return true;
  if (!LookUp(object, State().persistent_id, found)) return false;
  if (*found && IsDefault(found->get())) *found = PyRef();
  return true;
}

// ---- Methods

bool DumpTo(PicklerObject* self, PyObject* object, const LivePickler::Hooks& hooks) {
  const PyRef write = PyRef::Share(self->write);
  FileSink sink(write.get());
  std::string rest;
  self->running = true;
  bool done = false;
  try {
    done = self->live->Dump(object, hooks, self->fast != 0, &sink, rest);
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  }
  self->running = false;
  if (!done || sink.failed()) return false;
  sink.set_payload(nullptr);
  sink.Write(rest);
  return !sink.failed();
}

PyObject* Dump(PyObject* object, PyObject* value) {
  PicklerObject* self = Self(object);
  if (self->live == nullptr || self->write == nullptr) {
    PyErr_Format(State().pickling_error, "Pickler.__init__() was not called by %s.__init__()",
                 Py_TYPE(object)->tp_name);
    return nullptr;
  }
  PyRef persistent_id, reducer_override;
  if (!Ready(self) || !FindPersistentId(self, &persistent_id) ||
      !LookUp(object, State().reducer_override, &reducer_override)) {
    return nullptr;
  }
  const PyRef dispatch_table = PyRef::Share(self->dispatch_table);
  const PyRef buffer_callback = PyRef::Share(self->buffer_callback);
  const LivePickler::Hooks hooks{persistent_id.get(), reducer_override.get(), dispatch_table.get(),
                                 buffer_callback.get()};
  if (!DumpTo(self, value, hooks)) return nullptr;
  Py_RETURN_NONE;
}

PyObject* ClearMemo(PyObject* object, PyObject* /*unused*/) {
  if (LivePickler* live = Self(object)->live; live != nullptr) live->memo().Clear();
  Py_RETURN_NONE;
}

PyObject* SizeOf(PyObject* object, PyObject* /*unused*/) {
  auto size = static_cast<size_t>(Py_TYPE(object)->tp_basicsize);
  if (LivePickler* live = Self(object)->live; live != nullptr) {
    size += sizeof *live + live->memo().memory_bytes();
  }
  return PyLong_FromSize_t(size);
}

// ---- Life

int Clear(PyObject* object) {
  PicklerObject* self = Self(object);
  Py_CLEAR(self->write);
  Py_CLEAR(self->persistent_id);
  Py_CLEAR(self->dispatch_table);
  Py_CLEAR(self->buffer_callback);
  delete std::exchange(self->live, nullptr);
  return 0;
}

int Init(PyObject* object, PyObject* args, PyObject* kwargs) {
  static const char* const kNames[] = {"file", "protocol", "fix_imports", "buffer_callback",
                                       nullptr};
  PicklerObject* self = Self(object);
  PyObject* file = nullptr;
  Writing writing;
  int protocol = 0;
  if (PyArg_ParseTupleAndKeywords(args, kwargs, "O|OpO:Pickler", const_cast<char**>(kNames), &file,
                                  &writing.protocol, &writing.fix_imports,
                                  &writing.buffer_callback) == 0 ||
      !Ready(self)) {
    return -1;
  }
  if (self->write != nullptr) Clear(object);  // a second __init__
  if (!writing.Check(&protocol)) return -1;
  PyRef write;
  if (!LookUp(file, State().write, &write)) return -1;
  if (!write) {
    PyErr_SetString(PyExc_TypeError, "file must have a 'write' attribute");
    return -1;
  }
  auto* live = new (std::nothrow) LivePickler(protocol, writing.fix_imports != 0);
  if (live == nullptr) {
    PyErr_NoMemory();
    return -1;
  }
  delete std::exchange(self->live, live);
  Py_XSETREF(self->write, write.Release());
  Py_XSETREF(self->buffer_callback, PyRef::Share(writing.buffer_callback).Release());
  self->bin = protocol >= 1 ? 1 : 0;
  self->fast = 0;
  if (self->dispatch_table != nullptr) return 0;
  PyRef table;
  if (!LookUp(object, State().dispatch_table_name, &table)) return -1;
  Py_XSETREF(self->dispatch_table, table.Release());
  return 0;
}

int Traverse(PyObject* object, visitproc visit, void* arg) {
  PicklerObject* self = Self(object);
  Py_VISIT(Py_TYPE(object));
  Py_VISIT(self->write);
  Py_VISIT(self->persistent_id);
  Py_VISIT(self->dispatch_table);
  Py_VISIT(self->buffer_callback);
  if (self->live == nullptr) return 0;
  int status = 0;
  self->live->memo().ForEach([&](const LiveMemo::Entry& entry) {
    if (status == 0) status = visit(entry.object, arg);
  });
  return status;
}

void Dealloc(PyObject* object) {
  PyTypeObject* type = Py_TYPE(object);
  PyObject_GC_UnTrack(object);
  Clear(object);
  type->tp_free(object);
  Py_DECREF(type);
}

// ---- Attributes

PyObject* GetMemo(PyObject* object, void* /*unused*/) { return NewPicklerMemo(Self(object)); }

int SetMemo(PyObject* object, PyObject* value, void* /*unused*/) {
  return SetPicklerMemo(Self(object), value);
}

PyObject* GetPersistentId(PyObject* object, void* /*unused*/) {
  if (PyObject* set = Self(object)->persistent_id; set != nullptr) {
    return PyRef::Share(set).Release();
  }
#if PY_VERSION_HEX >= 0x030d0000
  return PyCFunction_New(&default_persistent_id, object);
#else
  PyErr_SetString(PyExc_AttributeError, "persistent_id");
  return nullptr;
#endif
}

int SetPersistentId(PyObject* object, PyObject* value, void* /*unused*/) {
  const bool may_delete = PY_VERSION_HEX >= 0x030d0000 && Self(object)->persistent_id != nullptr;
  if (value == nullptr && !may_delete) {
    PyErr_SetString(PyExc_TypeError, "attribute deletion is not supported");
    return -1;
  }
  if (value != nullptr && PyCallable_Check(value) == 0) {
    PyErr_SetString(PyExc_TypeError, "persistent_id must be a callable taking one argument");
    return -1;
  }
  const PyRef old =
      PyRef::Own(std::exchange(Self(object)->persistent_id, PyRef::Share(value).Release()));
  return 0;
}

PyMethodDef methods[] = {
    {"dump", Dump, METH_O, kPicklerDumpDoc},
    {"clear_memo", ClearMemo, METH_NOARGS, kClearMemoDoc},
    {"__sizeof__", SizeOf, METH_NOARGS, kSizeOfDoc},
    {nullptr, nullptr, 0, nullptr},
};

PyMemberDef members[] = {
    {"bin", T_INT, offsetof(PicklerObject, bin), 0, nullptr},
    {"fast", T_INT, offsetof(PicklerObject, fast), 0, nullptr},
    {"dispatch_table", T_OBJECT_EX, offsetof(PicklerObject, dispatch_table), 0, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

PyGetSetDef attributes[] = {
    {"memo", GetMemo, SetMemo, nullptr, nullptr},
    {"persistent_id", GetPersistentId, SetPersistentId, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char*>(kPicklerDoc)},
    {Py_tp_dealloc, reinterpret_cast<void*>(Dealloc)},
    {Py_tp_traverse, reinterpret_cast<void*>(Traverse)},
    {Py_tp_clear, reinterpret_cast<void*>(Clear)},
    {Py_tp_methods, methods},
    {Py_tp_members, members},
    {Py_tp_getset, attributes},
    {Py_tp_init, reinterpret_cast<void*>(Init)},
    {Py_tp_alloc, reinterpret_cast<void*>(PyType_GenericAlloc)},
    {Py_tp_new, reinterpret_cast<void*>(PyType_GenericNew)},
    {Py_tp_free, reinterpret_cast<void*>(PyObject_GC_Del)},
    {0, nullptr},
};

PyType_Spec spec = {"pickleproof.Pickler", sizeof(PicklerObject), 0, kTypeFlags, slots};

}  // namespace

PyTypeObject* MakePicklerType(PyObject* module) { return MakeType(module, &spec); }

}  // namespace pickleproof
