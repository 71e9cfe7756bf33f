// What libFuzzer, or any engine with its interface, calls. One target per program; its name comes
// from the build.
//
// Environment: PICKLEPROOF_FUZZ_STATE=DIR, where statistics and candidates go;
// PICKLEPROOF_FUZZ_ABORT=1 aborts at the first disagreement.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/extra_counters.h"
#include "fuzz/target.h"

namespace pickleproof {
namespace {

std::string Environment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::string() : std::string(text);
}

// In the order in which they must be made, and torn down.
struct Program {
  std::string state = Environment("PICKLEPROOF_FUZZ_STATE");
  Tally tally{PICKLEPROOF_TARGET, state};
  Candidates candidates{PICKLEPROOF_TARGET, state, Environment("PICKLEPROOF_FUZZ_ABORT") == "1"};
  std::unique_ptr<FuzzTarget> target = MakeTarget({tally, candidates});
};

}  // namespace
}  // namespace pickleproof

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

#ifdef PICKLEPROOF_LIBFUZZER
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);

// What is measured to serve these targets better than libFuzzer's own choice; the command line may
// choose otherwise.
//
// -entropic=0: entropic scheduling spends four times as long on its books as our machine on an
// input (37 % of all time in AddRareFeature).
// -use_counters=0: how often an edge ran says little about a loop over opcodes, yet makes four
// features of one and a corpus of long inputs. Without, in the same two minutes from nothing: half
// more executions, 2 % more edges and 60 % more candidates in reader_differential.
constexpr auto kDefaults = std::to_array<std::string_view>({"-entropic=0", "-use_counters=0"});

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  static std::vector<std::string> defaults(kDefaults.begin(), kDefaults.end());
  static std::vector<char*> arguments(*argv, *argv + *argc);
  for (std::string& option : defaults) {
    const std::string_view name = std::string_view(option).substr(0, option.find('=') + 1);
    const bool given = std::any_of(*argv, *argv + *argc, [name](const char* argument) {
      return std::string_view(argument).starts_with(name);
    });
    if (!given) arguments.insert(arguments.begin() + std::min(*argc, 1), option.data());
  }
  *argc = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  *argv = arguments.data();
  return 0;
}
#endif

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Engines have no call for the end, so this lives until exit() destroys it.
  static pickleproof::Program program;
  program.tally.Begin();
  program.target->Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
