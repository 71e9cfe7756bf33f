#pragma once
// What a run leaves behind: the record and what is drawn from it. Kept apart from the verbs because
// a record can come from a run or from a file.

#include <string>

#include "harness/base/error.h"
#include "harness/matrix/record.h"

namespace pickleproof {

// Makes the folder where it is missing. kIo where nothing can be written into it; called before a
// run, so that a long one is not lost for want of a place.
Result<void> MakeReportFolder(const std::string& folder);

// Writes run.json (RECORD.md), index.html, junit.xml and summary.md into the folder. kIo.
Result<void> WriteReportFiles(const RunRecord& record, const std::string& folder);

// The report for the terminal, in colour and as wide as that is.
void PrintReport(const RunRecord& record);

}  // namespace pickleproof
