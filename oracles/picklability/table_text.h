#pragma once
// The picklability table for people: a line per row, then what is not as expected.

#include <set>
#include <string>
#include <string_view>

#include "oracles/picklability/table_run.h"

namespace pickleproof {

// One character for a treatment: V, v (value with names of its source), R, x (dump raises), l (load
// raises), d (behaves differently), = (holds), ! (hang, crash), - (not applicable), ?
// (unavailable).
char Glyph(std::string_view treatment);

// The rows, in one column per pickler six characters for protocols 0 to 5 on the newest
// interpreter;
// '*' where the cases of a row part.
std::string TableGrid(const std::vector<TableRow>& rows, const TableResult& result,
                      const TableOptions& options);

// Cells with this verdict: those of a row, case, pickler and treatment together, with the protocols
// and interpreters that they have in common.
std::string TableDetails(const TableResult& result, CellVerdict verdict);

// "0-2,5".
std::string NumberRanges(const std::set<int>& numbers);

// One line: how many cells, and how many of each verdict.
std::string TableSummary(const TableResult& result);
size_t CountCells(const TableResult& result, CellVerdict verdict);

}  // namespace pickleproof
