#include "fuzz/dictionary.h"

#include <vector>

#include <fmt/format.h>

#include "harness/pickle/decoder.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {
namespace {

// The shortest argument, and those at the ends of its range.
std::vector<std::string> Arguments(ArgKind kind) {
  const ArgLayout layout = LayoutOf(kind);
  switch (layout.form) {
    case ArgLayout::Form::kNone: return {""};
    case ArgLayout::Form::kFixed:
      return {std::string(layout.width, '\0'), std::string(layout.width, '\xff'),
              std::string(layout.width - 1U, '\0') + '\x80'};
    case ArgLayout::Form::kCounted: {
      std::string one(layout.width, '\0');
      one[0] = 1;
      return {std::string(layout.width, '\0'), one + "a", std::string(layout.width, '\xff')};
    }
    case ArgLayout::Form::kLine:
      if (kind == ArgKind::kStringNl) return {"'a'\n", "\"\"\n"};
      return {"1\n", "01\n", "-1\n", "\n"};
    case ArgLayout::Form::kTwoLines: return {"m\nn\n", "\n\n"};
  }
  return {};
}

}  // namespace

std::string PickleDictionary() {
  std::string out =
      "# Opcodes of pickle protocols 0 to 5. Written by the build from\n"
      "# harness/pickle/opcode.def.\n";
  for (const OpcodeInfo& info : AllOpcodes()) {
    size_t number = 0;
    for (const std::string& argument : Arguments(info.arg)) {
      std::string hex;
      for (const char c : std::string(1, static_cast<char>(info.opcode)) + argument) {
        hex += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      }
      out += fmt::format("{}_{}=\"{}\"\n", info.name, ++number, hex);
    }
  }
  return out;
}

}  // namespace pickleproof
