#pragma once
// The type `Pickler`: _pickle's interface of LivePickler.

#include "harness/python/module/live_pickler.h"

namespace pickleproof {

struct PicklerObject {
  PyObject ob_base;
  LivePickler* live;          // nullptr before __init__
  PyObject* write;            // of the file
  PyObject* persistent_id;    // set on the instance, or nullptr
  PyObject* dispatch_table;   // or nullptr
  PyObject* buffer_callback;  // or nullptr
  int bin;                    // whether the protocol is 1 or more
  int fast;
  bool running;  // a dump is under way
};

// The types, or nullptr with an exception.
PyTypeObject* MakePicklerType(PyObject* module);
PyTypeObject* MakePicklerMemoType(PyObject* module);

// A proxy for the memo of a Pickler, and the setter of the attribute.
PyObject* NewPicklerMemo(PicklerObject* pickler);
int SetPicklerMemo(PicklerObject* pickler, PyObject* value);

// The arguments that Pickler, dump and dumps have in common.
struct Writing {
  PyObject* protocol = nullptr;
  int fix_imports = 1;
  PyObject* buffer_callback = nullptr;

  // The number of the protocol. False with an exception, also where it doesn't go with the
  // callback, which is nullptr after None.
  bool Check(int* number);
};

}  // namespace pickleproof
