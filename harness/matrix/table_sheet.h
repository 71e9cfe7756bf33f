#pragma once
// The picklability table as a sheet of the run record: a row for each of its rows, a column for
// each pickler and interpreter, and the protocols within the cell. Between the two, so that neither
// the record knows picklers nor the table knows reports.

#include <map>
#include <string>
#include <vector>

#include "harness/matrix/sheet.h"
#include "oracles/picklability/table_run.h"

namespace pickleproof {

// What came out per protocol, in one line: "p0-1: Xd TypeError; V". What most protocols say stands
// last and without protocols.
std::string OverProtocols(const std::map<int, std::string>& treatments);

// What came out per case, in one line: the text of most cases, then "; case, case: text" for the
// others. The text alone where all say the same.
std::string OverCases(const std::vector<std::pair<std::string, std::string>>& texts);

// Fills title, columns and rows of `sheet`.
void FillTableSheet(const std::vector<TableRow>& rows, const TableResult& result,
                    const TableOptions& options, Sheet* sheet);

}  // namespace pickleproof
