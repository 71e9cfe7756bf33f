#pragma once
// Python sources whose objects picklers find hard: functions with closures, classes, instances, and
// graphs of them. Kept apart from graphs.h because the objects exist only once a Python has run the
// source, so that a source carries the questions (probes) whose answers must survive pickling.

#include <bitset>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "generators/choices.h"

namespace pickleproof {

enum class SourceTrait : uint8_t {
#define PICKLE_SOURCE_TRAIT(name, text, sentence) k##name,
#include "generators/source_trait.def"
};
struct SourceTraitInfo {
  SourceTrait trait;
  std::string_view name, sentence;
};
std::span<const SourceTraitInfo> AllSourceTraits();
inline constexpr size_t kSourceTraitCount = 0
#define PICKLE_SOURCE_TRAIT(name, text, sentence) +1  // NOLINT(bugprone-macro-parentheses)
#include "generators/source_trait.def"
    ;

class SourceTraits {
 public:
  SourceTraits() = default;
  SourceTraits(std::initializer_list<SourceTrait> traits) {
    for (const SourceTrait trait : traits) set(trait);
  }
  void set(SourceTrait trait) { bits_.set(static_cast<size_t>(trait)); }
  bool has(SourceTrait trait) const { return bits_.test(static_cast<size_t>(trait)); }
  bool any(const SourceTraits& of) const { return (bits_ & of.bits_).any(); }
  SourceTraits& operator|=(const SourceTraits& other) {
    bits_ |= other.bits_;
    return *this;
  }
  std::vector<std::string_view> Names() const;
  friend bool operator==(const SourceTraits&, const SourceTraits&) = default;

 private:
  std::bitset<kSourceTraitCount> bits_;
};

// A question to what was pickled: a Python expression over `x`. It may change what it asks, so that
// probes are asked in order. Helpers that a probe may use beside the builtins: run(coroutine) and
// run_all(async generator) give the result without an event loop.
struct SourceProbe {
  std::string expression;
  SourceTraits traits;  // of what it asks
};

// A definition at the top of a module: whole lines. Later parts use earlier ones.
struct SourcePart {
  std::string text;
  SourceTraits traits;
};

// A module to be run as __main__; `root` is the name of what is pickled.
struct Source {
  std::vector<SourcePart> parts;
  std::string root = "root";
  std::vector<SourceProbe> probes;

  SourceTraits traits() const;  // of all parts
  // The module, without the probes.
  std::string Text() const;
  // The module and its probes as a program that prints their answers: what a person runs.
  std::string Program() const;
};

struct SourceOptions {
  int minor = 9;       // of the oldest Python 3 that must take it, 8 or later
  uint32_t parts = 4;  // at most so many things are defined and pickled
};

Source GenerateSource(Choices& choices, const SourceOptions& options = {});
Source SourceFromSeed(uint64_t seed, const SourceOptions& options = {});
// The source of that index in the run of that seed.
Source GeneratedSource(uint64_t seed, uint64_t index, const SourceOptions& options = {});

// The smallest source found of which `still_fails` is true; it must be true of `source` itself.
// Drops probes, then parts, then members of the root. Calls it at most `max_tries` times.
Source ShrinkSource(const Source& source, const std::function<bool(const Source&)>& still_fails,
                    uint64_t max_tries = 1000);

}  // namespace pickleproof
