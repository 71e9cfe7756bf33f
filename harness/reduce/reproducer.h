#pragma once
// Commands that show what a reader does with some bytes and need nothing but that reader: what goes
// into an issue for people who have none of our code.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/pickle/outcome.h"

namespace pickleproof {

// A command for each reader of CPython ("_pickle/loads", ..., "pickle.py/load-file") and one for
// "pickletools". Where the pickle names something (by `trace`, of the reader that got furthest),
// the command first puts stand-ins into sys.modules, so that nothing real is imported or called.
std::vector<std::pair<std::string, std::string>> PythonCommands(
    std::string_view stream, const std::vector<TraceEvent>& trace);

// The one command of this reader, or "" where there is none.
std::string PythonCommand(std::string_view stream, const std::vector<TraceEvent>& trace,
                          std::string_view reader);

}  // namespace pickleproof
