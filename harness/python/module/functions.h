#pragma once
// The module's functions dump, dumps, load and loads.

#include "harness/python/python_api.h"

namespace pickleproof {

extern PyMethodDef kReadingFunctions[];
extern PyMethodDef kWritingFunctions[];

}  // namespace pickleproof
