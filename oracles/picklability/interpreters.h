#pragma once
// The Python interpreters of this machine, and an environment with cloudpickle and dill for each.
// Apart from the table, since requirements ask the same interpreters.

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

struct Interpreter {
  std::string path;  // real path of the program
  PythonVersion version;
  std::string unavailable;  // why it can't be asked, or ""
  // With cloudpickle and dill, or "".
  std::string environment_python;
  std::string environment_missing;  // why there is none, or ""
};

// All of PATH (python3, python3.N), of pyenv's versions and of /usr/bin, each once by its real
// path, by version. What is not CPython 3.8 or later is unavailable, with the reason.
std::vector<Interpreter> FindInterpreters();

// Keeps those that are named by path, by version ("3.12.1") or by the beginning of one ("3.12");
// all where nothing is named.
void KeepOnly(const std::vector<std::string>& names, std::vector<Interpreter>* interpreters);

// Makes missing environments in `folder` by setup.sh of `scripts`, and notes them in the
// interpreters. Needs pip's index for what is missing; a failure is a reason, never an error.
void PrepareEnvironments(const std::string& scripts, const std::string& folder,
                         std::vector<Interpreter>* interpreters);

}  // namespace pickleproof
