#pragma once
// For tests: the embedded interpreter's program in an environment with cloudpickle and dill. A file
// of its own because tests of two rooms need it.

#include "oracles/picklability/environments.h"

namespace pickleproof {

// `unavailable` or `environment_missing` says why it can't be asked.
PythonProgram PythonForTests(Libraries libraries = Libraries::kNewest);

// Of other minor versions, one each, those with libraries only.
std::vector<PythonProgram> OtherPythonsForTests();

}  // namespace pickleproof
