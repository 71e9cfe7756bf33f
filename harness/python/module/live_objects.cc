// Objects that are saved as what a reduction function says.

#include "harness/python/module/live_pickler.h"

namespace pickleproof {
namespace {

// Objects that are made of arguments, which are made of arguments, and so on. What leads back to
// itself by its arguments, or makes new objects for ever, ends here, within a part of a second.
constexpr size_t kMaxMaking = 20000;

bool FailPickling(const char* message) {
  PyErr_SetString(State().pickling_error, message);
  return false;
}

bool FailType(const char* format, PyObject* culprit) {
  PyErr_Format(State().pickling_error, format, Py_TYPE(culprit)->tp_name);
  return false;
}

// An item of a reduce tuple; nullptr where it is missing or None.
PyObject* Part(PyObject* reduced, Py_ssize_t index) {
  if (index >= PyTuple_GET_SIZE(reduced)) return nullptr;
  PyObject* part = PyTuple_GET_ITEM(reduced, index);
  return part == Py_None ? nullptr : part;
}

bool CheckReduced(PyObject* reduced) {
  const Py_ssize_t size = PyTuple_GET_SIZE(reduced);
  if (size < 2 || size > 6) {
    return FailPickling("tuple returned by __reduce__ must contain 2 through 6 elements");
  }
  if (PyCallable_Check(PyTuple_GET_ITEM(reduced, 0)) == 0) {
    return FailPickling("first item of the tuple returned by __reduce__ must be callable");
  }
  if (!PyTuple_Check(PyTuple_GET_ITEM(reduced, 1))) {
    return FailPickling("second item of the tuple returned by __reduce__ must be a tuple");
  }
  PyObject* const items = Part(reduced, 3);
  if (items != nullptr && PyIter_Check(items) == 0) {
    return FailType(
        "fourth element of the tuple returned by __reduce__ must be an iterator, not %s", items);
  }
  PyObject* const pairs = Part(reduced, 4);
  if (pairs != nullptr && PyIter_Check(pairs) == 0) {
    return FailType("fifth element of the tuple returned by __reduce__ must be an iterator, not %s",
                    pairs);
  }
  PyObject* const setter = Part(reduced, 5);
  if (setter != nullptr && PyCallable_Check(setter) == 0) {
    return FailType("sixth element of the tuple returned by __reduce__ must be a function, not %s",
                    setter);
  }
  return true;
}

// Which opcode a callable stands for, from protocol 2 on. False with an exception.
bool ChooseOpcode(PyObject* callable, Opcode* opcode) {
  PyRef name;
  if (!LookUp(callable, State().name, &name)) return false;
  *opcode = Opcode::REDUCE;
  if (!name || !PyUnicode_Check(name.get())) return true;
  if (PyUnicode_CompareWithASCIIString(name.get(), "__newobj__") == 0) *opcode = Opcode::NEWOBJ;
  if (PyUnicode_CompareWithASCIIString(name.get(), "__newobj_ex__") == 0) {
    *opcode = Opcode::NEWOBJ_EX;
  }
  return true;
}

}  // namespace

// What the reduction function of an object returns: from a dispatch table, or __reduce_ex__, or
// __reduce__. `*is_global` where the object is a class without one.
bool LivePickler::Reduce(PyObject* object, PyRef* reduced, bool* is_global) {
  const ModuleState& state = State();
  auto* type = reinterpret_cast<PyObject*>(Py_TYPE(object));
  PyRef function;
  if (hooks_.dispatch_table == nullptr) {
    function = PyRef::Share(PyDict_GetItemWithError(state.dispatch_table, type));
    if (!function && PyErr_Occurred() != nullptr) return false;
  } else {
    function = PyRef::Own(PyObject_GetItem(hooks_.dispatch_table, type));
    if (!function) {
      if (PyErr_ExceptionMatches(PyExc_KeyError) == 0) return false;
      PyErr_Clear();
    }
  }
  if (function) {
    *reduced = PyRef::Own(PyObject_CallOneArg(function.get(), object));
    return static_cast<bool>(*reduced);
  }
  if (PyType_Check(object)) {
    *is_global = true;
    return true;
  }
  if (!LookUp(object, state.reduce_ex, &function)) return false;
  if (function) {
    const PyRef number = PyRef::Own(PyLong_FromLong(protocol()));
    *reduced = number ? PyRef::Own(PyObject_CallOneArg(function.get(), number.get())) : PyRef();
    return static_cast<bool>(*reduced);
  }
  if (!LookUp(object, state.reduce, &function)) return false;
  if (!function) {
    PyErr_Format(state.pickling_error, "can't pickle '%.200s' object: %R", Py_TYPE(object)->tp_name,
                 object);
    return false;
  }
  *reduced = PyRef::Own(PyObject_CallNoArgs(function.get()));
  return static_cast<bool>(*reduced);
}

bool LivePickler::SaveObject(PyObject* object) {
  PyRef reduced;
  if (hooks_.reducer_override != nullptr) {
    reduced = PyRef::Own(PyObject_CallOneArg(hooks_.reducer_override, object));
    if (!reduced) return false;
  }
  if (!reduced || reduced.get() == Py_NotImplemented) {
    if (Py_TYPE(object) == &PyType_Type) return SaveType(object);
    if (Py_TYPE(object) == &PyFunction_Type) return SaveGlobal(object, nullptr);
    bool is_global = false;
    if (!Reduce(object, &reduced, &is_global)) return false;
    if (is_global) return SaveGlobal(object, nullptr);
  }
  if (PyUnicode_Check(reduced.get())) return SaveGlobal(object, reduced.get());
  if (!PyTuple_Check(reduced.get())) {
    return FailPickling("__reduce__ must return a string or tuple");
  }
  return SaveReduced(reduced.get(), object);
}

// Begins to write a reduce tuple. `object` is what it makes; nullptr where nobody will refer to it.
bool LivePickler::SaveReduced(PyObject* reduced, PyObject* object) {
  if (!CheckReduced(reduced)) return false;
  PyObject* const callable = PyTuple_GET_ITEM(reduced, 0);
  PyObject* const args = PyTuple_GET_ITEM(reduced, 1);
  Opcode opcode = Opcode::REDUCE;
  if (protocol() >= 2 && !ChooseOpcode(callable, &opcode)) return false;
  if (making_ == kMaxMaking) {
    PyErr_SetString(PyExc_RecursionError, "arguments of __reduce__ are nested without an end");
    return false;
  }
  if (!Push(Task::kMade, object, reduced)) return false;
  ++making_;
  if (opcode == Opcode::NEWOBJ) return SaveNewObj(args, object);
  if (opcode == Opcode::NEWOBJ_EX) return SaveNewObjEx(args);
  return PushOpcode(Opcode::REDUCE) && Push(Task::kValue, args) && Save(callable);
}

bool LivePickler::SaveNewObj(PyObject* args, PyObject* object) {
  if (PyTuple_GET_SIZE(args) < 1) return FailPickling("__newobj__ arglist is empty");
  PyObject* const cls = PyTuple_GET_ITEM(args, 0);
  if (!PyType_Check(cls)) return FailPickling("args[0] from __newobj__ args is not a type");
  if (object != nullptr) {
    PyRef object_class;
    if (!LookUp(object, State().class_name, &object_class)) return false;
    if (!object_class) object_class = PyRef::Share(reinterpret_cast<PyObject*>(Py_TYPE(object)));
    if (object_class.get() != cls) {
      return FailPickling("args[0] from __newobj__ args has the wrong class");
    }
  }
  const PyRef rest = PyRef::Own(PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args)));
  return rest && PushOpcode(Opcode::NEWOBJ) && Push(Task::kValue, rest.get()) && Save(cls);
}

bool LivePickler::SaveNewObjEx(PyObject* args) {
  if (PyTuple_GET_SIZE(args) != 3) {
    PyErr_Format(State().pickling_error,
                 "length of the NEWOBJ_EX argument tuple must be exactly 3, not %zd",
                 PyTuple_GET_SIZE(args));
    return false;
  }
  PyObject* const cls = PyTuple_GET_ITEM(args, 0);
  PyObject* const positional = PyTuple_GET_ITEM(args, 1);
  PyObject* const keywords = PyTuple_GET_ITEM(args, 2);
  if (!PyType_Check(cls)) {
    return FailType("first item from NEWOBJ_EX argument tuple must be a class, not %.200s", cls);
  }
  if (!PyTuple_Check(positional)) {
    return FailType("second item from NEWOBJ_EX argument tuple must be a tuple, not %.200s",
                    positional);
  }
  if (!PyDict_Check(keywords)) {
    return FailType("third item from NEWOBJ_EX argument tuple must be a dict, not %.200s",
                    keywords);
  }
  if (protocol() >= 4) {
    return PushOpcode(Opcode::NEWOBJ_EX) && Push(Task::kValue, keywords) &&
           Push(Task::kValue, positional) && Save(cls);
  }
  // functools.partial(cls.__new__, cls, *positional, **keywords)()
  const PyRef make = PyRef::Own(PyObject_GetAttr(cls, State().new_name));
  const PyRef head = make ? PyRef::Own(PyTuple_Pack(2, make.get(), cls)) : PyRef();
  const PyRef all = head ? PyRef::Own(PySequence_Concat(head.get(), positional)) : PyRef();
  const PyRef partial =
      all ? PyRef::Own(PyObject_Call(State().partial, all.get(), keywords)) : PyRef();
  const PyRef none = PyRef::Own(PyTuple_New(0));
  return partial && none && PushOpcode(Opcode::REDUCE) && Push(Task::kValue, none.get()) &&
         Save(partial.get());
}

// The object has been made: its memo entry, items and state.
bool LivePickler::StepMade() {
  const PyRef owned = PyRef::Own(jobs_.back().object);
  const PyRef reduced = PyRef::Own(jobs_.back().extra);
  jobs_.pop_back();
  --making_;
  PyObject* const object = owned.get();
  if (object != nullptr) {
    if (const LiveMemo::Entry* known = memo_.Find(object); known != nullptr) {
      // It is recursive: its arguments have made it already. Drop this one and fetch that.
      p_ = PutOpcode(p_, Opcode::POP);
      return Get(*known);
    }
    if (!Put(object)) return false;
  }
  PyObject* const state = Part(reduced.get(), 2);
  PyObject* const items = Part(reduced.get(), 3);
  PyObject* const pairs = Part(reduced.get(), 4);
  PyObject* const setter = Part(reduced.get(), 5);
  if (state != nullptr && setter == nullptr) {
    if (!PushOpcode(Opcode::BUILD) || !Push(Task::kValue, state)) return false;
  } else if (state != nullptr) {
    // setter(object, state), whose result is dropped.
    if (!PushOpcode(Opcode::POP) || !PushOpcode(Opcode::REDUCE) || !PushOpcode(Opcode::TUPLE2) ||
        !Push(Task::kValue, state) || !Push(Task::kValue, object) || !Push(Task::kValue, setter)) {
      return false;
    }
  }
  return (pairs == nullptr || Push(Task::kPairs, pairs)) &&
         (items == nullptr || Push(Task::kItems, items));
}

}  // namespace pickleproof
