#pragma once
// The opcodes of the pickle virtual machine, as a table. See opcode.def for the rows.

#include <cstdint>
#include <span>
#include <string_view>

namespace pickleproof {

// kNone and one kind for each argument descriptor of pickletools, under its name.
enum class ArgKind : uint8_t {
  kNone,
  kDecimalNlShort,
  kDecimalNlLong,
  kStringNl,
  kStringNlNoEscape,
  kStringNlNoEscapePair,
  kFloatNl,
  kUnicodeStringNl,
  kUint1,
  kUint2,
  kInt4,
  kUint4,
  kUint8,
  kLong1,
  kLong4,
  kString1,
  kString4,
  kBytes1,
  kBytes4,
  kBytes8,
  kByteArray8,
  kUnicodeString1,
  kUnicodeString4,
  kUnicodeString8,
  kFloat8,
};

// The name of the descriptor in pickletools ("decimalnl_short", "uint1", ...); "" for kNone.
std::string_view Name(ArgKind kind);

// The value of each enumerator is the opcode's byte.
enum class Opcode : uint8_t {
#define PICKLE_OPCODE(name, byte, proto, arg, before, after, doc) name = (byte),
#include "harness/pickle/opcode.def"
};

struct OpcodeInfo {
  Opcode opcode;
  std::string_view name;  // "BININT1"
  int protocol;           // the first protocol that has it
  ArgKind arg;
  std::string_view before;  // stack items consumed, in pickletools' words, the top last
  std::string_view after;   // stack items left in their place
  std::string_view doc;     // one sentence
};

// All 68 rows, by protocol.
std::span<const OpcodeInfo> AllOpcodes();

// The row of a byte, or nullptr where no opcode has it.
const OpcodeInfo* FindOpcode(uint8_t byte);

// The row of a name in capitals, or nullptr.
const OpcodeInfo* FindOpcode(std::string_view name);

inline std::string_view Name(Opcode opcode) {
  return FindOpcode(static_cast<uint8_t>(opcode))->name;
}

inline constexpr int kHighestProtocol = 5;

}  // namespace pickleproof
