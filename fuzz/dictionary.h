#pragma once
// The dictionary of the pickle format for fuzzers that mutate bytes, from the opcode table.

#include <string>

namespace pickleproof {

// The text of fuzz/pickle.dict, in libFuzzer's (and AFL's) format: each opcode with the arguments
// that change its meaning most.
std::string PickleDictionary();

}  // namespace pickleproof
