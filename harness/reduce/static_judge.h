#pragma once
// What pickletools shows of a pickle against what loaders did with it: a stream that loads while
// the disassembler refuses it, stops elsewhere or hides a global is what an attacker looks for. And
// the reasons for divergences that no quirk of the machine explains.

#include <string>
#include <string_view>
#include <vector>

#include "harness/pickle/outcome.h"
#include "harness/reduce/divergence.h"

namespace pickleproof {

inline constexpr std::string_view kStaticName = "pickletools";

struct StaticInputs {
  struct Loader {
    std::string name, engine;  // as in signatures; the id
    const Outcome* outcome = nullptr;
  };
  std::string_view stream;
  std::vector<Loader> loaders;
};

// Left is always pickletools. Each class is reported of the first loader that shows it.
std::vector<Divergence> JudgeStatically(const StaticInputs& inputs);

// A reader that parts from `_pickle.loads` parts from pickletools too.
DivergenceReason ReasonForOddReader();
// Both refuse, with different exceptions.
DivergenceReason ReasonForErrors();
// One runs out of memory at this opcode, the other does not.
DivergenceReason ReasonForMemory(std::string_view opcode);

}  // namespace pickleproof
