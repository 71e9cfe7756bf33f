#include "generators/ready_instructions.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "generators/choices.h"
#include "generators/leaves.h"
#include "generators/opcode_arguments.h"
#include "harness/base/bytes.h"

namespace pickleproof {
namespace {

constexpr size_t kLongest = ReadyInstruction().bytes.size();
constexpr size_t kAnew = 8;  // one eighth
constexpr size_t kArguments = ReadyRange::kLots - ReadyRange::kLots / kAnew;
constexpr size_t kNames = 16;  // of those of an opcode that pushes text

bool IsShorter(const std::string& a, const std::string& b) {
  return std::pair(a.size(), std::string_view(a)) < std::pair(b.size(), std::string_view(b));
}

// Up to `count` different arguments of those that `draw` appends to a string, in front of each
// the opcode; only such as are short enough. Few opcodes have that many.
template <typename Function>
std::vector<std::string> DrawShort(const OpcodeInfo& info, size_t count, Function draw) {
  constexpr int kDraws = 500;
  std::vector<std::string> drawn;
  for (int i = 0; drawn.size() < count && i < kDraws; ++i) {
    std::string bytes(1, static_cast<char>(info.opcode));
    draw(bytes);
    const bool seen = std::find(drawn.begin(), drawn.end(), bytes) != drawn.end();
    if (!seen && bytes.size() <= kLongest) drawn.push_back(bytes);
  }
  std::sort(drawn.begin(), drawn.end(), IsShorter);
  return drawn;
}

std::vector<std::string> DrawNames(const OpcodeInfo& info, RandomChoices& choices) {
  return DrawShort(info, kNames, [&](std::string& bytes) {
    const NamedGlobal& global = GlobalLeaf(choices, kHighestProtocol, true);
    AppendTextArgument(info.arg, choices.Chance(1, 2) ? global.module : global.name, bytes);
  });
}

// Those that an opcode has bytes for.
std::vector<std::string> DrawCodes(const OpcodeInfo& info, RandomChoices& choices, size_t width) {
  return DrawShort(info, kArguments, [&](std::string& bytes) {
    uint64_t code = ExtensionCodeLeaf(choices);
    while (code >> (8 * width) != 0) code = ExtensionCodeLeaf(choices);
    AppendLittle(bytes, code);
    bytes.resize(1 + width);
  });
}

// The arguments that only this opcode can have, none where any of the kind will do.
std::vector<std::string> DrawSpecial(const OpcodeInfo& info, RandomChoices& choices) {
  switch (info.opcode) {
    case Opcode::PROTO:
      return DrawShort(info, kHighestProtocol + 1, [&](std::string& bytes) {
        bytes += static_cast<char>(choices.Below(kHighestProtocol + 1));
      });
    case Opcode::EXT1: return DrawCodes(info, choices, 1);
    case Opcode::EXT2: return DrawCodes(info, choices, 2);
    case Opcode::EXT4: return DrawCodes(info, choices, 4);
    default: return {};
  }
}

uint8_t Append(const std::vector<std::string>& drawn, StackValue pushed,
               std::vector<ReadyInstruction>& out) {
  for (const std::string& bytes : drawn) {
    ReadyInstruction& added = out.emplace_back();
    std::copy(bytes.begin(), bytes.end(), added.bytes.begin());
    added.size = static_cast<uint8_t>(bytes.size());
    added.pushed = pushed;
  }
  return static_cast<uint8_t>(drawn.size());
}

}  // namespace

ReadyRange AppendReady(const OpcodeInfo& info, StackValue pushed,
                       std::vector<ReadyInstruction>& out) {
  RandomChoices choices(static_cast<uint8_t>(info.opcode));
  ReadyRange range{.begin = static_cast<uint16_t>(out.size())};
  const std::vector<std::string> special = DrawSpecial(info, choices);
  range.count = Append(special, pushed, out);
  if (range.count != 0) return range;
  if (info.after == "str") {
    range.names = range.count = Append(DrawNames(info, choices), StackValue::kName, out);
  }
  const auto draw = [&](std::string& bytes) { AppendArgument(choices, info.arg, bytes); };
  range.count += Append(DrawShort(info, kArguments - range.names, draw), pushed, out);
  if (info.arg != ArgKind::kNone) range.anew = static_cast<uint8_t>(range.count / (kAnew - 1));
  return range;
}

}  // namespace pickleproof
