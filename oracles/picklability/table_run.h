#pragma once
// Fills the picklability table: asks every interpreter with every pickler about every row, and puts
// the answers to what is expected. Printing is the verb's.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "oracles/picklability/row_table.h"

namespace pickleproof {

enum class CellVerdict {
  kExpected,
  kExplained,      // not as expected, for a reason that the table states
  kDeviates,       // not as expected: a finding
  kUnavailable,    // the library or interpreter is missing
  kNotApplicable,  // the row has nothing at this protocol or version
};
std::string_view Name(CellVerdict verdict);
// The one that says more: a deviation before all others.
CellVerdict Worse(CellVerdict left, CellVerdict right);

// One case of a row in one cell.
struct CaseCell {
  std::string name;
  std::string treatment;
  std::string expected;
  std::string detail;  // a message, or the reason of an explanation
  CellVerdict verdict = CellVerdict::kExpected;
};

struct TableCell {
  int row = 0;
  TablePickler pickler = TablePickler::kPickle;
  int protocol = 0;
  size_t interpreter = 0;  // index into TableResult::interpreters
  std::vector<CaseCell> cases;

  CellVerdict verdict() const;  // the worst of its cases
  // One word where all cases agree, else "case: treatment, case: treatment".
  std::string treatment() const;
  std::string expected() const;
};

struct TableOptions {
  std::string scripts;   // folder that holds the Python package picklability
  size_t processes = 1;  // interpreters asked at a time
  std::vector<TablePickler> picklers{kTablePicklers.begin(), kTablePicklers.end()};
  std::vector<int> protocols = {0, 1, 2, 3, 4, 5};
  // How many questions are answered of how many; one call at a time, from several threads.
  std::function<void(uint64_t done, uint64_t total)> progress;
};

struct TableResult {
  std::vector<PythonProgram> interpreters;
  std::vector<TableCell> cells;    // by row, pickler, protocol, interpreter; none is missing
  std::vector<std::string> notes;  // what was unavailable, and why
};

// A cell for every row, pickler, protocol and interpreter that can be asked.
TableResult FillTable(const std::vector<TableRow>& rows, std::vector<PythonProgram> interpreters,
                      const TableOptions& options);

}  // namespace pickleproof
