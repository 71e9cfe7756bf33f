#pragma once
// What the verbs about findings share: --state, and an INPUT that may be the id of a finding.

#include <string>

#include <CLI/CLI.hpp>

#include "harness/base/error.h"
#include "harness/history/state_folder.h"
#include "harness/python/interpreter.h"

namespace pickleproof {

struct StateArgument {
  std::string path = PICKLEPROOF_SOURCE_DIR "/build/state";
  void AddTo(CLI::App& verb);
  StateFolder Folder() const { return StateFolder(path); }
};

// One pickle: a file, "-", the id of a finding, or hex. kUsage and kIo as ExpandInputs has them,
// and where both or neither are given.
Result<std::string> ReadStream(const std::string& input, const std::string& hex,
                               const StateArgument& state);

// CPython with less memory than usual for one allocation, so that a pickle that asks for much is
// found out without the machine having to give it.
InterpreterOptions InterpreterOfFindings();

}  // namespace pickleproof
