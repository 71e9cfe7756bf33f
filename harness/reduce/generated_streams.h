#pragma once
// Streams on which readers may part, by number: opcode programs well formed and not, damaged
// pickles of generated graphs, random bytes. What a campaign has before any fuzzer ran.

#include <cstdint>
#include <string>

#include "generators/opcode_programs.h"

namespace pickleproof {

class GeneratedStreams {
 public:
  // The same number gives the same stream, always.
  std::string Make(uint64_t number);

 private:
  ProgramGenerator programs_{{.max_instructions = 26}};
};

}  // namespace pickleproof
