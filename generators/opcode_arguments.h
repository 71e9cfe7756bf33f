#pragma once
// Bytes of opcode arguments, valid ones at the boundaries and broken ones. Kept apart from the
// programs because mutators of existing pickles need them too.

#include <cstddef>
#include <string>
#include <string_view>

#include "generators/choices.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {

// Appends an argument of this kind that every reader accepts, whole: with its length, with its
// newline. Numbers that an opcode takes for an index, a code or a length (memo, EXT, PROTO, FRAME)
// are not meant: see opcode_programs.h. Text is ASCII for the opcodes of Python 2 strings.
void AppendArgument(Choices& choices, ArgKind kind, std::string& out);

// Appends the argument of one of the str opcodes, as it writes this generalized UTF-8. The text
// must be at most 255 bytes for kUnicodeString1.
void AppendTextArgument(ArgKind kind, std::string_view text, std::string& out);

// The same, written to memory, which must have room for kLongestArgument bytes; what comes back is
// where it ended. Of the text, kLongestLeaf bytes at most.
constexpr size_t kLongestArgument = 8192;
char* WriteTextArgument(ArgKind kind, std::string_view text, char* out);

// Appends what may follow the opcode but should not: text numbers that readers treat differently or
// refuse, broken quotes, escapes and UTF-8, lengths that are negative or exceed the input.
void AppendBadArgument(Choices& choices, ArgKind kind, std::string& out);

}  // namespace pickleproof
