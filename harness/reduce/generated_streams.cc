#include "harness/reduce/generated_streams.h"

#include "generators/damage.h"
#include "generators/graphs.h"
#include "generators/policies.h"
#include "harness/pickle/pickler.h"

namespace pickleproof {
namespace {

std::string RandomBytes(Choices& choices) {
  std::string bytes;
  for (uint64_t left = choices.Skewed(48); left > 0; --left) {
    bytes += static_cast<char>(choices.Below(256));
  }
  return bytes;
}

std::string Pickled(uint64_t number, Choices& choices) {
  DumpOptions options;
  options.protocol = static_cast<int>(choices.Below(6));
  options.policy = GeneratePolicy(choices);
  const auto stream = Dump(GraphFromSeed(number), options);
  return stream ? *stream : "N.";
}

}  // namespace

std::string GeneratedStreams::Make(uint64_t number) {
  RandomChoices choices(number);
  std::string stream;
  const uint64_t kind = choices.Below(8);
  if (kind == 0) return RandomBytes(choices);
  if (kind <= 3) {
    programs_.WellFormed(choices, stream);
    if (kind == 1) return stream;
  } else if (kind <= 5) {
    programs_.Malformed(choices, stream);
    if (kind == 4) return stream;
  } else {
    stream = Pickled(number, choices);
  }
  for (uint64_t defects = 1 + choices.Skewed(3); defects > 0; --defects) {
    stream = Damage(choices, stream);
  }
  return stream;
}

}  // namespace pickleproof
