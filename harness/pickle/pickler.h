#pragma once
// The pickler: a graph to bytes, at protocols 0 to 5, with every legal freedom under the control of
// an EncodingPolicy.

#include <memory>
#include <string>
#include <vector>

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
};

// Writes graphs. Several dumps of one graph share the memo, as CPython's Pickler does.
class Pickler {
 public:
  explicit Pickler(DumpOptions options = {});
  Pickler(Pickler&&) noexcept;
  Pickler& operator=(Pickler&&) noexcept;
  ~Pickler();

  // Appends one pickle of what is reachable from `root` to `out`. Errors: kUnsupported where the
  // protocol can't express a node (a Buffer node below 5), kValue for a cycle in fast mode or
  // through reduce arguments, kLimit for an int of more digits than Python's str() allows. On error
  // `out` is as it was before.
  Result<void> Dump(const Graph& graph, NodeId root, std::string& out);
  void ClearMemo();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// One dump of graph.root() with a fresh memo.
Result<std::string> Dump(const Graph& graph, const DumpOptions& options = {});

}  // namespace pickleproof
