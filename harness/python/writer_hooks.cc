#include "harness/python/writer_hooks.h"

#include <charconv>
#include <unordered_set>

#include "harness/base/check.h"
#include "harness/python/exceptions.h"
#include "harness/python/python_state.h"

namespace pickleproof {
namespace {

// C callbacks carry no context, and one process embeds one interpreter.
PyObject* newobj = nullptr;     // owned: copyreg.__newobj__
PyObject* newobj_ex = nullptr;  // owned: copyreg.__newobj_ex__
PyTypeObject* module_type = nullptr;

// ---- Reduction.

struct ReduceParts {
  PyRef state, append, setitems, setter;
};

PyRef AppendTo(PyRef list, const PyRef& item) {
  if (!list) list = PyRef::Own(PyList_New(0));
  if (!list || !item || PyList_Append(list.get(), item.get()) < 0) return {};
  return list;
}

bool Collect(const StandIn* object, ReduceParts* parts) {
  for (uint32_t s = object->first_step; s != kNoNode; s = object->recorder->step(s).next) {
    const Recorder::Step& step = object->recorder->step(s);
    switch (step.kind) {
      case StepKind::kBuild: parts->state = PyRef::Share(step.first); break;
      case StepKind::kAppend:
        parts->append = AppendTo(std::move(parts->append), PyRef::Share(step.first));
        if (!parts->append) return false;
        break;
      case StepKind::kSetItems:
        parts->setitems = AppendTo(std::move(parts->setitems),
                                   PyRef::Own(PyTuple_Pack(2, step.first, step.second)));
        if (!parts->setitems) return false;
        break;
      case StepKind::kCall: {
        const StandIn* call = AsStandIn(step.first);
        parts->setter = PyRef::Share(call->callable);
        parts->state = PyRef::Share(PyTuple_GET_ITEM(call->args, 1));
        break;
      }
      case StepKind::kAdd: break;  // ToObject refuses it
    }
  }
  return true;
}

PyRef Iterator(const PyRef& list) {
  return list ? PyRef::Own(PyObject_GetIter(list.get())) : PyRef::Share(Py_None);
}

// The callable and the arguments that copyreg's protocol wants for this way to make an object.
bool Constructor(const StandIn* object, PyRef* callable, PyRef* args) {
  switch (object->how) {
    case How::kNewObj: {
      const Py_ssize_t size = PyTuple_GET_SIZE(object->args);
      *callable = PyRef::Share(newobj);
      *args = PyRef::Own(PyTuple_New(size + 1));
      if (!*args) return false;
      PyTuple_SET_ITEM(args->get(), 0, PyRef::Share(object->callable).Release());
      for (Py_ssize_t i = 0; i < size; ++i) {
        PyTuple_SET_ITEM(args->get(), i + 1,
                         PyRef::Share(PyTuple_GET_ITEM(object->args, i)).Release());
      }
      return true;
    }
    case How::kNewObjEx:
      *callable = PyRef::Share(newobj_ex);
      *args = PyRef::Own(PyTuple_Pack(3, object->callable, object->args, object->kwargs));
      return static_cast<bool>(*args);
    case How::kReduce:
    case How::kObj:
    case How::kInst: break;
  }
  *callable = PyRef::Share(object->callable);
  *args = PyRef::Share(object->args);
  return true;
}

PyObject* ReduceObject(const StandIn* object) {
  ReduceParts parts;
  PyRef callable;
  PyRef args;
  if (!Collect(object, &parts) || !Constructor(object, &callable, &args)) return nullptr;
  const bool plain = !parts.state && !parts.append && !parts.setitems && !parts.setter;
  if (plain) return PyTuple_Pack(2, callable.get(), args.get());
  const PyRef items = Iterator(parts.append);
  const PyRef pairs = Iterator(parts.setitems);
  if (!items || !pairs) return nullptr;
  PyObject* state = parts.state ? parts.state.get() : Py_None;
  if (!parts.setter) {
    return PyTuple_Pack(5, callable.get(), args.get(), state, items.get(), pairs.get());
  }
  return PyTuple_Pack(6, callable.get(), args.get(), state, items.get(), pairs.get(),
                      parts.setter.get());
}

// What copyreg.dispatch_table holds for stand-ins.
PyObject* Reduce(PyObject* /*self*/, PyObject* object) {
  if (!IsStandIn(object) || AsStandIn(object)->recorder == nullptr) {
    PyErr_SetString(PyExc_RuntimeError, "a stand-in is written after its dump");
    return nullptr;
  }
  const StandIn* stand_in = AsStandIn(object);
  if (stand_in->kind == Kind::kGlobal) {
    return NewName(stand_in->recorder->QualifiedName(stand_in)).Release();
  }
  if (stand_in->kind == Kind::kExtension) {
    return NewName(std::to_string(stand_in->number)).Release();
  }
  if (stand_in->kind == Kind::kObject) return ReduceObject(stand_in);
  PyErr_SetString(PyExc_TypeError, "this channel has no persistent ids");
  return nullptr;
}

// Of every object: its persistent id, or None.
PyObject* PersistentId(PyObject* /*self*/, PyObject* object) {
  const bool has_one = IsStandIn(object) && AsStandIn(object)->kind == Kind::kPersistentId;
  return PyRef::Share(has_one ? AsStandIn(object)->callable : Py_None).Release();
}

// Called with a PickleBuffer; false keeps it out of band.
PyObject* KeepOutOfBand(PyObject* capsule, PyObject* buffer) {
  auto* order = static_cast<BufferOrder*>(PyCapsule_GetPointer(capsule, nullptr));
  const Py_buffer* view = order == nullptr ? nullptr : PyPickleBuffer_GetBuffer(buffer);
  if (view == nullptr) return nullptr;
  const auto* memory = reinterpret_cast<const OutOfBandBuffer*>(view->obj);
  order->agrees = order->agrees && memory->index == order->next;
  ++order->next;
  Py_RETURN_FALSE;
}

PyMethodDef reduce_method = {"reduce_stand_in", Reduce, METH_O, nullptr};
PyMethodDef persistent_id_method = {"persistent_id", PersistentId, METH_O, nullptr};
PyMethodDef keep_method = {"keep_out_of_band", KeepOutOfBand, METH_O, nullptr};

// ---- Modules.

struct ModuleStandIn {
  PyObject ob_base;
  const Recorder* recorder;
  PyObject* name;
  PyObject* original;  // or nullptr
  bool has_extensions;
};

StandIn* FindIn(const ModuleStandIn* module, PyObject* attribute) {
  std::string module_text;
  std::string name_text;
  const std::string_view name = TextOf(attribute, name_text);
  if (!module->has_extensions) {
    return module->recorder->FindGlobal(TextOf(module->name, module_text), name);
  }
  uint32_t code = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), code);
  return parsed.ec == std::errc() ? module->recorder->FindExtension(code) : nullptr;
}

PyObject* ModuleAttribute(PyObject* self, PyObject* name) {
  const auto* module = reinterpret_cast<const ModuleStandIn*>(self);
  StandIn* found = FindIn(module, name);
  if (found != nullptr) return PyRef::Share(AsObject(found)).Release();
  if (module->original != nullptr) return PyObject_GetAttr(module->original, name);
  PyErr_Format(PyExc_AttributeError, "no global of that name: '%U'", name);
  return nullptr;
}

void DeallocateModule(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  auto* module = reinterpret_cast<ModuleStandIn*>(self);
  Py_CLEAR(module->name);
  Py_CLEAR(module->original);
  PyObject_Free(self);
  Py_DECREF(reinterpret_cast<PyObject*>(type));
}

PyTypeObject* MakeModuleType() {
  PyType_Slot slots[] = {{Py_tp_dealloc, reinterpret_cast<void*>(DeallocateModule)},
                         {Py_tp_getattro, reinterpret_cast<void*>(ModuleAttribute)},
                         {0, nullptr}};
  PyType_Spec spec = {"pickleproof.ModuleStandIn", sizeof(ModuleStandIn), 0, Py_TPFLAGS_DEFAULT,
                      slots};
  return reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
}

PyRef NewModule(const Recorder& recorder, PyObject* name, PyObject* original, bool extensions) {
  auto* made = PyObject_New(ModuleStandIn, module_type);
  if (made == nullptr) return {};
  made->recorder = &recorder;
  made->name = PyRef::Share(name).Release();
  made->original = PyRef::Share(original).Release();
  made->has_extensions = extensions;
  return PyRef::Own(reinterpret_cast<PyObject*>(made));
}

PyRef InertPickler(PyObject* base) {
  PyRef made = PyRef::Own(PyObject_CallFunction(reinterpret_cast<PyObject*>(&PyType_Type), "s(O){}",
                                                "InertPickler", base));
  const PyRef hook = PyRef::Own(PyCFunction_New(&persistent_id_method, nullptr));
  if (!made || !hook || PyObject_SetAttrString(made.get(), "persistent_id", hook.get()) < 0) {
    return {};
  }
  return made;
}

PyRef Attribute(PyObject* object, const char* name) {
  return object == nullptr ? PyRef() : PyRef::Own(PyObject_GetAttrString(object, name));
}

// What picklers refer to of their own accord, under the names in which they write it.
bool FindRealGlobals(PythonState& state) {
  const struct {
    const char *module, *name;
  } names[] = {{"builtins", "set"},       {"builtins", "frozenset"},   {"builtins", "bytearray"},
               {"builtins", "bytes"},     {"builtins", "getattr"},     {"_codecs", "encode"},
               {"copyreg", "__newobj__"}, {"copyreg", "__newobj_ex__"}};
  for (const auto& name : names) {
    const PyRef module = PyRef::Own(PyImport_ImportModule(name.module));
    PyRef object = Attribute(module.get(), name.name);
    if (!object) return false;
    // Functions of builtins have a string of their own there, not the interned one that all other
    // globals have: the picklers would not see that it is the same name.
    const PyRef interned = PyRef::Own(PyUnicode_InternFromString(name.module));
    if (PyCFunction_Check(object.get()) != 0 &&
        (!interned || PyObject_SetAttrString(object.get(), "__module__", interned.get()) < 0)) {
      return false;
    }
    state.real_globals.push_back({name.module, name.name, std::move(object)});
  }
  return true;
}

}  // namespace

Result<void> PrepareWriters(PythonState& state) {
  const PyRef copyreg = PyRef::Own(PyImport_ImportModule("copyreg"));
  newobj = Attribute(copyreg.get(), "__newobj__").Release();
  newobj_ex = Attribute(copyreg.get(), "__newobj_ex__").Release();
  module_type = MakeModuleType();
  const PyRef table = Attribute(copyreg.get(), "dispatch_table");
  const PyRef reduce = PyRef::Own(PyCFunction_New(&reduce_method, nullptr));
  const bool entered =
      table && reduce &&
      PyDict_SetItem(table.get(), reinterpret_cast<PyObject*>(StandInType()), reduce.get()) == 0;
  state.c_dumps = Attribute(state.c_pickle.get(), "dumps");
  state.py_dumps = Attribute(state.py_pickle.get(), "_dumps");
  state.c_pickler = Attribute(state.c_pickle.get(), "Pickler");
  state.py_pickler = Attribute(state.py_pickle.get(), "_Pickler");
  if (!entered || module_type == nullptr || !FindRealGlobals(state) || !state.py_pickler) {
    return std::unexpected(CatchException().error);
  }
  state.c_pickler_with_ids = InertPickler(state.c_pickler.get());
  state.py_pickler_with_ids = InertPickler(state.py_pickler.get());
  if (PyErr_Occurred() != nullptr) return std::unexpected(CatchException().error);
  return {};
}

void ForgetWriters() {
  const PyRef copyreg = PyRef::Own(PyImport_ImportModule("copyreg"));
  const PyRef table = Attribute(copyreg.get(), "dispatch_table");
  if (table) PyDict_DelItem(table.get(), reinterpret_cast<PyObject*>(StandInType()));
  PyErr_Clear();
  Py_CLEAR(newobj);
  Py_CLEAR(newobj_ex);
  Py_CLEAR(module_type);
}

NamedModules::NamedModules(PythonState& state, const Recorder& recorder)
    : state_(state), recorder_(recorder) {
  std::unordered_set<std::string> modules;
  for (const StandIn* made : recorder.made()) {
    if (made->kind != Kind::kGlobal) continue;
    const std::string_view name = recorder.Module(made);
    modules.emplace(name);
    modules.emplace(name.substr(0, name.find('.')));  // importing a.b looks for a too
  }
  for (const std::string& name : modules) ok_ = ok_ && Enter(name);
  ok_ = ok_ && RegisterExtensions();
}

bool NamedModules::Enter(std::string_view module) {
  PyObject* modules = PyImport_GetModuleDict();
  PyRef name = NewName(module);
  if (!name) return false;
  PyRef before = PyRef::Share(PyDict_GetItemWithError(modules, name.get()));
  if (PyErr_Occurred() != nullptr) return false;
  const PyRef stand_in = NewModule(recorder_, name.get(), before.get(), false);
  if (!stand_in || PyDict_SetItem(modules, name.get(), stand_in.get()) < 0) return false;
  replaced_.emplace_back(std::move(name), std::move(before));
  return true;
}

bool NamedModules::RegisterExtensions() {
  PyObject* marker = state_.extension_module.get();
  bool any = false;
  for (const StandIn* made : recorder_.made()) {
    if (made->kind != Kind::kExtension) continue;
    any = true;
    const PyRef name = NewName(std::to_string(made->number));
    const PyRef code = PyRef::Own(PyLong_FromUnsignedLong(made->number));
    const PyRef key = name ? PyRef::Own(PyTuple_Pack(2, marker, name.get())) : PyRef();
    if (!key || !code ||
        PyDict_SetItem(state_.extension_registry.get(), key.get(), code.get()) < 0) {
      return false;
    }
  }
  if (!any) return true;
  const PyRef module = NewModule(recorder_, marker, nullptr, true);
  if (!module || PyDict_SetItem(PyImport_GetModuleDict(), marker, module.get()) < 0) return false;
  replaced_.emplace_back(PyRef::Share(marker), PyRef());
  return true;
}

NamedModules::~NamedModules() {
#if PY_VERSION_HEX >= 0x030c0000
  const PyRef pending = PyRef::Own(PyErr_GetRaisedException());
#else
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
#endif
  PyObject* modules = PyImport_GetModuleDict();
  for (const auto& [name, before] : replaced_) {
    if (before) {
      PyDict_SetItem(modules, name.get(), before.get());
    } else {
      PyDict_DelItem(modules, name.get());
    }
  }
  if (PyDict_GET_SIZE(state_.extension_registry.get()) != 0) {
    PyDict_Clear(state_.extension_registry.get());
  }
  PyErr_Clear();
#if PY_VERSION_HEX >= 0x030c0000
  if (pending) PyErr_SetRaisedException(PyRef(pending).Release());
#else
  PyErr_Restore(type, value, traceback);
#endif
}

PyRef NewBufferCallback(BufferOrder* order) {
  const PyRef capsule = PyRef::Own(PyCapsule_New(order, nullptr, nullptr));
  return capsule ? PyRef::Own(PyCFunction_New(&keep_method, capsule.get())) : PyRef();
}

}  // namespace pickleproof
