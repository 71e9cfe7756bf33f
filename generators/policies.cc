#include "generators/policies.h"

#include <array>

namespace pickleproof {
namespace {

// One of the enumerators up to `last`; the default, which is the first, half of the time.
template <typename Enum>
Enum Draw(Choices& choices, Enum last) {
  if (!choices.Chance(1, 2)) return Enum{};
  return static_cast<Enum>(choices.Below(static_cast<uint64_t>(last) + 1));
}

}  // namespace

EncodingPolicy GeneratePolicy(Choices& choices) {
  EncodingPolicy policy;
  policy.memoize = Draw(choices, EncodingPolicy::Memoize::kWhenShared);
  policy.memo_opcode = Draw(choices, EncodingPolicy::MemoOpcode::kLongBinary);
  static constexpr std::array<uint32_t, 5> kStarts = {0, 1, 250, 255, 65530};
  if (choices.Chance(1, 4)) policy.memo_start = choices.Pick(kStarts);
  policy.batch = Draw(choices, EncodingPolicy::Batch::kMark);
  static constexpr std::array<uint32_t, 5> kBatches = {1000, 1, 2, 3, 100};
  if (choices.Chance(1, 3)) policy.batch_size = choices.Pick(kBatches);
  policy.framing = Draw(choices, EncodingPolicy::Framing::kOne);
  static constexpr std::array<uint32_t, 5> kFrames = {64 * 1024, 4, 16, 100, 1};
  if (choices.Chance(1, 3)) policy.frame_size = choices.Pick(kFrames);
  static constexpr std::array<uint32_t, 4> kMinima = {4, 0, 1, 64};
  if (choices.Chance(1, 4)) policy.frame_minimum = choices.Pick(kMinima);
  policy.ints = Draw(choices, EncodingPolicy::Ints::kWide);
  policy.floats = Draw(choices, EncodingPolicy::Floats::kText);
  policy.strings = Draw(choices, EncodingPolicy::Strings::kWide);
  policy.tuple_opcodes = !choices.Chance(1, 4);
  policy.text_globals = choices.Chance(1, 4);
  policy.wide_extensions = choices.Chance(1, 4);
  policy.proto_header = !choices.Chance(1, 8);
  policy.calls = choices.Chance(1, 4);
  policy.memoize_persistent = true;
  return policy;
}

EncodingPolicy PolicyFromSeed(uint64_t seed) {
  RandomChoices choices(seed);
  return GeneratePolicy(choices);
}

}  // namespace pickleproof
