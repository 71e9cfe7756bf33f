#pragma once
// Bytes to the assembly language of ASSEMBLY.md, with what pickletools.dis() would show beside it
// as comments. Assemble() gives the bytes back, whatever they are.

#include <string>
#include <string_view>

#include "harness/pickle/opcode.h"
#include "harness/pickle/program.h"

namespace pickleproof {

struct DisassembleOptions {
  bool offsets = true;
  // MARKs popped, memo keys, globals, errors, and the highest protocol at the end.
  bool comments = true;
  AfterStop after_stop = AfterStop::kEnd;
};

// One instruction per line, indented by open marks. Linear in the size of the input: the
// indentation stops growing at 20 marks. With kContinue stack and memo begin anew after each STOP.
std::string Disassemble(std::string_view bytes, const DisassembleOptions& options = {});

// The argument as assembly writes it, "" for opcodes without one: the canonical form of its value
// where that encodes to these very bytes, else `raw` and the bytes. The argument must fit.
std::string FormatArgument(Opcode opcode, std::string_view argument);

// One object: {"instructions": [{"offset", "opcode", "argument", "raw"}, ...], "tail", "error"}.
// "argument" as FormatArgument gives it, null for opcodes without one; "raw" and "tail" (what was
// not decoded) in hex; where dis() raises at an instruction, it has an "error" too, as the object:
// {"code", "offset", "message"}. The outer error says why decoding ended before STOP, or is null.
std::string DisassembleJson(std::string_view bytes);

}  // namespace pickleproof
