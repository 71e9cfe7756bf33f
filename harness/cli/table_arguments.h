#pragma once
// What table and report have in common: which rows, picklers and interpreters are asked, and the
// run itself with its progress.

#include <string>
#include <vector>

#include "harness/base/error.h"
#include "oracles/picklability/environments.h"
#include "oracles/picklability/table_run.h"

namespace pickleproof {

struct TableArguments {
  std::vector<std::string> picklers;      // by name; all where empty
  std::vector<int> rows;                  // by id; all where empty
  std::vector<int> protocols;             // all where empty
  std::vector<std::string> interpreters;  // paths or versions; all that are found where empty
  bool only_three = false;                // of those the oldest, the embedded and the newest
  Libraries libraries = Libraries::kNewest;
  size_t processes = 0;  // one per processor where 0
};

struct FilledTable {
  std::vector<TableRow> rows;
  TableOptions options;
  TableResult result;
};

// kUsage where an argument names nothing, kForeign where no interpreter is found.
Result<FilledTable> RunTable(const TableArguments& arguments);

}  // namespace pickleproof
