#pragma once
// What a stream needs where it is loaded: modules, with the distribution that brings them, and a
// Python version where it carries bytecode.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "oracles/explain/explain_run.h"

namespace pickleproof {

struct StreamNeeds {
  std::map<std::string, ModuleOrigin> modules;  // by top-level name
  std::string python;  // "3.11" where the stream carries bytecode of it, else ""
};

StreamNeeds NeedsOf(const StreamContents& contents, const ExplainResult& result);

// The names that are looked up for the object's own sake, "jobs.Job": not what picklers build with.
std::vector<std::string> ReferencesOf(const StreamContents& contents);

// "numpy 1.24.2", "module jobs (jobs.py)", "Python 3.11 (bytecode)"; modules of Python itself only
// with `all`.
std::vector<std::string> NeedsText(const StreamNeeds& needs, bool all);

}  // namespace pickleproof
