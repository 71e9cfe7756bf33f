#pragma once
// Checks for what only our own bug can cause. They stay on in every build.

#include <source_location>

namespace pickleproof {

[[noreturn]] void CheckFailed(const char* condition, const std::source_location& where);

}  // namespace pickleproof

#define PICKLEPROOF_CHECK(condition) \
  (static_cast<bool>(condition)      \
       ? static_cast<void>(0)        \
       : ::pickleproof::CheckFailed(#condition, std::source_location::current()))
