#pragma once
// The picklability table as it is written down: kinds of objects, how they are made, what is asked
// of them, and how each pickler is expected to treat them. rows/*.toml, described in ROWS.md.

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "oracles/picklability/expectation.h"

namespace pickleproof {

// The columns of the table, in its order.
enum class TablePickler { kPickle, kPicklePy, kCloudpickle, kDill, kDillRecurse };
inline constexpr std::array<TablePickler, 5> kTablePicklers = {
    TablePickler::kPickle, TablePickler::kPicklePy, TablePickler::kCloudpickle, TablePickler::kDill,
    TablePickler::kDillRecurse};

// "pickle", "pickle.py", "cloudpickle", "dill", "dill-recurse".
std::string_view Name(TablePickler pickler);
std::optional<TablePickler> TablePicklerNamed(std::string_view name);
// The library that must be installed: "stdlib", "cloudpickle", "dill". Those of one group share a
// process.
std::string_view GroupOf(TablePickler pickler);

struct RowCase {
  std::string name;
  std::string source;  // Python that makes `obj`; what must come back, where there is a stream
  std::string stream;  // a Python expression for bytes that are only loaded
  std::string check;   // Python that raises where the row's claim about machinery doesn't hold
  std::vector<std::string> probes;  // expressions over `x`
  bool importable = false;          // the source lives in a module, else in __main__
  bool cached = false;              // its constructor caches, so that identity says nothing
  bool alone = false;               // what one load or check leaves behind changes the next
  double timeout = 10;              // seconds for one dump or load
  std::vector<int> protocols = {0, 1, 2, 3, 4, 5};
  std::string inapplicable;  // why the other protocols don't apply
  int oldest_minor = 8;      // Python 3.N, below which the case can't be made
  std::array<Expectation, 5> expected;
};

struct RowExplanation {
  std::string case_name;               // "" for all
  std::vector<TablePickler> picklers;  // empty for all
  Condition condition;
  std::string treatment;
  std::string reason;
};

struct TableRow {
  int id = 0;
  std::string kind;
  std::vector<RowCase> cases;
  std::vector<RowExplanation> explanations;
};

// All rows of the files in the folder, by id. kIo, or kSyntax with file and row where one is not as
// ROWS.md says; ids must be unique.
Result<std::vector<TableRow>> ReadRows(const std::string& folder);

}  // namespace pickleproof
