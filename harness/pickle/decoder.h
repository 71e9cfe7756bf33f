#pragma once
// Bytes to instructions, without judging them: the one reading of the format that program,
// disassembler and statistics share. Nothing is copied, and a length in the input never makes
// anything allocate.
//
// The decoder checks structure only. Whether the text of an argument means something (INT 'x', a
// BINUNICODE that is not UTF-8) is for those who read it.

#include <cstdint>
#include <optional>
#include <string_view>

#include "harness/base/error.h"
#include "harness/pickle/cursor.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {

// One instruction, its views borrowed from the input.
struct Instruction {
  Opcode opcode = Opcode::STOP;
  uint64_t offset = 0;   // of the opcode's byte
  std::string_view raw;  // all its bytes
  // What follows the opcode: of counted kinds the counted bytes, of newline kinds the text without
  // the last newline (of the pair kind both lines and the newline between them), else the bytes of
  // the number.
  std::string_view argument;
  // Fixed-width ints (signed ones sign-extended), the length of counted arguments, and the index
  // of GET and PUT where its text is an int from 0 to 2**64-1. Else 0, and has_number is false.
  uint64_t number = 0;
  bool has_number = false;
};

// What an argument is, and how its bytes are laid out.
struct ArgLayout {
  enum class Value : uint8_t { kNone, kInt, kFloat, kText, kBytes, kGlobal };
  enum class Form : uint8_t { kNone, kFixed, kCounted, kLine, kTwoLines };
  Value value = Value::kNone;
  Form form = Form::kNone;
  uint8_t width = 0;          // kFixed: bytes of the number; kCounted: bytes of the length
  bool is_signed = false;     // of the number, or of the length (a negative one is an error)
  uint64_t max_argument = 0;  // kCounted: the longest argument that the length can state
};
ArgLayout LayoutOf(ArgKind kind);

class Decoder {
 public:
  explicit Decoder(std::string_view data) : cursor_(data) {}

  // The next instruction, or nothing at the end of the input. The decoder does not stop at STOP:
  // whoever reads one pickle stops there. Errors carry the offset of the instruction, and leave
  // position() there: kUnknownOpcode; kTruncated where the input ends inside the instruction;
  // kBadArgument for a negative length (pickletools read_string4, read_long4).
  Result<std::optional<Instruction>> Next();

  size_t position() const { return cursor_.position(); }

 private:
  std::optional<Error> ReadArgument(ArgKind kind, Instruction* instruction);

  Cursor cursor_;
};

}  // namespace pickleproof
