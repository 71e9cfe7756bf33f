#pragma once
// What an engine did with one input. A value: copyable, comparable, printable.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/graph/graph.h"

namespace pickleproof {

enum class Verdict : uint8_t {
  kAccept,
  kReject,
  kUnsupported,
  kCrash,
  kHang,
  kOutOfMemory,  // also: one of the Limits was hit
  kStackOverflow,
  kProtocolError,
};

// "accept", "reject", "unsupported", "crash", "hang", "out-of-memory", "stack-overflow",
// "protocol-error".
std::string_view Name(Verdict verdict);

// What a pickle asked for, in order: what it would have run in a real process.
//   global      a global was looked up: "module name"
//   ext         an extension code was looked up for the first time: its number
//   persid      a persistent id was resolved: ""
//   call        REDUCE, OBJ or INST called something: its label
//   new         NEWOBJ or NEWOBJ_EX made an instance of something: its label
//   build       BUILD gave state to something inert: its label
// The label of a global is "module name"; of anything else the name of its kind ("object",
// "persid", "ext"). Well-known constructions (well_known.def) are traced as calls too.
enum class TraceKind : uint8_t { kGlobal, kExtension, kPersistentId, kCall, kNew, kBuild };
std::string_view Name(TraceKind kind);

struct TraceEvent {
  TraceKind kind;
  std::string target;
  friend bool operator==(const TraceEvent&, const TraceEvent&) = default;
};

struct Outcome {
  Verdict verdict = Verdict::kReject;
  Graph graph;                    // when accepted
  std::optional<Error> error;     // when not
  std::vector<TraceEvent> trace;  // also when not accepted
  uint64_t consumed = 0;  // bytes read up to and including STOP; comparable only when accepted;
                          // kNoOffset where the engine can't say
  std::string detail;     // signal, sanitizer summary, or which limit
};

}  // namespace pickleproof
