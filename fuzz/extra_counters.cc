#include "fuzz/extra_counters.h"

#include <array>
#include <bitset>
#include <utility>

#include "harness/graph/mix.h"

namespace pickleproof {
namespace {

constexpr size_t kCounters = 2048;

// libFuzzer finds the section by its name, reads it after each execution and clears it.
__attribute__((section("__libfuzzer_extra_counters"), used)) uint8_t counters[kCounters];

// Written to by CountEvent, for TakeNewEvents.
std::bitset<kCounters> seen;
bool is_new = false;

}  // namespace

void CountEvent(uint64_t event) {
  const size_t slot = MixOne(event) % kCounters;
  counters[slot] = 1;
  if (seen[slot]) return;
  seen[slot] = true;
  is_new = true;
}

bool TakeNewEvents() { return std::exchange(is_new, false); }

}  // namespace pickleproof
