#include "harness/python/allocation_guard.h"

#include "harness/python/python_api.h"

namespace pickleproof {
namespace {

// CPython's allocator hooks are one set per process, so is this.
constexpr size_t kNoCap = ~size_t{0};
size_t current_cap = kNoCap;
size_t first_refused = 0;
bool installed = false;
PyMemAllocatorEx wrapped[3];

uint64_t requested = 0;
size_t largest = 0;

bool Refuse(size_t size) {
  requested += size;
  if (size > largest) largest = size;
  if (size <= current_cap) [[likely]]
    return false;
  if (first_refused == 0) first_refused = size;
  return true;
}

void* Malloc(void* context, size_t size) {
  const auto* inner = static_cast<PyMemAllocatorEx*>(context);
  return Refuse(size) ? nullptr : inner->malloc(inner->ctx, size);
}

void* Calloc(void* context, size_t count, size_t size) {
  const auto* inner = static_cast<PyMemAllocatorEx*>(context);
  size_t total = 0;
  if (__builtin_mul_overflow(count, size, &total) || Refuse(total)) return nullptr;
  return inner->calloc(inner->ctx, count, size);
}

void* Realloc(void* context, void* block, size_t size) {
  const auto* inner = static_cast<PyMemAllocatorEx*>(context);
  return Refuse(size) ? nullptr : inner->realloc(inner->ctx, block, size);
}

void Free(void* context, void* block) {
  const auto* inner = static_cast<PyMemAllocatorEx*>(context);
  inner->free(inner->ctx, block);
}

}  // namespace

void InstallAllocationGuard() {
  if (installed) return;
  installed = true;
  const PyMemAllocatorDomain domains[] = {PYMEM_DOMAIN_RAW, PYMEM_DOMAIN_MEM, PYMEM_DOMAIN_OBJ};
  for (int i = 0; i < 3; ++i) {
    PyMem_GetAllocator(domains[i], &wrapped[i]);
    PyMemAllocatorEx guard{&wrapped[i], Malloc, Calloc, Realloc, Free};
    PyMem_SetAllocator(domains[i], &guard);
  }
}

AllocationCap::AllocationCap(size_t cap) {
  current_cap = cap;
  first_refused = 0;
  requested = 0;
  largest = 0;
}

AllocationCap::~AllocationCap() { current_cap = kNoCap; }

size_t AllocationCap::Refused() { return first_refused; }

uint64_t AllocationCap::Requested() { return requested; }

size_t AllocationCap::Largest() { return largest; }

}  // namespace pickleproof
