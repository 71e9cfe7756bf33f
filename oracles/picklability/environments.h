#pragma once
// Where this project keeps what it needs of Python: its scripts, its own module, and for each
// interpreter environments with cloudpickle and dill. Apart from interpreters.h, which looks around
// on the machine and knows no folder of ours.

#include <string>
#include <string_view>
#include <vector>

#include "oracles/picklability/interpreters.h"

namespace pickleproof {

// Releases of cloudpickle and dill: requirements.txt or requirements-oldest.txt.
enum class Libraries { kNewest, kOldest };
std::string_view Name(Libraries libraries);  // "newest", "oldest"

// The folder of the Python packages `picklability`, `live`, `requirements` and `explain`.
std::string ScriptsFolder();

// The program whose library is embedded, as it was named to CMake: it may be a link, as that of a
// virtual environment is.
std::string EmbeddedPython();

// Where the module `pickleproof` for the embedded interpreter is; "" in builds with sanitizers,
// which leave it out.
std::string ModuleFolder();
// The same for an interpreter of that version, as every_python.py builds it; "" where it has not.
std::string ModuleFolderOf(const PythonVersion& version);

// Makes missing environments by setup.sh, and notes them in the interpreters. Needs pip's index for
// what is missing; a failure is a reason, never an error.
void PrepareEnvironments(std::vector<PythonProgram>* interpreters,
                         Libraries libraries = Libraries::kNewest);

// Where the libraries of the environment are, for an interpreter that is to import them beside its
// own.
std::string SitePackages(const PythonVersion& version, Libraries libraries = Libraries::kNewest);

}  // namespace pickleproof
