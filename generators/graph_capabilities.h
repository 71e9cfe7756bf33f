#pragma once
// What a generated graph may hold. Capabilities narrow generation before anything runs, so that no
// run is wasted on what an engine can't express and nothing has to be skipped afterwards.

#include <cstdint>
#include <initializer_list>

#include "harness/graph/node.h"

namespace pickleproof {

struct GraphCapabilities {
  uint32_t kinds = 0;  // one bit for each Kind
  bool has(Kind kind) const { return (kinds >> static_cast<int>(kind) & 1U) != 0; }
  GraphCapabilities& Allow(std::initializer_list<Kind> more);
  GraphCapabilities& Forbid(std::initializer_list<Kind> fewer);

  // ---- Leaves.
  bool tiny_leaves = false;           // a handful of values of each kind, for exhaustive runs
  bool surrogates = true;             // code points U+D800 to U+DFFF
  bool nan_payloads = true;           // any NaN; else only float('nan')
  uint32_t max_int_bits = 2058;       // the sign included
  int global_protocol = 5;            // only names that this protocol keeps (leaves.h, NamedGlobal)
  bool local_names = true;            // m.f.<locals>.g, which picklers refuse
  bool ascii_persistent_ids = false;  // persistent ids are ASCII strings without a newline
  bool none_persistent_ids = true;    // None as an id, which tells CPython that there is none
  // One node for each value of which CPython keeps one object: (), '', b'', frozenset(), strings of
  // one code point below 256, single bytes.
  bool merge_interned = false;

  // Strings with a character that protocol 0 escapes (backslash, NUL, newline, return, U+001A) and
  // more than one reference. pickle.py writes such a string anew each time.
  bool shared_escaped_text = true;

  // ---- Identity.
  bool sharing = true;
  bool cycles = true;
  bool cycles_through_args = true;  // object -> args -> list -> object
  // Sets are written empty and then filled. Where not (below protocol 4), a set can't be reached
  // from its own members except through a list, a dict or what was done to an object.
  bool cycles_through_sets = true;
  // Steps on an object that its own arguments lead back to. pickle.py writes them twice.
  bool steps_on_recursive_args = true;
  bool shared_args = true;            // argument tuples and keyword dicts that others refer to too
  bool shared_persistent_ids = true;  // CPython writes each reference anew

  // Nested saves of a pickler. pickle.py takes up to four calls for each, and CPython stops at
  // 1000.
  uint32_t max_depth = 200;

  // ---- Objects.
  bool newobj_ex = true;
  bool obj_and_inst = false;         // made by OBJ and INST
  bool any_callable = true;          // objects, persistent ids, extension codes are called too
  bool instances_of_getattr = true;  // NEWOBJ of builtins.getattr, a real function to CPython
  bool state_setters = true;         // StepKind::kCall
  bool any_step_order = true;        // any steps in any order; else append, setitems, build or call
  bool steps_on_others = false;      // on globals, persistent ids and extension codes
  bool large_containers = true;      // now and then 999, 1000 or 1001 members
};

// All kinds but py2 strings, buffers and extension codes; everything that a graph can express and a
// pickle can build.
GraphCapabilities EverythingWeHave();

struct CPythonExtras {
  bool persistent_ids = false;
  bool extensions = false;
  bool buffers = false;  // from protocol 5 on
};

// What exists in CPython and what both of its picklers write at this protocol so that reading gives
// the same graph: no Python 2 strings, no OBJ and INST, globals and calls of globals only, steps in
// the picklers' order, no recursion that is answered with RecursionError.
GraphCapabilities PicklableByCPython(int protocol, const CPythonExtras& extras = {});

}  // namespace pickleproof
