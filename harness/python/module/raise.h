#pragma once
// The machine's errors as Python exceptions, in _pickle's words. Apart from the machine because its
// own messages are for people who look at a stream, not at a traceback.

#include "harness/base/error.h"
#include "harness/pickle/input.h"

namespace pickleproof {

// Sets the exception, unless one is set: then the error only tells that it happened. `input` stands
// where the machine stopped; `missing_memo` is the index, where it was one that was never set.
void Raise(const Error& error, const Input& input, uint64_t missing_memo);

}  // namespace pickleproof
