#pragma once
// Random opcode programs: what no pickler writes but every reader must answer alike. The generator
// keeps account of the stack by the before and after columns of opcode.def (opcode_rows.h), and of
// marks, memo and kinds beside them (stack_account.h).

#include <cstdint>
#include <string>
#include <vector>

#include "generators/choices.h"
#include "generators/opcode_rows.h"
#include "generators/stack_account.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {

struct ProgramShape {
  // From PROTO to STOP. The maximum must be at least 8 and twice the minimum, since each value
  // takes one instruction to push and another to clear away.
  uint32_t min_instructions = 2;
  uint32_t max_instructions = 75;
  int protocol = kHighestProtocol;  // only opcodes up to this one
  bool persistent_ids = true;
  bool extensions = true;
  uint32_t buffers = 2;       // out-of-band buffers that readers are given
  uint32_t max_memo = 70000;  // memo indices; _pickle allocates an array up to the largest
};

// Reusable; one object for many programs.
class ProgramGenerator {
 public:
  explicit ProgramGenerator(ProgramShape shape = {});

  // Appends a program that ends with STOP over at least one value and that every inert reader
  // accepts, when given what the shape names and an ASCII encoding: operands have the kinds that
  // their opcodes need, keys are hashable, frames fit.
  void WellFormed(Choices& choices, std::string& out);
  // The same, several times as fast.
  void WellFormed(RandomChoices& choices, std::string& out);

  // Appends a program in which something is wrong, mostly: operands that are missing or of the
  // wrong kind, arguments that are broken, bytes that are no opcode, frames that do not fit, no
  // STOP.
  void Malformed(Choices& choices, std::string& out);

 private:
  ProgramShape shape_;
  OpcodeRows rows_;
  StackAccount stack_;
  MemoAccount memo_;
  std::vector<char> memory_;
};

}  // namespace pickleproof
