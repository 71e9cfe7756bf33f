#include "generators/sources.h"

#include <algorithm>

#include "generators/source_builder.h"

namespace pickleproof {
namespace {

constexpr SourceTraitInfo kTraits[] = {
#define PICKLE_SOURCE_TRAIT(name, text, sentence) {SourceTrait::k##name, text, sentence},
#include "generators/source_trait.def"
};

constexpr std::string_view kHelpers = R"(
def run(coroutine):
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value

def run_all(generator):
    out = []
    try:
        while True:
            out.append(run(generator.__anext__()))
    except StopAsyncIteration:
        return out

x = root
)";

// Keeps the removals of runs of one vector's elements after which the source still fails; runs are
// halved from the whole on.
class Dropper {
 public:
  Dropper(Source source, const std::function<bool(const Source&)>& still_fails, uint64_t tries)
      : source_(std::move(source)), still_fails_(still_fails), tries_(tries) {}

  template <typename T>
  bool Drop(std::vector<T> Source::* list, size_t kept_at_end) {
    bool changed = false;
    for (size_t run = std::max<size_t>((source_.*list).size(), 1); run > 0; run /= 2) {
      for (size_t at = 0; at + run + kept_at_end <= (source_.*list).size();) {
        Source smaller = source_;
        auto& items = smaller.*list;
        items.erase(items.begin() + static_cast<ptrdiff_t>(at),
                    items.begin() + static_cast<ptrdiff_t>(at + run));
        if (!Try(std::move(smaller))) {
          at += run;
        } else {
          changed = true;
        }
      }
    }
    return changed;
  }

  // The last part fills the root, a line for each member.
  bool DropLines() {
    bool changed = false;
    for (size_t part = 0; part < source_.parts.size(); ++part) {
      for (size_t at = 0; at < source_.parts[part].text.size();) {
        const std::string& text = source_.parts[part].text;
        const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        Source smaller = source_;
        smaller.parts[part].text.erase(at, end - at);
        if (smaller.parts[part].text.empty() || !Try(std::move(smaller))) {
          at = end;
        } else {
          changed = true;
        }
      }
    }
    return changed;
  }

  Source Take() { return std::move(source_); }

 private:
  bool Try(Source smaller) {
    if (tries_ == 0) return false;
    --tries_;
    if (!still_fails_(smaller)) return false;
    source_ = std::move(smaller);
    return true;
  }

  Source source_;
  const std::function<bool(const Source&)>& still_fails_;
  uint64_t tries_;
};

}  // namespace

std::span<const SourceTraitInfo> AllSourceTraits() { return kTraits; }

std::vector<std::string_view> SourceTraits::Names() const {
  std::vector<std::string_view> names;
  for (const SourceTraitInfo& info : kTraits) {
    if (has(info.trait)) names.push_back(info.name);
  }
  return names;
}

SourceTraits Source::traits() const {
  SourceTraits all;
  for (const SourcePart& part : parts) all |= part.traits;
  return all;
}

std::string Source::Text() const {
  std::string text;
  for (const SourcePart& part : parts) text += part.text;
  return text;
}

std::string Source::Program() const {
  std::string text = Text();
  text += kHelpers;
  for (const SourceProbe& probe : probes) text += "print(repr(" + probe.expression + "))\n";
  return text;
}

Source GenerateSource(Choices& choices, const SourceOptions& options) {
  return SourceBuilder(choices, options).Build();
}

Source SourceFromSeed(uint64_t seed, const SourceOptions& options) {
  RandomChoices choices(seed);
  return GenerateSource(choices, options);
}

Source GeneratedSource(uint64_t seed, uint64_t index, const SourceOptions& options) {
  return SourceFromSeed(SeedOf(seed, index), options);
}

Source ShrinkSource(const Source& source, const std::function<bool(const Source&)>& still_fails,
                    uint64_t max_tries) {
  Dropper dropper(source, still_fails, max_tries);
  bool changed = true;
  while (changed) {
    changed = dropper.Drop(&Source::probes, 0);
    changed = dropper.Drop(&Source::parts, 1) || changed;
    changed = dropper.DropLines() || changed;
  }
  return dropper.Take();
}

}  // namespace pickleproof
