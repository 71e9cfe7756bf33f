#pragma once
// The well-known constructions of harness/pickle/well_known.def, run on Python objects by their
// real constructors. Private to harness/python.

#include "harness/pickle/well_known.h"
#include "harness/python/recorder.h"

namespace pickleproof {

enum class CallForm { kMade, kFailed, kInert };

// Makes what the row says where `args` has exactly its form: kMade with a new reference in
// `*result`, or kFailed with an exception. kInert where the form is another.
CallForm CallWellKnown(Recorder& recorder, WellKnown row, PyObject* args, PyObject** result);

// NEWOBJ_EX passes its dict as keyword arguments: any class refuses keys that are not str. False
// with an exception.
bool CheckKeywords(PyObject* kwargs);

}  // namespace pickleproof
