#pragma once
// The pickler: a graph to bytes, at protocols 0 to 5, with every legal freedom under the control of
// an EncodingPolicy.
//
// What a protocol can't say is written as CPython writes it: sets, frozensets, bytes and bytearrays
// as well-known calls (well_known.h), nested globals below protocol 4 as builtins.getattr(parent,
// name). Forms that CPython never writes go to the nearest one that exists: NEWOBJ_EX below 4 is
// copyreg.__newobj_ex__(cls, args, kwargs), OBJ at protocol 0 is INST, and what INST can't name (a
// callable that is no plain global) is OBJ or, at protocol 0, REDUCE.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "harness/base/error.h"
#include "harness/graph/graph.h"
#include "harness/pickle/encoding_policy.h"
#include "harness/pickle/load_options.h"

namespace pickleproof {

struct DumpOptions {
  int protocol = 4;  // 0 to 5
  EncodingPolicy policy;
  bool fix_imports = true;  // Python 2 names below protocol 3
  bool fast = false;        // no memo at all; cycles are errors
  // Globals found here (by module and name) are written as extension codes from protocol 2 on.
  const ExtensionRegistry* extensions = nullptr;
  // py2str nodes are written with the STRING opcodes, which Python 3 never writes; else an error.
  bool py2_strings = false;

  size_t max_digits = 4300;                 // of an int written as text; 0: any number
  uint64_t max_bytes = uint64_t{64} << 30;  // of one pickle; exceeded by at most a batch of items
  size_t max_depth = size_t{1} << 26;       // values begun and not yet ended
};

// Writes graphs. Several dumps of one graph share the memo, as CPython's Pickler does (a policy
// that memoizes kWhenShared looks at one dump only).
class Pickler {
 public:
  explicit Pickler(DumpOptions options = {});
  Pickler(Pickler&&) noexcept;
  Pickler& operator=(Pickler&&) noexcept;
  ~Pickler();

  // Appends one pickle of what is reachable from `root` to `out`. Errors:
  //   kUnsupported  the protocol can't express a node: a buffer below 5, an extension code below 2,
  //                 a persistent id at 0 that is no line of ASCII, names that GLOBAL can't hold, a
  //                 py2str without the option
  //   kValue        arguments that are no tuple (and the like), a cycle in fast mode, or one
  //   through arguments, set members by call or a
  //                 persistent id with nothing memoized in between; a state setter in fast mode
  //   kBuffer       buffers whose indices are not in the order of writing
  //   kLimit        more digits, bytes or depth than the options allow
  //   kUsage        a protocol outside 0 to 5
  // On error `out` and the memo are as they were before.
  Result<void> Dump(const Graph& graph, NodeId root, std::string& out);

  // The next dump stands for itself, and may be of another graph.
  void ClearMemo();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// One dump of graph.root() with a fresh memo.
Result<std::string> Dump(const Graph& graph, const DumpOptions& options = {});

}  // namespace pickleproof
