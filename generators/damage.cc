#include "generators/damage.h"

#include <algorithm>
#include <array>

#include "generators/instruction_damage.h"

namespace pickleproof {
namespace {

constexpr auto kDefects = std::to_array<Defect>({
    Defect::kTruncate,
    Defect::kFlipBit,
    Defect::kChangeByte,
    Defect::kDeleteBytes,
    Defect::kDuplicateBytes,
    Defect::kSwapBytes,
    Defect::kSpliceBytes,
    Defect::kReplaceOpcode,
    Defect::kInsertInstruction,
    Defect::kDeleteInstructions,
    Defect::kDuplicateInstructions,
    Defect::kSwapInstructions,
    Defect::kReplaceInstruction,
    Defect::kSpliceInstructions,
    Defect::kChangeArgument,
    Defect::kBreakArgument,
    Defect::kChangeLength,
    Defect::kChangeMemoIndex,
});

// A range of at least one byte, mostly short. `size` must not be 0.
struct Range {
  size_t begin, count;
};
Range DrawRange(Choices& choices, size_t size) {
  const size_t begin = choices.Below(size);
  return {begin, 1 + choices.Skewed(size - begin)};
}

// The two ranges and what lies between them, in the new order.
std::string SwapBytes(Choices& choices, std::string_view input) {
  const Range left = DrawRange(choices, input.size() - 1);
  const size_t begin = left.begin + left.count;
  if (begin >= input.size()) return std::string(input);
  Range right = DrawRange(choices, input.size() - begin);
  right.begin += begin;
  std::string out(input.substr(0, left.begin));
  out += input.substr(right.begin, right.count);
  out += input.substr(begin, right.begin - begin);
  out += input.substr(left.begin, left.count);
  out += input.substr(right.begin + right.count);
  return out;
}

std::string DamageBytes(Defect defect, Choices& choices, std::string_view input,
                        std::string_view donor) {
  std::string out(input);
  if (defect == Defect::kSpliceBytes) {
    if (donor.empty()) return out;
    out.resize(choices.Below(input.size() + 1));
    out += donor.substr(choices.Below(donor.size()));
    return out;
  }
  if (input.empty()) return out;
  if (defect == Defect::kTruncate) {
    out.resize(choices.Below(input.size()));
  } else if (defect == Defect::kFlipBit) {
    const size_t place = choices.Below(input.size());
    out[place] = static_cast<char>(out[place] ^ 1 << choices.Below(8));
  } else if (defect == Defect::kChangeByte) {
    out[choices.Below(input.size())] = static_cast<char>(choices.Below(256));
  } else if (defect == Defect::kSwapBytes) {
    if (input.size() > 1) return SwapBytes(choices, input);
  } else {
    const Range range = DrawRange(choices, input.size());
    if (defect == Defect::kDeleteBytes) {
      out.erase(range.begin, range.count);
    } else {
      out.insert(range.begin, input.substr(range.begin, range.count));
    }
  }
  return out;
}

}  // namespace

std::span<const Defect> AllDefects() { return kDefects; }

std::string_view Name(Defect defect) {
  switch (defect) {
    case Defect::kTruncate: return "truncate";
    case Defect::kFlipBit: return "flip-bit";
    case Defect::kChangeByte: return "change-byte";
    case Defect::kDeleteBytes: return "delete-bytes";
    case Defect::kDuplicateBytes: return "duplicate-bytes";
    case Defect::kSwapBytes: return "swap-bytes";
    case Defect::kSpliceBytes: return "splice-bytes";
    case Defect::kReplaceOpcode: return "replace-opcode";
    case Defect::kInsertInstruction: return "insert-instruction";
    case Defect::kDeleteInstructions: return "delete-instructions";
    case Defect::kDuplicateInstructions: return "duplicate-instructions";
    case Defect::kSwapInstructions: return "swap-instructions";
    case Defect::kReplaceInstruction: return "replace-instruction";
    case Defect::kSpliceInstructions: return "splice-instructions";
    case Defect::kChangeArgument: return "change-argument";
    case Defect::kBreakArgument: return "break-argument";
    case Defect::kChangeLength: return "change-length";
    case Defect::kChangeMemoIndex: return "change-memo-index";
  }
  return {};
}

std::optional<std::string> Inflict(Defect defect, Choices& choices, std::string_view input,
                                   std::string_view donor) {
  // A draw may hit on no change (a byte replaced by itself); three in a row are no place for one.
  for (int attempt = 0; attempt < 3; ++attempt) {
    std::string out = defect <= Defect::kSpliceBytes
                          ? DamageBytes(defect, choices, input, donor)
                          : DamageInstructions(defect, choices, input, donor);
    if (out != input) return out;
  }
  return std::nullopt;
}

std::string Damage(Choices& choices, std::string_view input, std::string* name,
                   std::string_view donor) {
  for (int attempt = 0; attempt < 8; ++attempt) {
    const Defect defect = choices.Pick(kDefects);
    std::optional<std::string> out = Inflict(defect, choices, input, donor);
    if (!out) continue;
    if (name != nullptr) *name = Name(defect);
    return *std::move(out);
  }
  // Always possible, for the empty input too.
  if (name != nullptr) *name = "append-byte";
  std::string out(input);
  out += static_cast<char>(choices.Below(256));
  return out;
}

}  // namespace pickleproof
