#pragma once
// Defects of instructions and of the numbers in them. Kept apart from damage.h, which is the way
// in, because these need the decoder.

#include <string>
#include <string_view>

#include "generators/damage.h"

namespace pickleproof {

// `defect` is kReplaceOpcode or one after it. Instructions are decoded up to the first one that
// can't be; the rest stays behind them as it is. The input itself where the defect finds no place.
std::string DamageInstructions(Defect defect, Choices& choices, std::string_view input,
                               std::string_view donor);

}  // namespace pickleproof
