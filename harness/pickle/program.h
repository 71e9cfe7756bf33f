#pragma once
// A pickle as an owned, editable list of instructions: what mutators, reducers and generators work
// on. Decoding and encoding lose nothing, whatever the bytes are.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/pickle/decoder.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {

// An opcode and the exact bytes of its argument, as Instruction::argument has them: of counted
// kinds without the length, of newline kinds without the last newline. So superfluous sign bytes,
// text numbers like 007 and frames of any length are kept, and a length can't lie.
struct OwnedInstruction {
  Opcode opcode = Opcode::STOP;
  std::string argument;

  friend bool operator==(const OwnedInstruction&, const OwnedInstruction&) = default;
};

// Whether the argument can be written for the opcode: its width, its newlines, the longest length.
bool ArgumentFits(Opcode opcode, std::string_view argument);

// The bytes of one instruction, appended. The argument must fit.
void AppendInstruction(std::string& out, Opcode opcode, std::string_view argument);

struct Program {
  std::vector<OwnedInstruction> instructions;
  // What was not decoded: what follows the first STOP, or everything from `error` on.
  std::string tail;
  // Why decoding ended without a STOP; its offset is where the tail begins. kTruncated, at the end,
  // where all bytes are instructions but none is STOP. Not part of what Encode writes.
  std::optional<Error> error;

  friend bool operator==(const Program&, const Program&) = default;
};

// What to do at STOP.
enum class AfterStop : uint8_t {
  kEnd,      // one pickle: what follows is the tail
  kContinue  // several pickles in a row
};

// Encode(Decode(bytes)) == bytes for every byte string.
Program Decode(std::string_view bytes, AfterStop after_stop = AfterStop::kEnd);

// Every argument must fit its opcode (ArgumentFits).
std::string Encode(const Program& program);

// ---- Making instructions. The typed forms compute lengths and pick the canonical text. Errors are
// kType where the opcode does not take such an argument, and kValue where it does not fit.

// No argument.
Result<OwnedInstruction> MakeInstruction(Opcode opcode);
// An int: fixed-width kinds, FRAME and memo indices included; INT, LONG, GET and PUT as text; LONG1
// and LONG4 as two's complement.
Result<OwnedInstruction> MakeInt(Opcode opcode, int64_t value);
// The same for an int of any size, in canonical decimal.
Result<OwnedInstruction> MakeInt(Opcode opcode, std::string_view decimal);
// INT of a bool: 00 or 01.
OwnedInstruction MakeTextBool(bool value);
// FLOAT and BINFLOAT.
Result<OwnedInstruction> MakeFloat(Opcode opcode, double value);
// Generalized UTF-8: UNICODE, the BINUNICODE family, PERSID.
Result<OwnedInstruction> MakeText(Opcode opcode, std::string_view utf8);
// GLOBAL and INST.
Result<OwnedInstruction> MakeGlobal(Opcode opcode, std::string_view module, std::string_view name);
// STRING (quoted and escaped here), the BINSTRING, BINBYTES and BYTEARRAY8 families.
Result<OwnedInstruction> MakeBytes(Opcode opcode, std::string_view bytes);
// Any argument that fits, as it is.
Result<OwnedInstruction> MakeRaw(Opcode opcode, std::string argument);

}  // namespace pickleproof
