#pragma once
// What explain found out, for people and for programs.

#include <string>

#include "oracles/explain/explain_run.h"

namespace pickleproof {

// A line per pickler and outcome, then why it can't be written, and what the streams hold and need.
// `verbose` tells protocols apart that differ in anything, with all names and sizes.
std::string ExplainText(const ExplainTarget& target, const ExplainResult& result, bool verbose);

// One JSON object per line, for every pickler and group of protocols that come to the same:
//   {"pickler", "version", "interpreter", "protocols": [...], "bytes": [...],
//    "written": true | false, "treatment": "value" | "reference",
//    "failure": {"how", "error", "path", "leaf", "levels", "leaf_error"},
//    "by_value": {"functions", "classes"}, "by_reference": [...], "globals": [...],
//    "needs": {"modules": {name: {"kind", "file", "distribution", "version"}}, "python"},
//    "loads": true | false, "loaded", "load_failure": {"how", "error"}}
// or {"pickler", "unavailable": reason}.
std::string ExplainJson(const ExplainResult& result);

}  // namespace pickleproof
