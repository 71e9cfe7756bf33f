#include "generators/choices.h"

#include <algorithm>
#include <bit>

#include "harness/base/check.h"

namespace pickleproof {
namespace {

uint64_t SplitMix64(uint64_t* state) {
  *state += 0x9e3779b97f4a7c15U;
  uint64_t z = *state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

// The index that `ticket`, a number below the sum of the weights, falls on.
size_t IndexOfTicket(std::span<const uint32_t> weights, uint64_t ticket) {
  for (size_t i = 0; i < weights.size(); ++i) {
    if (ticket < weights[i]) return i;
    ticket -= weights[i];
  }
  PICKLEPROOF_CHECK(false && "a weight above 0 is needed");
  return 0;
}

uint64_t Sum(std::span<const uint32_t> weights) {
  uint64_t sum = 0;
  for (const uint32_t weight : weights) sum += weight;
  PICKLEPROOF_CHECK(sum != 0 && "a weight above 0 is needed");
  return sum;
}

}  // namespace

RandomChoices::RandomChoices(uint64_t seed) {
  for (uint64_t& word : state_) word = SplitMix64(&seed);
}

uint64_t RandomChoices::Skewed(uint64_t bound) {
  if (bound <= 1) return 0;
  const int width = static_cast<int>(Below(static_cast<uint64_t>(std::bit_width(bound - 1)) + 1));
  if (width == 0) return 0;
  const uint64_t low = uint64_t{1} << (width - 1);
  const uint64_t high = width == 64 ? bound : std::min(bound, uint64_t{1} << width);
  return low + Below(high - low);
}

uint64_t ByteChoices::Below(uint64_t bound) {
  uint64_t value = 0;
  for (uint64_t span = bound - 1; span != 0 && !bytes_.empty(); span >>= 8) {
    value = value << 8 | static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
  }
  return value % bound;
}

size_t ByteChoices::Weighted(std::span<const uint32_t> weights) {
  const uint64_t sum = Sum(weights);
  if (sum <= 256) return IndexOfTicket(weights, Below(sum));
  // One byte still decides, so that a decision stays as short as it can be.
  return IndexOfTicket(weights, Below(256) * sum / 256);
}

uint64_t OdometerChoices::Below(uint64_t bound) {
  if (bound == 1) return 0;
  if (position_ == digits_.size()) digits_.push_back({0, bound});
  const Digit& digit = digits_[position_++];
  PICKLEPROOF_CHECK(digit.bound == bound);
  return digit.value;
}

size_t OdometerChoices::Weighted(std::span<const uint32_t> weights) {
  uint64_t alternatives = 0;
  for (const uint32_t weight : weights) alternatives += weight != 0;
  PICKLEPROOF_CHECK(alternatives != 0);
  uint64_t left = Below(alternatives);
  size_t i = 0;
  for (;; ++i) {
    if (weights[i] == 0) continue;
    if (left-- == 0) return i;
  }
}

bool OdometerChoices::Next() {
  digits_.resize(position_);
  position_ = 0;
  while (!digits_.empty() && digits_.back().value + 1 == digits_.back().bound) digits_.pop_back();
  if (digits_.empty()) return false;
  ++digits_.back().value;
  return true;
}

}  // namespace pickleproof
