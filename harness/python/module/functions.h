#pragma once
// The module's functions dump, dumps, load and loads.

#include "harness/python/python_api.h"

namespace pickleproof {

extern PyMethodDef kReadingFunctions[];

}  // namespace pickleproof
