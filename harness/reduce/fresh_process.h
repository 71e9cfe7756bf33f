#pragma once
// Runs something alone in a fresh process and tells apart how that ended: a finding counts only
// where it shows there too, and what ends a process is a finding itself.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "harness/base/error.h"

namespace pickleproof {

enum class ProcessEnd : uint8_t {
  kDone,
  kCrash,          // a signal, or an exit status of its own
  kHang,           // killed when its time was up
  kOutOfMemory,    // an allocation failed within the limit, or the system killed it
  kStackOverflow,  // a fault next to the stack pointer
};
// "done", "crash", "hang", "out-of-memory", "stack-overflow".
std::string_view Name(ProcessEnd end);

struct FreshOptions {
  double seconds = 20;                  // on the clock
  uint64_t memory = uint64_t{3} << 30;  // address space; not under AddressSanitizer
};

struct FreshResult {
  ProcessEnd end = ProcessEnd::kDone;
  std::string how;     // "signal 11 (Segmentation fault)", "exit status 3"; empty where done
  std::string output;  // all that was told, also where the end came early
};

// Forks, and calls `work` in the child with a function that sends bytes to the parent. An
// interpreter that the caller has started is the child's too, as it was at that moment; a caller
// without one lets the child start its own. kForeign where no process can be made.
Result<FreshResult> RunFresh(
    const FreshOptions& options,
    const std::function<void(const std::function<void(std::string_view)>& tell)>& work);

}  // namespace pickleproof
