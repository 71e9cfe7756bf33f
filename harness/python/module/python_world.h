#pragma once
// The world in which the machine makes live objects: values are references to them, globals are
// imported and calls are made. See harness/pickle/machine.h for the concept, and for who decides
// everything else.
// Source of what is made and of the words of errors: CPython Modules/_pickle.c, the load_*
// functions.

#include <bit>
#include <cstring>
#include <span>
#include <string_view>

#include "harness/base/error.h"
#include "harness/graph/node.h"
#include "harness/pickle/load_options.h"
#include "harness/python/module/state.h"

namespace pickleproof {

class PythonWorld {
 public:
  using Value = PyObject*;
  static constexpr Value kNoValue = nullptr;
  static constexpr bool kFailsForGood = true;  // an exception is set
  using Items = std::span<const Value>;

  // Who a world asks for what only an Unpickler knows. All of it may be changed between loads.
  struct Context {
    PyObject* unpickler = nullptr;  // whose find_class is asked; nullptr: our own function
    PyObject* persistent_load = nullptr;
    PyObject* buffers = nullptr;  // an iterator, or nullptr where none were given
    const char* encoding = "ASCII";
    const char* errors = "strict";
    bool fix_imports = true;
    int protocol = 0;  // of the pickle that is read, for find_class
  };

  explicit PythonWorld(Context& context) : context_(context) {}

  // Why the last maker or changer failed. The exception itself is set.
  const Error& error() const { return error_; }

  static void Share(Value v) { Py_INCREF(v); }
  static void Drop(Value v) { Py_DECREF(v); }

  Value None() { return Shared(Py_None); }
  Value Bool(bool value) { return Shared(value ? Py_True : Py_False); }
  Value Int(int64_t value) { return Made(PyLong_FromLongLong(value)); }
  Value Float(uint64_t bits) { return Made(PyFloat_FromDouble(std::bit_cast<double>(bits))); }
  Value Long(std::string_view twos_complement);
  Value IntText(std::string_view line, int base);
  Value Text(Kind kind, std::string_view bytes, bool borrowed);
  Value CheckedText(std::string_view bytes) { return Text(Kind::kStr, bytes, true); }
  Value DecodePy2(std::string_view bytes);
  Value Tuple(Items items);
  Value List(Items items);
  Value Empty(Kind kind);
  Value Dict(Items items);
  Value FrozenSet(Items items);
  Value NextBuffer();
  Value ReadOnly(Value value);

  bool Append(Value target, Items items, bool single);
  bool SetItems(Value target, Items items);
  bool AddItems(Value target, Items items);
  bool Build(Value target, Value state);

  static bool AsStr(Value value, std::string_view* text);
  Value Global(std::string_view module, std::string_view name, int protocol);
  Value GlobalOf(Value module, Value name, int protocol);
  Value Extension(uint32_t code, int protocol);
  Value Persistent(Value pid);
  Value Call(How how, Value callable, Value args);
  Value New(Value cls, Value args, Value kwargs);

 private:
  static Value Shared(Value v) {
    Py_INCREF(v);
    return v;
  }
  Value Made(Value v) {
    if (v == nullptr) [[unlikely]]
      Failed();
    return v;
  }
  bool Done(bool done) {
    if (!done) [[unlikely]]
      Failed();
    return done;
  }
  [[gnu::cold, gnu::noinline]] void Failed();
  Value FindClass(PyObject* module, PyObject* name);
  bool AppendOther(Value target, Items items);
  bool BuildPlain(Value target, Value state);

  Context& context_;
  Error error_;
};

// What Unpickler.find_class returns: an attribute of an imported module, or no reference and an
// exception. Python 2 names are mapped below protocol 3 where fix_imports; dots in names are
// followed from protocol 4 on.
PyRef FindGlobal(PyObject* module, PyObject* name, int protocol, bool fix_imports);

}  // namespace pickleproof
