#pragma once
// Who can read whom: writes graphs with every writer at every protocol, reads every stream with
// every reader, compares, and tallies into a RunRecord. Knows engines by their interface only.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generators/graph_capabilities.h"
#include "harness/adapter/engine.h"
#include "harness/matrix/record.h"
#include "oracles/differential.h"
#include "oracles/known_difference.h"

namespace pickleproof {

// One pickle as found, with what it takes to read it.
struct FoundPickle {
  std::string group;  // of the record's cells and pairs
  std::string name;   // for people: a path
  std::string stream;
  LoadOptions options;
  bool rewrite = true;  // also write what was read with every writer, and read that back
};

// What graph `index` of a run may hold. Most exist in CPython from one of the protocols on, in
// turn; every eighth is anything that a graph can express.
GraphCapabilities CapabilitiesOf(uint64_t index);

// The graph with this index of the run with this seed.
Graph GeneratedGraph(uint64_t seed, uint64_t index);

// The options that a stream written from this graph needs: its out-of-band buffers.
LoadOptions OptionsFor(const Graph& graph);

class MatrixRunner {
 public:
  // The engines must outlive the runner; `record` is filled.
  MatrixRunner(std::vector<Engine*> writers, std::vector<Engine*> readers, RunRecord& record);

  // One generated graph through all cells.
  void RunGraph(uint64_t seed, uint64_t index);
  // Any graph, under a name of its own.
  void RunGraph(const Graph& graph, std::string_view group, std::string_view source,
                std::string_view reproduce);
  // One pickle as found: all readers pairwise; then, where they accept, all cells.
  void RunFound(const FoundPickle& pickle);

 private:
  // A stream and the writers that wrote exactly it.
  struct Written {
    std::string bytes;
    std::vector<size_t> writers;
  };
  struct Source {
    std::string_view group, name, reproduce;
  };
  struct Reading {
    size_t reader;
    Outcome outcome;
  };

  std::vector<Written> WriteAll(const Graph& graph, int protocol, const Source& source);
  void ReadAll(const Graph& graph, int protocol, const Written& written, const Source& source,
               const LoadOptions& options);
  Outcome Read(size_t reader, std::string_view bytes, const LoadOptions& options);
  void CountUnwritten(size_t writer, int protocol, const Source& source);
  void Judge(const Graph& graph, int protocol, const Written& written, const Source& source,
             size_t reader, const Outcome& outcome, const LoadOptions& load_options);
  void JudgePair(const FoundPickle& pickle, const Outcome& left, const EngineCard& left_card,
                 const Outcome& right, const EngineCard& right_card);
  // Counts a disagreement as explained or not, with its witness.
  void Record(const Disagreement& disagreement, const Source& source, const Outcome* left,
              const Outcome& right, Counts& counts);

  std::vector<Engine*> writers_, readers_;
  RunRecord& record_;
  DifferentialOracle oracle_;
};

}  // namespace pickleproof
