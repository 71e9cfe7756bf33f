#include "harness/pickle/opcode.h"

#include <array>

namespace pickleproof {
namespace {

constexpr OpcodeInfo kOpcodes[] = {
#define PICKLE_OPCODE(name, byte, proto, arg, before, after, doc) \
  {Opcode::name, #name, proto, ArgKind::arg, before, after, doc},
#include "harness/pickle/opcode.def"
};

}  // namespace

std::span<const OpcodeInfo> AllOpcodes() { return kOpcodes; }

const OpcodeInfo* FindOpcode(uint8_t byte) {
  static const auto kByByte = [] {
    std::array<const OpcodeInfo*, 256> table{};
    for (const OpcodeInfo& info : kOpcodes) table[static_cast<size_t>(info.opcode)] = &info;
    return table;
  }();
  return kByByte[byte];
}

const OpcodeInfo* FindOpcode(std::string_view name) {
  for (const OpcodeInfo& info : kOpcodes) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

std::string_view Name(ArgKind kind) {
  switch (kind) {
    case ArgKind::kNone: return "";
    case ArgKind::kDecimalNlShort: return "decimalnl_short";
    case ArgKind::kDecimalNlLong: return "decimalnl_long";
    case ArgKind::kStringNl: return "stringnl";
    case ArgKind::kStringNlNoEscape: return "stringnl_noescape";
    case ArgKind::kStringNlNoEscapePair: return "stringnl_noescape_pair";
    case ArgKind::kFloatNl: return "floatnl";
    case ArgKind::kUnicodeStringNl: return "unicodestringnl";
    case ArgKind::kUint1: return "uint1";
    case ArgKind::kUint2: return "uint2";
    case ArgKind::kInt4: return "int4";
    case ArgKind::kUint4: return "uint4";
    case ArgKind::kUint8: return "uint8";
    case ArgKind::kLong1: return "long1";
    case ArgKind::kLong4: return "long4";
    case ArgKind::kString1: return "string1";
    case ArgKind::kString4: return "string4";
    case ArgKind::kBytes1: return "bytes1";
    case ArgKind::kBytes4: return "bytes4";
    case ArgKind::kBytes8: return "bytes8";
    case ArgKind::kByteArray8: return "bytearray8";
    case ArgKind::kUnicodeString1: return "unicodestring1";
    case ArgKind::kUnicodeString4: return "unicodestring4";
    case ArgKind::kUnicodeString8: return "unicodestring8";
    case ArgKind::kFloat8: return "float8";
  }
  return "invalid";
}

}  // namespace pickleproof
