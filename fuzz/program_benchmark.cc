// How many opcode programs of 60 to 300 instructions are generated and encoded in a second of CPU
// time.

#include <ctime>
#include <string>

#include <fmt/format.h>

#include "generators/opcode_programs.h"

int main() {
  constexpr int kPrograms = 20000;
  pickleproof::ProgramGenerator generator({.min_instructions = 60, .max_instructions = 300});
  pickleproof::RandomChoices choices(1);
  std::string program;
  size_t bytes = 0;
  const std::clock_t begin = std::clock();
  for (int i = 0; i < kPrograms; ++i) {
    program.clear();
    generator.WellFormed(choices, program);
    bytes += program.size();
  }
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  fmt::print("{:.0f} programs a second, {} bytes each on average\n", kPrograms / seconds,
             bytes / kPrograms);
}
