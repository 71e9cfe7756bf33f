#pragma once
// Pickles with one named defect each: bytes lost or changed, instructions lost, moved or replaced,
// lengths and indices that lie. What such an input does is the reader's business; that all readers
// answer alike is the question.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "generators/choices.h"

namespace pickleproof {

enum class Defect : uint8_t {
  // Of bytes.
  kTruncate,
  kFlipBit,
  kChangeByte,
  kDeleteBytes,
  kDuplicateBytes,
  kSwapBytes,
  kSpliceBytes,  // the front of this input, the back of another
  // Of instructions. Frames around them are made to fit again.
  kReplaceOpcode,
  kInsertInstruction,
  kDeleteInstructions,
  kDuplicateInstructions,
  kSwapInstructions,
  kReplaceInstruction,
  kSpliceInstructions,
  kChangeArgument,
  kBreakArgument,
  // Of numbers in instructions.
  kChangeLength,
  kChangeMemoIndex,
};

std::span<const Defect> AllDefects();

// "truncate", "flip-bit", ...
std::string_view Name(Defect defect);

// The input with this defect, or nothing where it has no place for one (no length to change, no
// other input). `donor` is what the two splices take their back half from. The result differs from
// the input.
std::optional<std::string> Inflict(Defect defect, Choices& choices, std::string_view input,
                                   std::string_view donor = {});

// The input with some defect, whose name is stored to `name` where that is not null.
std::string Damage(Choices& choices, std::string_view input, std::string* name = nullptr,
                   std::string_view donor = {});

}  // namespace pickleproof
