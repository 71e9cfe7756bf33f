#pragma once
// Our machine with one planted bug: the fuzzer's own test. A night that finds nothing proves
// something only where these would have been found.
//
// The machine itself knows nothing of this. It is run one instruction at a time, and the opcode
// that has the bug is replaced by a wrong copy.

#include <span>
#include <string_view>

#include "harness/adapter/engine.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {

enum class Puzzle : uint8_t {
#define PICKLE_PUZZLE(name, opcode, executions, bug) k##name,
#include "fuzz/puzzle.def"
};

struct PuzzleInfo {
  Puzzle puzzle;
  std::string_view name;
  Opcode opcode;
  uint64_t executions;  // within which it is found
  std::string_view bug;
};
std::span<const PuzzleInfo> AllPuzzles();

// What the machine with this bug does, in the profile of _pickle.loads.
Outcome LoadWithPuzzle(Puzzle puzzle, std::string_view data, const LoadOptions& options);

}  // namespace pickleproof
