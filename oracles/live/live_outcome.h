#pragma once
// What became of a live object on its way through a writer and a reader. Kept apart from Outcome
// (harness/pickle/outcome.h): the verdict is behaviour, there is no graph.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generators/sources.h"
#include "oracles/picklability/interpreters.h"

namespace pickleproof {

enum class LiveResult : uint8_t {
  kSame,         // every probe is answered as at the origin
  kDifferent,    // some are not
  kDumpRefused,  // the writer raised
  kLoadRefused,  // the reader raised
  kCrash,        // the process died
  kHang,
};
std::string_view Name(LiveResult result);

struct ProbeDifference {
  size_t probe = 0;  // index in Source::probes
  std::string expected, got;
};

struct LiveOutcome {
  LiveResult result = LiveResult::kSame;
  std::string error;  // "TypeError: cannot pickle ...", a signal's name; "" where loaded
  std::vector<ProbeDifference> differences;
};

// A release of cloudpickle or dill is three numbers as well.
using Release = PythonVersion;

// One outcome and all that may explain it.
struct LiveCell {
  std::string_view writer, reader;
  int protocol = 0;
  const Source* source = nullptr;
  const LiveOutcome* outcome = nullptr;
  std::string_view stream;     // "" where none was written
  int minor = 0;               // the Python that wrote is 3.minor
  bool other_version = false;  // read by another version of Python than it was written by
  // Of the library, dill's where dill wrote, else cloudpickle's; zeros where it is not known.
  Release wrote, reads;
};

}  // namespace pickleproof
