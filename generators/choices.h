#pragma once
// Where generators get their decisions from: a random source, the bytes of a fuzzer, or every
// sequence of decisions in turn. A generator is written once, against Choices; which values it
// makes is decided by the driver that it is run on.
//
// Each decision is a number below a bound, and 0 is the simplest outcome: the driver over bytes
// answers 0 when it has run out, and the exhaustive driver begins with it. Generators put their
// plainest alternative first.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "harness/base/check.h"

namespace pickleproof {

// What is asked in terms of the Below() and Weighted() of a driver. Apart from Choices so that a
// generator that knows its driver by type has all of it inlined.
template <typename Driver>
class Questions {
 public:
  // Whether an event of probability `numerator / denominator` happens; false is the simpler one.
  // Certain outcomes use up no decision.
  bool Chance(uint32_t numerator, uint32_t denominator) {
    if (numerator == 0) return false;
    if (numerator >= denominator) return true;
    const std::array<uint32_t, 2> weights = {denominator - numerator, numerator};
    return driver().Weighted(weights) == 1;
  }

  // A number from `low` to `high`, both included, each equally likely.
  uint64_t Between(uint64_t low, uint64_t high) { return low + driver().Below(high - low + 1); }

  // 64 bits, each pattern equally likely.
  uint64_t Bits64() {
    const uint64_t high = driver().Below(uint64_t{1} << 32);
    return high << 32 | driver().Below(uint64_t{1} << 32);
  }

  // One of `values`, each equally likely.
  template <typename Range>
  const auto& Pick(const Range& values) {
    return std::data(values)[driver().Below(std::size(values))];
  }

 private:
  friend Driver;
  Questions() = default;
  Driver& driver() { return static_cast<Driver&>(*this); }
};

class Choices : public Questions<Choices> {
 public:
  Choices() = default;
  Choices(const Choices&) = default;
  Choices& operator=(const Choices&) = default;
  virtual ~Choices() = default;

  // A number below `bound`, which is at least 1. Drivers that sample make all equally likely.
  virtual uint64_t Below(uint64_t bound) = 0;

  // A number below `bound`, small ones more often: each number of bits is equally likely.
  virtual uint64_t Skewed(uint64_t bound) = 0;

  // An index into `weights`, never one whose weight is 0; one weight at least must not be. Drivers
  // that sample follow the weights, the exhaustive one takes each alternative once.
  virtual size_t Weighted(std::span<const uint32_t> weights) = 0;
};

// Random decisions. The same seed gives the same decisions with every compiler and library
// (xoshiro256**, seeded by splitmix64; numbers are reduced by multiplication).
class RandomChoices final : public Choices, public Questions<RandomChoices> {
 public:
  using Questions<RandomChoices>::Chance;
  using Questions<RandomChoices>::Between;
  using Questions<RandomChoices>::Bits64;
  using Questions<RandomChoices>::Pick;

  explicit RandomChoices(uint64_t seed);
  uint64_t Below(uint64_t bound) override {
    __extension__ using Wide = unsigned __int128;
    return static_cast<uint64_t>((static_cast<Wide>(Next()) * bound) >> 64);
  }
  uint64_t Skewed(uint64_t bound) override;
  size_t Weighted(std::span<const uint32_t> weights) override {
    uint64_t sum = 0;
    for (const uint32_t weight : weights) sum += weight;
    PICKLEPROOF_CHECK(sum != 0 && "a weight above 0 is needed");
    const uint64_t ticket = Below(sum);
    // How many weights end below it. Without a branch, since no branch could be predicted.
    size_t index = 0;
    uint64_t end = 0;
    for (const uint32_t weight : weights) {
      end += weight;
      index += end <= ticket ? 1U : 0U;
    }
    return index;
  }

 private:
  uint64_t Next() {
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  std::array<uint64_t, 4> state_;
};

// Decisions read from bytes, as a fuzzer mutates them: one byte where the bound is at most 256, two
// up to 65536, and so on. All zero once the bytes have run out.
class ByteChoices final : public Choices {
 public:
  explicit ByteChoices(std::string_view bytes) : bytes_(bytes) {}
  uint64_t Below(uint64_t bound) override;
  uint64_t Skewed(uint64_t bound) override { return Below(bound); }
  size_t Weighted(std::span<const uint32_t> weights) override;
  // Bytes not yet used.
  size_t remaining() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

// Every sequence of decisions, in lexicographic order, each once:
//
//   OdometerChoices choices;
//   do {
//     Generate(choices);
//   } while (choices.Next());
//
// The generator must ask the same questions after the same answers. Bounds should be small: the
// count of sequences is the product of what is asked along each path.
class OdometerChoices final : public Choices {
 public:
  uint64_t Below(uint64_t bound) override;
  uint64_t Skewed(uint64_t bound) override { return Below(bound); }
  size_t Weighted(std::span<const uint32_t> weights) override;

  // Moves on to the next sequence; false when all have been seen.
  bool Next();
  // The decisions of the current sequence so far.
  size_t depth() const { return position_; }

 private:
  struct Digit {
    uint64_t value, bound;
  };
  std::vector<Digit> digits_;
  size_t position_ = 0;
};

// Splits a run's seed into one for each thing generated (splitmix64's increment keeps them apart).
constexpr uint64_t SeedOf(uint64_t seed, uint64_t index) {
  return seed * 0x9e3779b97f4a7c15U + index;
}

}  // namespace pickleproof
