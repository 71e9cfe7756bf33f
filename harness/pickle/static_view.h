#pragma once
// What can be said about a pickle without running it, and whether CPython's pickletools accepts it.
// Oracles compare this with what loaders do.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/pickle/decoder.h"
#include "harness/pickle/stack_effect.h"

namespace pickleproof {

// What the argument's reader in CPython 3.11's Lib/pickletools.py raises (read_stringnl,
// read_decimalnl_short, ...): kBadArgument as ValueError, kBadEncoding as UnicodeDecodeError.
std::optional<Error> CheckArgument(const Instruction& instruction);

// What dis() raises beyond that when it prints the argument: ValueError for a LONG4 of more than
// 4300 decimal digits, which str() refuses.
std::optional<Error> CheckPrintable(const Instruction& instruction);

struct StaticView {
  // Whether pickletools.dis() takes the first pickle of the input: every argument makes sense,
  // every pop finds its items and its mark, memo keys are set once and before use, and nothing is
  // left after STOP. Loaders are both stricter (types) and laxer (memo keys, what STOP leaves).
  bool well_formed = false;
  // What dis() raises first, with the exception; set where not well formed.
  std::optional<Error> first_error;
  // Whether pickletools.genops() takes it: instructions and arguments only.
  bool decodes = false;
  // All globals up to STOP or up to the first byte that can't be decoded, other errors regardless.
  std::vector<StaticGlobal> globals;
  // The same as genops() shows them, "module name": it undoes escapes in the lines of GLOBAL and
  // INST (read_stringnl_noescape), which loaders take as they are.
  std::vector<std::string> shown_globals;
  // STACK_GLOBALs whose strings are not known statically.
  size_t unknown_globals = 0;
  // Of the same instructions: the highest protocol that one of them came with, -1 without any. Not
  // what PROTO says.
  int highest_protocol = -1;
  uint64_t stop_offset = kNoOffset;  // of the first STOP, or kNoOffset
};

StaticView StaticViewOf(std::string_view bytes);

}  // namespace pickleproof
