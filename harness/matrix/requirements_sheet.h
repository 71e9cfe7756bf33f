#pragma once
// What documents require, as a sheet of the run record: a row for each requirement, a column for
// each interpreter.

#include "harness/matrix/sheet.h"
#include "oracles/requirements/requirements_run.h"

namespace pickleproof {

// Fills title, note, columns and rows. Where behaviour contradicts a document, the cell is
// explained and says how.
void FillRequirementsSheet(const RequirementsResult& result, Sheet* sheet);

}  // namespace pickleproof
