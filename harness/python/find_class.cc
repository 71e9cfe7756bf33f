#include "harness/python/find_class.h"

#include "harness/base/check.h"
#include "harness/pickle/name_mapping.h"
#include "harness/python/exceptions.h"

namespace pickleproof {
namespace {

// C callbacks carry no context, and one process embeds one interpreter.
Recorder* active = nullptr;
PyObject* marker = nullptr;           // owned: the module name of extension codes
PyTypeObject* patched = nullptr;      // owned: _pickle.Unpickler
PyObject* real_find_class = nullptr;  // owned: its method
PyObject* mapped_name = nullptr;      // owned: "__builtin__"
PyObject* probed_name = nullptr;      // owned: "range"

PyObject* Share(StandIn* stand_in) {
  if (stand_in == nullptr) return nullptr;
  Py_INCREF(AsObject(stand_in));
  return AsObject(stand_in);
}

// Whether this reader maps Python 2 names now. `_pickle` keeps the protocol that PROTO stated to
// itself, so its own find_class is asked for a name that only the mapping can give: the module
// __builtin__ is ours and holds None under that name, builtins holds the real thing. -1 is an
// exception.
int MapsNamesC(PyObject* unpickler) {
  const PyRef found = PyRef::Own(
      PyObject_CallFunctionObjArgs(real_find_class, unpickler, mapped_name, probed_name, nullptr));
  if (!found) return -1;
  return found.get() == Py_None ? 0 : 1;
}

// The same question to the find_class of an extension, which nothing has replaced, unless the
// extension is `_pickle` itself.
int MapsNamesExtension(PyObject* unpickler) {
  if (Py_TYPE(unpickler)->tp_base == patched) return MapsNamesC(unpickler);
  auto* base = reinterpret_cast<PyObject*>(Py_TYPE(unpickler)->tp_base);
  const PyRef real = PyRef::Own(PyObject_GetAttrString(base, "find_class"));
  const PyRef found = real ? PyRef::Own(PyObject_CallFunctionObjArgs(
                                 real.get(), unpickler, mapped_name, probed_name, nullptr))
                           : PyRef();
  if (!found) return -1;
  return found.get() == Py_None ? 0 : 1;
}

int MapsNamesPython(PyObject* unpickler) {
  const PyRef fix = PyRef::Own(PyObject_GetAttrString(unpickler, "fix_imports"));
  if (!fix) return -1;
  const int fixes = PyObject_IsTrue(fix.get());
  if (fixes != 1) return fixes;
  const PyRef protocol = PyRef::Own(PyObject_GetAttrString(unpickler, "proto"));
  if (!protocol) return -1;
  const long number = PyLong_AsLong(protocol.get());
  if (number == -1 && PyErr_Occurred() != nullptr) return -1;
  return number < 3 ? 1 : 0;
}

PyObject* FindExtension(PyObject* code) {
  std::string scratch;
  const std::string_view digits = TextOf(code, scratch);
  uint32_t number = 0;
  for (const char digit : digits) number = number * 10 + static_cast<uint32_t>(digit - '0');
  active->Trace(TraceKind::kExtension, std::string(digits));
  return Share(active->Extension(number));
}

template <typename MapsNames>
PyObject* Find(PyObject* unpickler, PyObject* const* args, Py_ssize_t count, MapsNames maps_names) {
  if (count != 2 || !PyUnicode_Check(args[0]) || !PyUnicode_Check(args[1])) {
    PyErr_SetString(PyExc_TypeError, "find_class takes two names");
    return nullptr;
  }
  if (args[0] == marker) return FindExtension(args[1]);
  std::string module_text;
  std::string name_text;
  GlobalName name{TextOf(args[0], module_text), TextOf(args[1], name_text)};
  const GlobalName mapped = ToPython3(name);
  if (mapped != name) {
    const int maps = maps_names(unpickler);
    if (maps < 0) return nullptr;
    if (maps > 0) name = mapped;
  }
  StandIn* global = active->Global(name.module, name.name);
  if (global == nullptr) return nullptr;
  active->Trace(TraceKind::kGlobal, active->Label(global));
  return Share(global);
}

PyObject* FindClassC(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  if (active == nullptr) {
    const PyRef arguments = PyRef::Own(PyTuple_New(count + 1));
    if (!arguments) return nullptr;
    Py_INCREF(self);
    PyTuple_SET_ITEM(arguments.get(), 0, self);
    for (Py_ssize_t i = 0; i < count; ++i) {
      Py_INCREF(args[i]);
      PyTuple_SET_ITEM(arguments.get(), i + 1, args[i]);
    }
    return PyObject_CallObject(real_find_class, arguments.get());
  }
  return Find(self, args, count, MapsNamesC);
}

PyObject* FindClassPython(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  if (active == nullptr) {
    PyErr_SetString(PyExc_RuntimeError, "an inert unpickler is used outside a load");
    return nullptr;
  }
  return Find(self, args, count, MapsNamesPython);
}

PyObject* FindClassExtension(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  if (active == nullptr) {
    PyErr_SetString(PyExc_RuntimeError, "an inert unpickler is used outside a load");
    return nullptr;
  }
  return Find(self, args, count, MapsNamesExtension);
}

PyObject* PersistentLoad(PyObject* /*self*/, PyObject* pid) {
  if (active == nullptr) {
    PyErr_SetString(PyExc_RuntimeError, "an inert unpickler is used outside a load");
    return nullptr;
  }
  active->Trace(TraceKind::kPersistentId, "");
  return Share(active->PersistentId(pid));
}

PyMethodDef find_class_c = {"find_class", AsCFunction(FindClassC), METH_FASTCALL, nullptr};
PyMethodDef find_class_python = {"find_class", AsCFunction(FindClassPython), METH_FASTCALL,
                                 nullptr};
PyMethodDef find_class_extension = {"find_class", AsCFunction(FindClassExtension), METH_FASTCALL,
                                    nullptr};
PyMethodDef persistent_load = {"persistent_load", PersistentLoad, METH_O, nullptr};

PyMethodDef* MethodOf(FindClassOf reader) {
  switch (reader) {
    case FindClassOf::kC: return &find_class_c;
    case FindClassOf::kPython: return &find_class_python;
    case FindClassOf::kExtension: break;
  }
  return &find_class_extension;
}

bool InstallProbe() {
  mapped_name = PyUnicode_InternFromString("__builtin__");
  probed_name = PyUnicode_InternFromString("range");
  const PyRef module = PyRef::Own(PyModule_New("__builtin__"));
  return module && PyObject_SetAttr(module.get(), probed_name, Py_None) == 0 &&
         PyDict_SetItem(PyImport_GetModuleDict(), mapped_name, module.get()) == 0;
}

bool Replace(PyObject* method) {
  const bool replaced =
      method != nullptr && PyDict_SetItemString(patched->tp_dict, "find_class", method) == 0;
  PyType_Modified(patched);
  return replaced;
}

}  // namespace

Result<void> MakeFindClassInert(PyObject* c_unpickler, PyObject* extension_module) {
  Py_INCREF(extension_module);
  marker = extension_module;
  Py_INCREF(c_unpickler);
  patched = reinterpret_cast<PyTypeObject*>(c_unpickler);
  // The type refuses assignment from Python, as all types of C do; its dict does not.
  real_find_class = PyObject_GetAttrString(c_unpickler, "find_class");
  const PyRef hook = PyRef::Own(PyDescr_NewMethod(patched, &find_class_c));
  if (real_find_class == nullptr || !hook || !InstallProbe() || !Replace(hook.get())) {
    return std::unexpected(CatchException().error);
  }
  return {};
}

void RestoreFindClass() {
  if (patched != nullptr && real_find_class != nullptr) Replace(real_find_class);
  Py_CLEAR(patched);
  Py_CLEAR(real_find_class);
  Py_CLEAR(marker);
  Py_CLEAR(mapped_name);
  Py_CLEAR(probed_name);
}

PyRef InertUnpickler(PyObject* base, FindClassOf reader, bool persistent_ids) {
  PyRef made = PyRef::Own(PyObject_CallFunction(reinterpret_cast<PyObject*>(&PyType_Type), "s(O){}",
                                                "InertUnpickler", base));
  if (!made) return {};
  auto* type = reinterpret_cast<PyTypeObject*>(made.get());
  const PyRef find = PyRef::Own(PyDescr_NewMethod(type, MethodOf(reader)));
  if (!find || PyObject_SetAttrString(made.get(), "find_class", find.get()) < 0) return {};
  if (!persistent_ids) return made;
  // Not a method: a bound one, which `_pickle` keeps, would make a cycle of every unpickler.
  const PyRef load = PyRef::Own(PyCFunction_New(&persistent_load, nullptr));
  if (!load || PyObject_SetAttrString(made.get(), "persistent_load", load.get()) < 0) return {};
  return made;
}

ActiveRecorder::ActiveRecorder(Recorder& recorder) {
  PICKLEPROOF_CHECK(active == nullptr);
  active = &recorder;
}

ActiveRecorder::~ActiveRecorder() { active = nullptr; }

}  // namespace pickleproof
