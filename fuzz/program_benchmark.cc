// How many opcode programs of 60 to 300 instructions are generated and encoded in a second of CPU
// time. Instructions are counted in what was written, PROTO to STOP, outside of the time taken.

#include <algorithm>
#include <ctime>
#include <string>

#include <fmt/format.h>

#include "fuzz/instruction_size.h"
#include "generators/opcode_programs.h"

namespace pickleproof {
namespace {

size_t CountInstructions(std::string_view program) {
  size_t count = 0;
  size_t offset = 0;
  for (size_t size = InstructionSize(program, 0); size != 0; ++count) {
    offset += size;
    size = InstructionSize(program, offset);
  }
  return count;
}

void Measure() {
  constexpr uint64_t kPrograms = 200000;
  constexpr int kSeed = 1;
  ProgramGenerator generator({.min_instructions = 60, .max_instructions = 300});
  std::string program;
  RandomChoices counted(kSeed);
  size_t bytes = 0, instructions = 0, fewest = ~size_t{0}, most = 0;
  for (uint64_t i = 0; i < kPrograms; ++i) {
    program.clear();
    generator.WellFormed(counted, program);
    const size_t count = CountInstructions(program);
    bytes += program.size();
    instructions += count;
    fewest = std::min(fewest, count);
    most = std::max(most, count);
  }
  RandomChoices timed(kSeed);
  const std::clock_t begin = std::clock();
  for (uint64_t i = 0; i < kPrograms; ++i) {
    program.clear();
    generator.WellFormed(timed, program);
  }
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  fmt::print("{:.0f} programs a second of {} to {} instructions, {} on average in {} bytes: ",
             kPrograms / seconds, fewest, most, instructions / kPrograms, bytes / kPrograms);
  fmt::print("{:.1f} million instructions a second\n",
             static_cast<double>(instructions) / seconds / 1e6);
}

}  // namespace
}  // namespace pickleproof

int main() { pickleproof::Measure(); }
