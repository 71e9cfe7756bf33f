#pragma once
// Python exceptions as values. Private to harness/python.

#include "harness/base/error.h"
#include "harness/pickle/outcome.h"

namespace pickleproof {

struct CaughtException {
  Verdict verdict = Verdict::kReject;
  Error error;
};

// Takes the exception that is set and clears it. MemoryError is kOutOfMemory, RecursionError
// kStackOverflow, an unknown encoding or a channel without persistent ids kUnsupported; all others
// are kReject. The category is a best guess from class and message.
CaughtException CatchException();

// Clears an exception whose content does not matter.
void DropException();

}  // namespace pickleproof
