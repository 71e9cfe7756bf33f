#pragma once
// The unpickler VM over the graph world: inert (globals and calls become nodes, nothing is imported
// or run), bounded by Limits, without recursion.

#include <memory>
#include <string_view>

#include "harness/pickle/load_options.h"
#include "harness/pickle/outcome.h"

namespace pickleproof {

// Reads pickles; several loads share the memo and the graph, as CPython's Unpickler does.
// Reuse one object for many inputs: Reset() keeps its memory.
class Unpickler {
 public:
  explicit Unpickler(LoadOptions options = {});
  Unpickler(Unpickler&&) noexcept;
  Unpickler& operator=(Unpickler&&) noexcept;
  ~Unpickler();

  struct Loaded {
    Verdict verdict = Verdict::kReject;
    uint64_t consumed = 0;  // up to and including STOP when accepted
    std::optional<Error> error;
  };

  // Reads one pickle from the front of `data`. When accepted, graph().root() is its value. Text of
  // the graph may refer into `data`: keep it, or call graph().OwnText().
  Loaded Load(std::string_view data);

  // Forgets memo, graph and trace.
  void Reset();

  Graph& graph();
  // What the loads since the last Reset() asked for.
  std::vector<TraceEvent> Trace() const;
  // What sits under a memo index, or kNoNode. For tests and for several loads.
  NodeId Memo(uint64_t index) const;
  // Held by graph, stack and memo.
  size_t MemoryBytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// One load with a fresh memo, the result owning its text.
Outcome Load(std::string_view data, const LoadOptions& options = {});

}  // namespace pickleproof
