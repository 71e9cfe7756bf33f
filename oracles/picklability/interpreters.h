#pragma once
// The Python interpreters of this machine. Apart from the table, since requirements and live
// objects ask the same interpreters.

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"

namespace pickleproof {

struct PythonVersion {
  int major = 0;
  int minor = 0;
  int micro = 0;
  friend auto operator<=>(const PythonVersion&, const PythonVersion&) = default;
};

// "3.11.7"; kSyntax where the text is no version.
Result<PythonVersion> ParsePythonVersion(std::string_view text);
std::string ToString(const PythonVersion& version);

struct PythonProgram {
  std::string path;  // real path of the program
  PythonVersion version;
  std::string unavailable;  // why it can't be asked, or ""
  // With cloudpickle and dill, or "".
  std::string environment_python;
  std::string environment_missing;  // why there is none, or ""
};

// The program at this path, kept as it is written: a virtual environment's is a link, and itself
// only by its own name. kIo where it does not answer as a Python.
Result<PythonProgram> InterpreterAt(const std::string& path);

// All of PATH (python3, python3.N), of pyenv's versions and of /usr/bin, each once by its real
// path, by version. What is not CPython 3.8 or later is unavailable, with the reason.
std::vector<PythonProgram> FindInterpreters();

// Whether the name is its path, its version, or the beginning of it such as 3.12.
bool IsNamed(const PythonProgram& program, const std::string& name);

// Leaves those that are named; all where no name is given. kUsage where a name fits none.
Result<void> KeepOnly(const std::vector<std::string>& names,
                      std::vector<PythonProgram>* interpreters);

// Leaves three of those that can be asked: the oldest, the one at `embedded`, and the newest.
void KeepThree(const std::string& embedded, std::vector<PythonProgram>* interpreters);

}  // namespace pickleproof
