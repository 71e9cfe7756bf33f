#pragma once
// Which instruction is the first whose meaning differs: the shortest front of a pickle, ended by a
// STOP of its own, on which two readers part already. Knows nothing of readers but the question.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "harness/base/error.h"

namespace pickleproof {

struct FirstInstruction {
  uint64_t offset = kNoOffset;
  std::string opcode;  // as in DivergenceSignature
};

// `differs` must be true of `stream` itself, which is not asked. Each front is cut behind an
// instruction and gets a STOP, or a None and a STOP, since a front may leave nothing to stop at;
// the frame that it was cut in is made to end there. All fronts are tried up to 256 instructions;
// beyond that, halving finds one that differs where the next shorter does not. Where no front
// differs, it is what comes behind the last instruction: STOP, or bytes that can't be decoded.
FirstInstruction FindFirstInstruction(std::string_view stream,
                                      const std::function<bool(std::string_view)>& differs);

// The instruction that begins at or encloses the offset, named in the same way.
FirstInstruction InstructionAt(std::string_view stream, uint64_t offset);

}  // namespace pickleproof
