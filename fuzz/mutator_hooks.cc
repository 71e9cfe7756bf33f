// The mutator as libFuzzer calls it. A target whose inputs are pickles links this file. With
// PICKLEPROOF_HEADER set to a number of bytes, so many at the front of the input are left to byte
// mutation.

#include <algorithm>
#include <cstring>

#include "fuzz/byte_mutation.h"
#include "fuzz/mutator.h"

#ifndef PICKLEPROOF_HEADER
#define PICKLEPROOF_HEADER 0
#endif

// Not every engine with libFuzzer's interface has this.
extern "C" __attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t* data, size_t size,
                                                         size_t max_size);
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed);
extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                            const uint8_t* data2, size_t size2, uint8_t* out,
                                            size_t max_out_size, unsigned seed);

namespace {

constexpr size_t kHeader = PICKLEPROOF_HEADER;

pickleproof::ByteMutation ByBytes() {
  return LLVMFuzzerMutate == nullptr ? pickleproof::MutateBytes : LLVMFuzzerMutate;
}

pickleproof::Mutator& TheMutator() {
  static pickleproof::Mutator mutator(ByBytes());
  return mutator;
}

std::string_view View(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  if (kHeader != 0 && (size <= kHeader || max_size <= kHeader + 2 || seed % 16 == 0)) {
    return ByBytes()(data, size, max_size);
  }
  pickleproof::Mutator& mutator = TheMutator();
  if (seed % 32 == 0) mutator.Remember(View(data + kHeader, size - kHeader));
  return kHeader + mutator.Mutate(data + kHeader, size - kHeader, max_size - kHeader, seed);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                            const uint8_t* data2, size_t size2, uint8_t* out,
                                            size_t max_out_size, unsigned seed) {
  if (size1 <= kHeader || size2 <= kHeader || max_out_size <= kHeader + 2) return 0;
  std::memcpy(out, data1, kHeader);
  return kHeader + TheMutator().CrossOver(View(data1 + kHeader, size1 - kHeader),
                                          View(data2 + kHeader, size2 - kHeader), out + kHeader,
                                          max_out_size - kHeader, seed);
}
