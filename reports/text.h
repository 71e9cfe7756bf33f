#pragma once
// The report for a terminal.

#include <string>

#include "harness/matrix/record.h"

namespace pickleproof {

struct TextOptions {
  bool colour = false;
  size_t width = 100;       // columns of the terminal; lines are kept within it where they can be
  size_t differences = 10;  // of how many findings the details are shown
};

// Ends with a newline. Plain ASCII, but for what engines' names and graphs bring along.
std::string TextReport(const RunRecord& record, const TextOptions& options = {});

}  // namespace pickleproof
