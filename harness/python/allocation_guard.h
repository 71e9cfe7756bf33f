#pragma once
// A cap on single allocations of the embedded interpreter while it reads or writes. A few bytes of
// a hostile pickle make `_pickle` ask for gigabytes (a memo index of 2**32 - 1) and pickle.py too
// (a declared length); with the guard they get a MemoryError instead.

#include <cstddef>
#include <cstdint>

namespace pickleproof {

// Puts the guard behind all three allocator domains of CPython, inactive. Process-wide, as the
// allocators are; call it once the interpreter runs.
void InstallAllocationGuard();

// While one lives, allocations above `cap` bytes fail. Not to be nested.
class AllocationCap {
 public:
  explicit AllocationCap(size_t cap);
  AllocationCap(const AllocationCap&) = delete;
  AllocationCap& operator=(const AllocationCap&) = delete;
  ~AllocationCap();

  // The size that was refused first, or 0.
  static size_t Refused();
  // All bytes that were asked for since the last cap began, refused ones too; blocks that grow
  // count anew each time.
  static uint64_t Requested();
  // The largest of these requests.
  static size_t Largest();
};

}  // namespace pickleproof
