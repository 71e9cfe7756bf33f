#include "harness/matrix/runner.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "generators/choices.h"
#include "generators/graphs.h"
#include "harness/base/bytes.h"
#include "harness/graph/notation.h"
#include "harness/pickle/disassembler.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {
namespace {

// Streams up to this size are put on the command line that reproduces a difference.
constexpr size_t kMaxHexOnCommandLine = 2048;

class Stopwatch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

Side SideOf(const Outcome& outcome) {
  Side side;
  side.verdict = outcome.verdict;
  if (outcome.verdict == Verdict::kAccept) {
    side.graph = ToNotation(outcome.graph, {.width = 100, .max_length = kMaxTextBytes});
  } else if (outcome.error) {
    side.error = ToString(*outcome.error);
  }
  return side;
}

}  // namespace

GraphCapabilities CapabilitiesOf(uint64_t index) {
  if (index % 8 == 7) return EverythingWeHave();
  const int protocol = static_cast<int>(index % 8 % 6);
  return PicklableByCPython(protocol, {.persistent_ids = index % 3 == 0,
                                       .extensions = index % 5 == 0,
                                       .buffers = protocol == 5 && index % 2 == 1});
}

Graph GeneratedGraph(uint64_t seed, uint64_t index) {
  return GraphFromSeed(SeedOf(seed, index), CapabilitiesOf(index));
}

LoadOptions OptionsFor(const Graph& graph) {
  LoadOptions options;
  for (const NodeId id : Reachable(graph, graph.root())) {
    if (graph.kind(id) != Kind::kBuffer) continue;
    const size_t index = graph.BufferIndex(id);
    if (options.buffers.size() <= index) options.buffers.resize(index + 1);
    options.buffers[index] = graph.BufferReadOnly(id);
    options.has_buffers = true;
  }
  return options;
}

MatrixRunner::MatrixRunner(std::vector<Engine*> writers, std::vector<Engine*> readers,
                           RunRecord& record)
    : writers_(std::move(writers)), readers_(std::move(readers)), record_(record) {}

void MatrixRunner::RunGraph(uint64_t seed, uint64_t index) {
  const Graph graph = GeneratedGraph(seed, index);
  ++record_.inputs.graphs;
  record_.inputs.nodes += Reachable(graph, graph.root()).size();
  RunGraph(graph, kGeneratedGroup, fmt::format("seed {}, graph {}", seed, index),
           fmt::format("./pickleproof cross --seed {} --first {} --graphs 1", seed, index));
}

void MatrixRunner::RunGraph(const Graph& graph, std::string_view group, std::string_view source,
                            std::string_view reproduce) {
  const LoadOptions options = OptionsFor(graph);
  const Source from = {group, source, reproduce};
  for (int protocol = 0; protocol <= kHighestProtocol; ++protocol) {
    for (const Written& written : WriteAll(graph, protocol, from)) {
      ReadAll(graph, protocol, written, from, options);
    }
  }
}

std::vector<MatrixRunner::Written> MatrixRunner::WriteAll(const Graph& graph, int protocol,
                                                          const Source& source) {
  std::vector<Written> all;
  for (size_t w = 0; w < writers_.size(); ++w) {
    const Stopwatch watch;
    Result<std::string> bytes = writers_[w]->Dump(graph, protocol);
    Throughput& throughput = EngineOf(record_, writers_[w]->card().id).throughput;
    throughput.dump_seconds += watch.Seconds();
    if (!bytes) {
      CountUnwritten(w, protocol, source);
      continue;
    }
    ++throughput.dumps;
    throughput.dump_bytes += bytes->size();
    ++record_.inputs.streams;
    const auto same = std::find_if(all.begin(), all.end(),
                                   [&](const Written& other) { return other.bytes == *bytes; });
    if (same != all.end()) {
      same->writers.push_back(w);
    } else {
      all.push_back({std::move(*bytes), {w}});
    }
  }
  return all;
}

void MatrixRunner::CountUnwritten(size_t writer, int protocol, const Source& source) {
  for (const Engine* reader : readers_) {
    ++record_
          .cells[{std::string(source.group), writers_[writer]->card().id, reader->card().id,
                  protocol}]
          .unsupported;
  }
}

Outcome MatrixRunner::Read(size_t reader, std::string_view bytes, const LoadOptions& options) {
  const Stopwatch watch;
  Outcome outcome = readers_[reader]->Load(bytes, options);
  Throughput& throughput = EngineOf(record_, readers_[reader]->card().id).throughput;
  throughput.load_seconds += watch.Seconds();
  ++throughput.loads;
  throughput.load_bytes += bytes.size();
  return outcome;
}

void MatrixRunner::ReadAll(const Graph& graph, int protocol, const Written& written,
                           const Source& source, const LoadOptions& options) {
  for (size_t r = 0; r < readers_.size(); ++r) {
    const Outcome outcome = Read(r, written.bytes, options);
    Judge(graph, protocol, written, source, r, outcome, options);
  }
}

void MatrixRunner::Judge(const Graph& graph, int protocol, const Written& written,
                         const Source& source, size_t reader, const Outcome& outcome,
                         const LoadOptions& load_options) {
  const EngineCard& reader_card = readers_[reader]->card();
  // Writers that wrote the same bytes are judged once, by the one that claims least.
  Distinctions claims = reader_card.distinctions;
  for (const size_t w : written.writers) {
    const Distinctions& more = writers_[w]->card().distinctions;
    claims.py2str = claims.py2str && more.py2str;
    claims.obj_from_reduce = claims.obj_from_reduce && more.obj_from_reduce;
    claims.atom_identity = claims.atom_identity && more.atom_identity;
  }
  const CompareOptions options = MeetOf(claims, claims);
  const Comparison comparison =
      oracle_.CompareWithOriginal(graph, outcome, written.bytes.size(), options);
  for (const size_t w : written.writers) {
    const EngineCard& writer_card = writers_[w]->card();
    Counts& counts =
        record_.cells[{std::string(source.group), writer_card.id, reader_card.id, protocol}];
    switch (comparison.agreement) {
      case Agreement::kAgree: ++counts.agree; break;
      case Agreement::kBothReject: ++counts.both_reject; break;
      case Agreement::kPoisoned: ++counts.poisoned; break;
      case Agreement::kUnsupported: ++counts.unsupported; break;
      case Agreement::kDiffer: {
        Disagreement disagreement;
        disagreement.stream = written.bytes;
        disagreement.options = &load_options;
        disagreement.protocol = protocol;
        disagreement.writer = &writer_card;
        disagreement.right = &reader_card;
        disagreement.left_graph = &graph;
        if (outcome.verdict == Verdict::kAccept) disagreement.right_graph = &outcome.graph;
        disagreement.comparison = &comparison;
        Record(disagreement, source, nullptr, outcome, counts);
        break;
      }
    }
  }
}

void MatrixRunner::Record(const Disagreement& d, const Source& source, const Outcome* left,
                          const Outcome& right, Counts& counts) {
  const std::optional<Explanation> known = Explain(d);
  ++(known ? counts.explained : counts.differ);
  if (known) ReasonOf(record_, known->name, known->reason, known->link);
  Signature signature;
  signature.explained_by = known ? known->name : "";
  signature.group = source.group;
  signature.kind = d.comparison->kind;
  signature.writer = d.writer != nullptr ? d.writer->id : "";
  signature.left = d.left != nullptr ? d.left->id : std::string(kOriginal);
  signature.right = d.right->id;
  WitnessKey key;
  key.stream_bytes = d.stream.size();
  key.protocol = d.protocol;
  key.source = source.name;
  AddDifference(record_, signature, key, [&] {
    Witness witness;
    witness.key = key;
    SetStream(witness, d.stream, source.name);
    witness.disassembly = Disassemble(d.stream);
    if (left != nullptr) {
      witness.left = SideOf(*left);
    } else {
      witness.left.graph = ToNotation(*d.left_graph, {.width = 100, .max_length = kMaxTextBytes});
    }
    witness.right = SideOf(right);
    witness.path = d.comparison->path;
    witness.path_left = d.comparison->left;
    witness.path_right = d.comparison->right;
    witness.reproduce = std::string(source.reproduce);
    if (d.stream.size() <= kMaxHexOnCommandLine && left != nullptr) {
      witness.reproduce = fmt::format("./pickleproof load --engine {} --engine {} --hex {}",
                                      d.left->id, d.right->id, ToHex(d.stream));
    }
    return witness;
  });
}

void MatrixRunner::RunFound(const FoundPickle& pickle) {
  CorpusGroup& group = CorpusGroupOf(record_, pickle.group);
  ++group.files;
  group.bytes += pickle.stream.size();
  std::vector<Outcome> outcomes;
  for (size_t r = 0; r < readers_.size(); ++r) {
    outcomes.push_back(Read(r, pickle.stream, pickle.options));
  }
  for (size_t i = 0; i < readers_.size(); ++i) {
    for (size_t j = i + 1; j < readers_.size(); ++j) {
      const bool ordered = readers_[i]->card().id < readers_[j]->card().id;
      const size_t left = ordered ? i : j;
      const size_t right = ordered ? j : i;
      JudgePair(pickle, outcomes[left], readers_[left]->card(), outcomes[right],
                readers_[right]->card());
    }
  }
  if (!pickle.rewrite || outcomes.empty() || outcomes[0].verdict != Verdict::kAccept) return;
  RunGraph(outcomes[0].graph, pickle.group, pickle.name,
           fmt::format("./pickleproof cross {}", pickle.name));
}

void MatrixRunner::JudgePair(const FoundPickle& pickle, const Outcome& left,
                             const EngineCard& left_card, const Outcome& right,
                             const EngineCard& right_card) {
  const Comparison comparison =
      oracle_.Compare(left, right, MeetOf(left_card.distinctions, right_card.distinctions));
  Counts& counts = record_.pairs[{pickle.group, left_card.id, right_card.id}];
  switch (comparison.agreement) {
    case Agreement::kAgree: ++counts.agree; return;
    case Agreement::kBothReject: ++counts.both_reject; return;
    case Agreement::kPoisoned: ++counts.poisoned; return;
    case Agreement::kUnsupported: ++counts.unsupported; return;
    case Agreement::kDiffer: break;
  }
  Disagreement disagreement;
  disagreement.stream = pickle.stream;
  disagreement.options = &pickle.options;
  disagreement.left = &left_card;
  disagreement.right = &right_card;
  if (left.verdict == Verdict::kAccept) disagreement.left_graph = &left.graph;
  if (right.verdict == Verdict::kAccept) disagreement.right_graph = &right.graph;
  disagreement.comparison = &comparison;
  const std::string reproduce = fmt::format("./pickleproof load {} --engine {} --engine {}",
                                            pickle.name, left_card.id, right_card.id);
  Record(disagreement, {pickle.group, pickle.name, reproduce}, &left, right, counts);
}

}  // namespace pickleproof
