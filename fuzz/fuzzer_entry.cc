// What libFuzzer, or any engine with its interface, calls. One target per program; its name comes
// from the build.
//
// Environment: PICKLEPROOF_FUZZ_STATE=DIR, where statistics and candidates go;
// PICKLEPROOF_FUZZ_ABORT=1 aborts at the first disagreement.

#include <algorithm>
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

// libFuzzer's entropic scheduling spends four times as long on its books as our machine on an input
// (measured: 37 % of all time in AddRareFeature), so it is off unless asked for.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  static std::vector<char*> arguments(*argv, *argv + *argc);
  const auto is_given = [](const char* argument) {
    return std::string_view(argument).starts_with("-entropic=");
  };
  static char off[] = "-entropic=0";
  if (std::ranges::none_of(arguments, is_given)) {
    arguments.insert(arguments.begin() + (arguments.empty() ? 0 : 1), off);
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
