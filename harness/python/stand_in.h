#pragma once
// The objects that stand for what a pickle names: globals, the results of calls, persistent ids and
// extension codes, and out-of-band buffers. Private to harness/python.
//
// Both readers of CPython must take a stand-in wherever a real class or instance would be: NEWOBJ
// of `_pickle` demands a type and calls its tp_new directly. So every stand-in begins with a
// PyTypeObject and its own type is a subclass of `type`; but it is never made ready, no object has
// it as its type, and every slot of `type` that would look into it is overridden. A real class per
// global was rejected: making one takes longer than reading the rest of a small pickle.

#include <cstddef>
#include <cstdint>

#include "harness/base/error.h"
#include "harness/graph/node.h"
#include "harness/python/python_api.h"

namespace pickleproof {

class Recorder;

struct StandIn {
  PyTypeObject shape;   // only reference count, type, tp_name, tp_flags and tp_new are set
  Recorder* recorder;   // of the load or dump that made it; nullptr once that is over
  PyObject* callable;   // of an object; the value of a persistent id
  PyObject* args;       // of an object
  PyObject* kwargs;     // of an object made by NEWOBJ_EX
  uint32_t first_step;  // into the recorder's steps, or kNoNode
  uint32_t last_step;
  uint32_t number;  // extension: its code; global: index into the recorder's names
  NodeId node;      // in the graph being made from it, or kNoNode
  Kind kind;
  How how;
  uint8_t well_known;  // global: its WellKnown row, or kNotWellKnown
};
inline constexpr uint8_t kNotWellKnown = 0xff;

// An out-of-band buffer: exports memory, can't be hashed, knows its index.
struct OutOfBandBuffer {
  PyObject ob_base;
  uint32_t index;
  bool read_only;
};

// Makes the two types; once per interpreter. `extensions` is the module name under which extension
// codes are known.
Result<void> InstallStandIns(PyObject* extensions);
void UninstallStandIns();

PyTypeObject* StandInType();
bool IsStandIn(PyObject* object);
bool IsOutOfBandBuffer(PyObject* object);

// A stand-in without parts, or nullptr and an exception. It is the caller's to put into a recorder.
StandIn* NewStandIn(Recorder* recorder, Kind kind);
inline PyObject* AsObject(StandIn* stand_in) { return reinterpret_cast<PyObject*>(stand_in); }
inline StandIn* AsStandIn(PyObject* object) { return reinterpret_cast<StandIn*>(object); }

PyRef NewOutOfBandBuffer(uint32_t index, bool read_only);

}  // namespace pickleproof
