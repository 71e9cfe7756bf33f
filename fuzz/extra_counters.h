#pragma once
// Events that count as coverage for libFuzzer although no new code ran: an opcode that fails for a
// new reason, engines that answer in a new combination.

#include <cstdint>

namespace pickleproof {

// Tells the fuzzer that `event` happened in this execution. Events are hashed into a few thousand
// counters; without libFuzzer nothing happens.
void CountEvent(uint64_t event);

// Whether any event since the last call was never counted before: coverage for searches without
// libFuzzer, which would otherwise clear the counters itself.
bool TakeNewEvents();

}  // namespace pickleproof
