#pragma once
// The record of one run: what was asked, on what machine, of which engines, and what came out. A
// plain value that knows no engine, so that a report can be drawn long after the run, on another
// machine, or from the records of several workers merged. reports/RECORD.md is its JSON form.

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/matrix/sheet.h"
#include "harness/pickle/outcome.h"

namespace pickleproof {

inline constexpr int kRecordSchema = 1;
// Groups of cells: this one for generated graphs; every other is the name of a corpus group.
inline constexpr std::string_view kGeneratedGroup = "generated";
// The left side of a comparison where it is no reader but the graph that was written.
inline constexpr std::string_view kOriginal = "original";
inline constexpr uint64_t kMaxStreamHexBytes = uint64_t{64} * 1024;
inline constexpr size_t kMaxTextBytes = size_t{64} * 1024;  // of one graph or disassembly
// Signatures that are kept with an example: unexplained ones, and of each reason.
inline constexpr size_t kMaxUnexplained = 300;
inline constexpr size_t kMaxPerReason = 30;

// How comparisons came out. `agree`, `differ`, `explained` and `both_reject` were compared;
// `poisoned` (a limit or out-of-memory was hit), `unsupported` (a declared missing feature) and
// `skipped` (not asked) were not.
struct Counts {
  uint64_t agree = 0;
  uint64_t differ = 0;     // without an explanation
  uint64_t explained = 0;  // differed as a known difference says
  uint64_t both_reject = 0;
  uint64_t poisoned = 0;
  uint64_t unsupported = 0;
  uint64_t skipped = 0;

  uint64_t Compared() const { return agree + differ + explained + both_reject; }
  uint64_t Total() const { return Compared() + poisoned + unsupported + skipped; }
  Counts& operator+=(const Counts& other);
  friend bool operator==(const Counts&, const Counts&) = default;
};

// Writer x reader: `writer` wrote a graph of `group` with `protocol`, `reader` read it.
struct CellKey {
  std::string group, writer, reader;
  int protocol = 0;
  friend auto operator<=>(const CellKey&, const CellKey&) = default;
};

// Reader x reader on the same real pickle; symmetric, so `left` < `right` by convention.
struct PairKey {
  std::string group, left, right;
  friend auto operator<=>(const PairKey&, const PairKey&) = default;
};

struct Throughput {
  uint64_t loads = 0;
  uint64_t load_bytes = 0;
  double load_seconds = 0;
  uint64_t dumps = 0;
  uint64_t dump_bytes = 0;
  double dump_seconds = 0;

  Throughput& operator+=(const Throughput& other);
  friend bool operator==(const Throughput&, const Throughput&) = default;
};

struct EngineEntry {
  std::string id, name, version, language;  // as on the engine's card
  bool reads = false, writes = false;
  std::vector<int> protocols_read, protocols_written;
  std::vector<std::string> blind_to;  // distinctions that it does not make: "py2str", "set-order"
  bool smoke_ok = false;
  std::string smoke_reason;  // why it was left out, where not ok
  Throughput throughput;
  friend bool operator==(const EngineEntry&, const EngineEntry&) = default;
};

struct CorpusGroup {
  std::string name;
  uint64_t files = 0;
  uint64_t bytes = 0;
  friend bool operator==(const CorpusGroup&, const CorpusGroup&) = default;
};

struct Inputs {
  uint64_t graphs = 0;              // generated
  uint64_t nodes = 0;               // of all generated graphs together
  uint64_t streams = 0;             // written by engines and read back
  std::vector<CorpusGroup> corpus;  // by name
  friend bool operator==(const Inputs&, const Inputs&) = default;
};

// A known difference that occurred: its name, why both sides are as they are, and how often.
struct Reason {
  std::string name;
  std::string text;
  std::string link;  // upstream issue or document, may be empty
  uint64_t count = 0;
  friend bool operator==(const Reason&, const Reason&) = default;
};

// What makes two disagreements the same finding. `writer` is empty for a pickle as found.
struct Signature {
  std::string explained_by;  // name of a Reason; empty where nothing explains it (sorts first)
  std::string group;
  std::string kind;  // "int/float", "identity", "accept/reject type", ...
  std::string writer, left, right;
  friend auto operator<=>(const Signature&, const Signature&) = default;
};

// Twelve hex digits that depend on the signature alone: the same finding has the same id, and so
// the same link, in every run.
std::string Id(const Signature& signature);

// What orders the witnesses of a signature: the smallest is shown.
struct WitnessKey {
  uint64_t stream_bytes = 0;
  int protocol = -1;   // that the stream was written with; -1 for a pickle as found
  std::string source;  // "seed 7, graph 1234", or a path within the corpus
  friend auto operator<=>(const WitnessKey&, const WitnessKey&) = default;
};

// What one reader (or the original) says.
struct Side {
  Verdict verdict = Verdict::kAccept;
  std::string error;  // ToString(Error) where not accepted
  std::string graph;  // text notation where accepted
  friend bool operator==(const Side&, const Side&) = default;
};

struct Witness {
  WitnessKey key;
  std::string stream_hex;   // up to kMaxStreamHexBytes bytes of stream
  std::string stream_path;  // where the stream is larger
  std::string disassembly;
  Side left, right;
  std::string path;                   // first difference, "$[0].state['x']"
  std::string path_left, path_right;  // what stands there
  std::string reproduce;              // a command line
  friend bool operator==(const Witness&, const Witness&) = default;
};

struct Finding {
  uint64_t count = 0;  // witnesses of this signature
  std::set<int> protocols;
  Witness witness;
  friend bool operator==(const Finding&, const Finding&) = default;
};

// Nothing that names a person or a host.
struct Host {
  std::string system;  // "Linux 6.1.0 x86_64"
  std::string processor;
  uint64_t cores = 0;
  uint64_t memory_bytes = 0;
  std::string compiler;  // of this program
  friend auto operator<=>(const Host&, const Host&) = default;
};

struct RunRecord {
  int schema = kRecordSchema;
  std::string tool_version;
  std::string command_line;
  std::set<uint64_t> seeds;     // one, or more after a merge of several runs
  std::string started, ended;   // ISO 8601, UTC: "2026-11-22T08:01:07Z"
  double duration_seconds = 0;  // on the clock; of the longest where merged
  Host machine;
  std::vector<EngineEntry> engines;  // in the order of the matrix
  Inputs inputs;
  std::map<CellKey, Counts> cells;
  std::map<PairKey, Counts> pairs;
  std::vector<Reason> reasons;  // by name
  // The first signatures (kMaxUnexplained, and kMaxPerReason of each reason) of all that were seen,
  // each with its exact count.
  std::map<Signature, Finding> differences;
  uint64_t unexplained_witnesses = 0;  // of all signatures, the dropped ones included
  std::vector<Sheet> sheets;           // by name

  friend bool operator==(const RunRecord&, const RunRecord&) = default;
};

// ---- Filling.

// The current time as RunRecord::started wants it.
std::string NowUtc();

// The engine of this id, made at the end of the list where it isn't there.
EngineEntry& EngineOf(RunRecord& record, std::string_view id);

// The group of this name, made in its place where it isn't there.
CorpusGroup& CorpusGroupOf(RunRecord& record, std::string_view name);

// The reason of this name, made in its place where it isn't there. Its text and link are set, its
// count is not changed: AddDifference counts.
Reason& ReasonOf(RunRecord& record, std::string_view name, std::string_view text,
                 std::string_view link = {});

// The sheet of this name, made in its place where it isn't there.
Sheet& SheetOf(RunRecord& record, std::string_view name);

// Fills the hex, or leaves it empty where the stream is larger than kMaxStreamHexBytes: then
// `path` says where it lies.
void SetStream(Witness& witness, std::string_view stream, std::string_view path = {});

// Counts one witness of `signature` (in the difference, in its reason, in unexplained_witnesses;
// the caller counts the cell). Calls `describe` only where this witness is smaller than the one
// that the record has, so that disassembling and printing cost nothing for the others. Texts longer
// than kMaxTextBytes are cut, and say so.
void AddDifference(RunRecord& record, const Signature& signature, const WitnessKey& key,
                   const std::function<Witness()>& describe);

// Adds what `part` counted to `record`. Associative and commutative, and an empty record is
// neutral; only the order of engines is the left one's, and sums of seconds round. A sheet has one
// author: of two with the same name the first in order stays, whole. kUsage where the schemas
// differ.
Result<void> Merge(RunRecord& record, const RunRecord& part);

// ---- Reading.

// Whether anything differs that nothing explains, on a stream or in a cell of a sheet: what the
// exit status says.
bool HasUnexplained(const RunRecord& record);

// All cells of a group; of every group where `group` is empty.
Counts Total(const RunRecord& record, std::string_view group = {});
// The same over the pairs.
Counts TotalOfPairs(const RunRecord& record, std::string_view group = {});

// ---- JSON (reports/RECORD.md). Text that is not UTF-8 is written with replacement characters.

// `indent` is the number of spaces per level; -1 puts all on one line.
std::string ToJson(const RunRecord& record, int indent = 1);

// kSyntax with what is wrong and where: no JSON, a field of another type, an unknown schema.
// Unknown fields are ignored; missing ones stay at their defaults.
Result<RunRecord> ParseRecord(std::string_view json);

}  // namespace pickleproof
