// Seeds mean the same everywhere: a failure found by one compiler's build is reproduced by
// another's. The checksums are of what the generators make today; who changes a generator on
// purpose writes the new ones here, after seeing them agree between clang and g++.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "generators/damage.h"
#include "generators/graphs.h"
#include "generators/opcode_programs.h"
#include "harness/graph/notation.h"

namespace pickleproof {
namespace {

// FNV-1a.
class Checksum {
 public:
  void Add(std::string_view bytes) {
    for (const char byte : bytes) {
      value_ = (value_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
    }
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xcbf29ce484222325U;
};

TEST(Seeds, GiveTheSameGraphsWithEveryCompiler) {
  Checksum checksum;
  const CPythonExtras extras{.persistent_ids = true, .extensions = true, .buffers = true};
  for (uint64_t seed = 0; seed < 300; ++seed) {
    checksum.Add(ToNotation(GraphFromSeed(seed)));
    const int protocol = static_cast<int>(seed % 6);
    checksum.Add(ToNotation(GraphFromSeed(seed, PicklableByCPython(protocol, extras))));
  }
  EXPECT_EQ(checksum.value(), 9266079559977475563U);
}

TEST(Seeds, GiveTheSameProgramsAndDamageWithEveryCompiler) {
  Checksum checksum;
  ProgramGenerator generator;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    RandomChoices choices(seed);
    std::string program;
    generator.WellFormed(choices, program);
    std::string broken;
    generator.Malformed(choices, broken);
    std::string name;
    checksum.Add(program);
    checksum.Add(broken);
    checksum.Add(Damage(choices, program, &name, broken));
    checksum.Add(name);
  }
  EXPECT_EQ(checksum.value(), 3535796378377904798U);
}

}  // namespace
}  // namespace pickleproof
