#pragma once
// Live objects that one version of Python or of a library wrote and another read, as a table: what
// a library's author asks first. Kept apart from text.cc, which knows no group's name.

#include <string>

#include "harness/matrix/record.h"

namespace pickleproof {

// A row for each pair of versions, a column for each writer: how many percent of what was written
// behaves as at the origin. Below it, what the versions are. "" where no versions were asked.
std::string LiveVersionsText(const RunRecord& record);

}  // namespace pickleproof
