#include "harness/python/stand_in.h"

#include <cstring>
#include <optional>

#include "harness/python/exceptions.h"
#include "harness/python/recorder.h"
#include "harness/python/well_known_call.h"

namespace pickleproof {
namespace {

// C callbacks carry no context, and one process embeds one interpreter.
PyTypeObject* stand_in_type = nullptr;
PyTypeObject* buffer_type = nullptr;
PyObject* extension_module = nullptr;  // owned

struct AttributeNames {
  PyObject *setstate, *append, *extend, *add, *new_, *getinitargs, *class_, *module, *name;
};
AttributeNames names;

// ---- What stand-ins do.

Recorder* RecorderOf(StandIn* stand_in) {
  if (stand_in->recorder == nullptr) {
    PyErr_SetString(PyExc_RuntimeError, "a stand-in is used after its load");
  }
  return stand_in->recorder;
}

PyObject* Share(StandIn* stand_in) {
  if (stand_in == nullptr) return nullptr;
  Py_INCREF(AsObject(stand_in));
  return AsObject(stand_in);
}

// How pickle.py spells a construction in Python: its local variables still hold the objects of the
// stream, where the call only got copies of the argument tuple and of the keywords.
PyRef LocalOfCaller(const char* name) {
  PyObject* locals = PyEval_GetLocals();
  if (locals == nullptr) {
    PyErr_Clear();
    return {};
  }
  PyRef value = PyRef::Own(PyMapping_GetItemString(locals, name));
  if (!value) PyErr_Clear();
  return value;
}

bool SameItems(PyObject* tuple, PyObject* other, Py_ssize_t other_offset) {
  if (PyTuple_GET_SIZE(tuple) != PyTuple_GET_SIZE(other) - other_offset) return false;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); ++i) {
    if (PyTuple_GET_ITEM(tuple, i) != PyTuple_GET_ITEM(other, i + other_offset)) return false;
  }
  return true;
}

PyObject* MakeInstance(StandIn* cls, PyObject* args, PyObject* kwargs) {
  Recorder* recorder = RecorderOf(cls);
  if (recorder == nullptr) return nullptr;
  recorder->Trace(TraceKind::kNew, recorder->Label(cls));
  if (kwargs != nullptr && !CheckKeywords(kwargs)) return nullptr;
  return Share(recorder->Object(kwargs == nullptr ? How::kNewObj : How::kNewObjEx, AsObject(cls),
                                args, kwargs));
}

// tp_new of every stand-in: called by NEWOBJ and NEWOBJ_EX of `_pickle`.
PyObject* StandInNew(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  return MakeInstance(AsStandIn(reinterpret_cast<PyObject*>(type)), args, kwargs);
}

// `__new__` of a stand-in: called by pickle.py as cls.__new__(cls, *args, **kwargs).
PyObject* DunderNew(PyObject* self, PyObject* args, PyObject* kwargs) {
  PyRef new_args = LocalOfCaller("args");
  if (!new_args || !PyTuple_CheckExact(new_args.get()) || !SameItems(new_args.get(), args, 1)) {
    new_args = PyRef::Own(PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args)));
    if (!new_args) return nullptr;
  }
  PyRef keywords = LocalOfCaller("kwargs");
  if (!keywords || !PyDict_CheckExact(keywords.get())) keywords = PyRef::Share(kwargs);
  return MakeInstance(AsStandIn(self), new_args.get(), keywords.get());
}

PyObject* Call(PyObject* self, PyObject* args, PyObject* /*kwargs*/) {
  StandIn* callable = AsStandIn(self);
  Recorder* recorder = RecorderOf(callable);
  if (recorder == nullptr) return nullptr;
  recorder->Trace(TraceKind::kCall, recorder->Label(callable));
  if (callable->well_known != kNotWellKnown) {
    PyObject* result = nullptr;
    const auto row = static_cast<WellKnown>(callable->well_known);
    switch (CallWellKnown(*recorder, row, args, &result)) {
      case CallForm::kMade:
      case CallForm::kFailed: return result;
      case CallForm::kInert: break;
    }
  }
  return Share(recorder->Object(How::kReduce, self, args, nullptr));
}

PyObject* SetState(PyObject* self, PyObject* state) {
  StandIn* target = AsStandIn(self);
  Recorder* recorder = RecorderOf(target);
  if (recorder == nullptr) return nullptr;
  recorder->Trace(TraceKind::kBuild, recorder->Label(target));
  recorder->AddStep(target, StepKind::kBuild, state);
  Py_RETURN_NONE;
}

PyObject* Append(PyObject* self, PyObject* item) {
  Recorder* recorder = RecorderOf(AsStandIn(self));
  if (recorder == nullptr) return nullptr;
  recorder->AddStep(AsStandIn(self), StepKind::kAppend, item);
  Py_RETURN_NONE;
}

PyObject* Extend(PyObject* self, PyObject* items) {
  Recorder* recorder = RecorderOf(AsStandIn(self));
  if (recorder == nullptr) return nullptr;
  if (!PyList_CheckExact(items)) {
    PyErr_SetString(PyExc_TypeError, "a stand-in is extended by lists only");
    return nullptr;
  }
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items); ++i) {
    recorder->AddStep(AsStandIn(self), StepKind::kAppend, PyList_GET_ITEM(items, i));
  }
  Py_RETURN_NONE;
}

PyObject* AddMember(PyObject* self, PyObject* item) {
  Recorder* recorder = RecorderOf(AsStandIn(self));
  if (recorder == nullptr) return nullptr;
  recorder->AddStep(AsStandIn(self), StepKind::kAdd, item);
  Py_RETURN_NONE;
}

int SetItem(PyObject* self, PyObject* key, PyObject* value) {
  Recorder* recorder = RecorderOf(AsStandIn(self));
  if (recorder == nullptr) return -1;
  if (value == nullptr) {
    PyErr_SetString(PyExc_TypeError, "a stand-in's items can't be deleted");
    return -1;
  }
  recorder->AddStep(AsStandIn(self), StepKind::kSetItems, key, value);
  return 0;
}

PyMethodDef set_state_method = {"__setstate__", SetState, METH_O, nullptr};
PyMethodDef append_method = {"append", Append, METH_O, nullptr};
PyMethodDef extend_method = {"extend", Extend, METH_O, nullptr};
PyMethodDef add_method = {"add", AddMember, METH_O, nullptr};
PyMethodDef new_method = {"__new__", AsCFunction(DunderNew), METH_VARARGS | METH_KEYWORDS, nullptr};

// ---- Their attributes.

PyObject* AttributeError(PyObject* name) {
  PyErr_Format(PyExc_AttributeError, "a stand-in has no attribute '%U'", name);
  return nullptr;
}

// Names in code are interned, so that comparing addresses nearly always decides.
bool Is(PyObject* name, PyObject* wanted) {
  return name == wanted || PyUnicode_Compare(name, wanted) == 0;
}

// What only picklers ask for: `__module__` of a name; `__class__` of an object made by NEWOBJ,
// which must be the class given there; a global whose qualified name goes on with this one.
PyObject* WriterAttribute(StandIn* self, PyObject* name) {
  Recorder* recorder = self->recorder;
  if (recorder == nullptr || !recorder->writes()) return nullptr;
  if (self->kind == Kind::kObject) {
    if (self->how == How::kReduce || !Is(name, names.class_)) return nullptr;
    return PyRef::Share(self->callable).Release();
  }
  if (self->kind == Kind::kExtension && Is(name, names.module)) {
    return PyRef::Share(extension_module).Release();
  }
  if (self->kind != Kind::kGlobal) return nullptr;
  if (Is(name, names.module)) return NewName(recorder->Module(self)).Release();
  std::string scratch;
  std::string nested(recorder->QualifiedName(self));
  nested.append(".").append(TextOf(name, scratch));
  return Share(recorder->FindGlobal(recorder->Module(self), nested));
}

// `__name__`, for messages of pickle.py. Picklers must not see it: they take a callable of the name
// `__newobj__` for NEWOBJ.
PyObject* ShownName(StandIn* self, PyObject* name) {
  if (self->recorder == nullptr || self->recorder->writes()) return AttributeError(name);
  return NewStr(self->recorder->Label(self)).Release();
}

PyObject* AttributeByIdentity(PyObject* self, PyObject* name, bool (*is)(PyObject*, PyObject*)) {
  if (is(name, names.setstate)) return PyCFunction_New(&set_state_method, self);
  if (is(name, names.append)) return PyCFunction_New(&append_method, self);
  if (is(name, names.extend)) return PyCFunction_New(&extend_method, self);
  if (is(name, names.add)) return PyCFunction_New(&add_method, self);
  if (is(name, names.new_)) return PyCFunction_New(&new_method, self);
  // Its presence makes OBJ and INST without arguments a call, not a bare __new__.
  if (is(name, names.getinitargs)) return PyCFunction_New(&new_method, self);
  if (is(name, names.name)) return ShownName(AsStandIn(self), names.name);
  return nullptr;
}

PyObject* GetAttribute(PyObject* self, PyObject* name) {
  const auto same_object = [](PyObject* a, PyObject* b) { return a == b; };
  PyObject* found = WriterAttribute(AsStandIn(self), name);
  if (found != nullptr || PyErr_Occurred() != nullptr) return found;
  found = AttributeByIdentity(self, name, same_object);
  if (found != nullptr || PyErr_Occurred() != nullptr) return found;
  found = AttributeByIdentity(self, name, Is);
  if (found != nullptr || PyErr_Occurred() != nullptr) return found;
  return AttributeError(name);
}

int SetAttribute(PyObject* /*self*/, PyObject* name, PyObject* /*value*/) {
  AttributeError(name);
  return -1;
}

PyObject* Represent(PyObject* self) {
  const StandIn* stand_in = AsStandIn(self);
  const std::string label = stand_in->recorder == nullptr ? std::string(Name(stand_in->kind))
                                                          : stand_in->recorder->Label(stand_in);
  return NewStr("<" + label + ">").Release();
}

Py_hash_t HashIdentity(PyObject* self) {
  const auto hash = static_cast<Py_hash_t>(reinterpret_cast<uintptr_t>(self) >> 4U);
  return hash == -1 ? -2 : hash;
}

PyObject* CompareIdentity(PyObject* a, PyObject* b, int operation) {
  if (operation == Py_EQ && a == b) Py_RETURN_TRUE;
  if (operation == Py_NE && a == b) Py_RETURN_FALSE;
  Py_RETURN_NOTIMPLEMENTED;
}

// ---- Their memory. They are no GC objects: recorders own them and break their cycles.

void Deallocate(PyObject* self) {
  // Not stand_in_type: what lives on in cyclic garbage comes here after that was let go.
  PyTypeObject* type = Py_TYPE(self);
  StandIn* stand_in = AsStandIn(self);
  Py_CLEAR(stand_in->callable);
  Py_CLEAR(stand_in->args);
  Py_CLEAR(stand_in->kwargs);
  PyObject_Free(self);
  Py_DECREF(reinterpret_cast<PyObject*>(type));
}

int Traverse(PyObject* /*self*/, visitproc /*visit*/, void* /*argument*/) { return 0; }
int Clear(PyObject* /*self*/) { return 0; }
int IsCollected(PyObject* /*self*/) { return 0; }

// ---- Buffers.

char buffer_memory[8] = {};

int GetBuffer(PyObject* self, Py_buffer* view, int flags) {
  const auto* buffer = reinterpret_cast<OutOfBandBuffer*>(self);
  return PyBuffer_FillInfo(view, self, buffer_memory, sizeof buffer_memory,
                           buffer->read_only ? 1 : 0, flags);
}

void DeallocateBuffer(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_Free(self);
  Py_DECREF(reinterpret_cast<PyObject*>(type));
}

template <typename Function>
PyType_Slot Slot(int id, Function* function) {
  return {id, reinterpret_cast<void*>(function)};
}

PyTypeObject* MakeStandInType() {
  PyType_Slot slots[] = {Slot(Py_tp_dealloc, Deallocate),
                         Slot(Py_tp_traverse, Traverse),
                         Slot(Py_tp_clear, Clear),
                         Slot(Py_tp_is_gc, IsCollected),
                         Slot(Py_tp_getattro, GetAttribute),
                         Slot(Py_tp_setattro, SetAttribute),
                         Slot(Py_tp_call, Call),
                         Slot(Py_tp_repr, Represent),
                         Slot(Py_tp_str, Represent),
                         Slot(Py_tp_hash, HashIdentity),
                         Slot(Py_tp_richcompare, CompareIdentity),
                         Slot(Py_mp_ass_subscript, SetItem),
                         {0, nullptr}};
  PyType_Spec spec = {"pickleproof.StandIn", 0, 0, Py_TPFLAGS_DEFAULT, slots};
  const PyRef bases = PyRef::Own(PyTuple_Pack(1, &PyType_Type));
  if (!bases) return nullptr;
  return reinterpret_cast<PyTypeObject*>(PyType_FromSpecWithBases(&spec, bases.get()));
}

PyTypeObject* MakeBufferType() {
  PyType_Slot slots[] = {Slot(Py_tp_dealloc, DeallocateBuffer),
                         Slot(Py_bf_getbuffer, GetBuffer),
                         Slot(Py_tp_hash, PyObject_HashNotImplemented),
                         {0, nullptr}};
  PyType_Spec spec = {"pickleproof.OutOfBandBuffer", sizeof(OutOfBandBuffer), 0, Py_TPFLAGS_DEFAULT,
                      slots};
  return reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
}

}  // namespace

Result<void> InstallStandIns(PyObject* extensions) {
  extension_module = PyRef::Share(extensions).Release();
  names = {.setstate = PyUnicode_InternFromString("__setstate__"),
           .append = PyUnicode_InternFromString("append"),
           .extend = PyUnicode_InternFromString("extend"),
           .add = PyUnicode_InternFromString("add"),
           .new_ = PyUnicode_InternFromString("__new__"),
           .getinitargs = PyUnicode_InternFromString("__getinitargs__"),
           .class_ = PyUnicode_InternFromString("__class__"),
           .module = PyUnicode_InternFromString("__module__"),
           .name = PyUnicode_InternFromString("__name__")};
  stand_in_type = MakeStandInType();
  buffer_type = MakeBufferType();
  if (stand_in_type == nullptr || buffer_type == nullptr || PyErr_Occurred() != nullptr) {
    Error error = CatchException().error;
    error.message = "this CPython refuses the stand-in types: " + error.message;
    return std::unexpected(std::move(error));
  }
  return {};
}

void UninstallStandIns() {
  Py_CLEAR(stand_in_type);
  Py_CLEAR(buffer_type);
  Py_CLEAR(extension_module);
}

PyTypeObject* StandInType() { return stand_in_type; }

bool IsStandIn(PyObject* object) { return Py_TYPE(object) == stand_in_type; }

bool IsOutOfBandBuffer(PyObject* object) { return Py_TYPE(object) == buffer_type; }

StandIn* NewStandIn(Recorder* recorder, Kind kind) {
  void* memory = PyObject_Malloc(sizeof(StandIn));
  if (memory == nullptr) {
    PyErr_NoMemory();
    return nullptr;
  }
  std::memset(memory, 0, sizeof(StandIn));
  auto* made = static_cast<StandIn*>(memory);
  PyObject_Init(AsObject(made), stand_in_type);
  made->shape.tp_name = "pickleproof.StandIn";
  made->shape.tp_new = StandInNew;
  // "Being made ready": should CPython ever look an attribute up in it, it must not try to finish.
  made->shape.tp_flags = Py_TPFLAGS_READYING;
  made->recorder = recorder;
  made->kind = kind;
  made->well_known = kNotWellKnown;
  made->first_step = made->last_step = made->node = kNoNode;
  return made;
}

PyRef NewOutOfBandBuffer(uint32_t index, bool read_only) {
  auto* made = PyObject_New(OutOfBandBuffer, buffer_type);
  if (made == nullptr) return {};
  made->index = index;
  made->read_only = read_only;
  return PyRef::Own(reinterpret_cast<PyObject*>(made));
}

}  // namespace pickleproof
