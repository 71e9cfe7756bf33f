#include "harness/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace pickleproof {

void CheckFailed(const char* condition, const std::source_location& where) {
  std::fprintf(stderr, "%s:%u: check failed in %s: %s\n", where.file_name(), where.line(),
               where.function_name(), condition);
  std::abort();
}

}  // namespace pickleproof
