#pragma once
// Before an engine counts it must pass the smoke set: read a handful of streams whose meaning is
// beyond doubt, refuse what nobody may accept, and read back what it writes. An engine that says
// yes to everything, or always the same, does not pass.

#include <string>

#include "harness/adapter/engine.h"

namespace pickleproof {

// Empty where the engine passes, else what went wrong.
std::string SmokeTest(Engine& engine);

}  // namespace pickleproof
