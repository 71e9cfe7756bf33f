#pragma once
// The assembly language of ASSEMBLY.md to bytes: what people write cases in. It takes whatever
// Disassemble() prints.

#include <string>
#include <string_view>

#include "harness/base/error.h"
#include "harness/pickle/program.h"

namespace pickleproof {

// The bytes. Errors are kSyntax; their offset counts bytes of `text`, their message begins with
// line and column (both from 1, columns in bytes) and says what to write.
Result<std::string> Assemble(std::string_view text);

// The same, decoded.
Result<Program> AssembleProgram(std::string_view text, AfterStop after_stop = AfterStop::kEnd);

}  // namespace pickleproof
