// Asks the embedded interpreter about small rows, and holds the judgement to what it must see.

#include "oracles/picklability/table_run.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

std::vector<PythonProgram> Embedded() {
  std::vector<PythonProgram> found = FindInterpreters();
  const std::string path = fs::canonical(PICKLEPROOF_PYTHON_PROGRAM);
  std::erase_if(found, [&](const PythonProgram& one) { return one.path != path; });
  return found;
}

// The rows of the text, asked of both picklers of the standard library at protocols 0 and 2.
TableResult Fill(const std::string& text, std::vector<TableRow>* rows) {
  std::string pattern = (fs::temp_directory_path() / "pickleproof-table-XXXXXX").string();
  EXPECT_NE(mkdtemp(pattern.data()), nullptr);
  std::ofstream(fs::path(pattern) / "a.toml") << text;
  auto read = ReadRows(pattern);
  fs::remove_all(pattern);
  EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().message);
  if (read) *rows = *read;
  TableOptions options;
  options.scripts = PICKLEPROOF_SOURCE_DIR "/oracles";
  options.picklers = {TablePickler::kPickle, TablePickler::kPicklePy};
  options.protocols = {0, 2};
  return FillTable(*rows, Embedded(), options);
}

TEST(FillTable, SeesEveryKindOfTreatment) {
  std::vector<TableRow> rows;
  const TableResult result = Fill(R"toml(
[[row]]
id = 1
kind = "one of each"
timeout = 2
expect = { pickle = "V" }
case.value = "[1, 2]"
case.reference = { source = "len", expect = { pickle = "R" } }
case.named = { source = "class C:\n    pass\nobj = C()\n", expect = { pickle = "VN" } }
case.nodump = { source = "(n for n in [1])", expect = { pickle = "Xd TypeError" } }
case.noload = { stream = "b'g5\\n.'", expect = { pickle = "Xl" } }
case.differs = { source = "(lambda l: [l, l])(float('1.5'))", probe = "x[0] is x[1]", expect = { pickle = "D" } }
case.holds = { check = "assert loads(dumps(5)) == 5", expect = { pickle = "H" } }
case.fails = { check = "assert loads(dumps(5)) == 6, 'not 6'", expect = { pickle = "D" } }
case.hangs = { source = "import time\nclass C:\n    def __reduce__(self):\n        return time.sleep, (60,)\nobj = C()\n", probe = "1", expect = { pickle = "hang load" } }
case.crashes = { source = "import os\nclass C:\n    def __reduce__(self):\n        return os.abort, ()\nobj = C()\n", probe = "1", expect = { pickle = "crash SIGABRT" } }
case.later = { source = "None", since = 999 }
case.old = { source = "None", protocols = [0], why = "the others say the same" }
)toml",
                                  &rows);
  ASSERT_EQ(result.interpreters.size(), 1U);
  ASSERT_EQ(result.cells.size(), 4U);
  for (const TableCell& cell : result.cells) {
    for (const CaseCell& one : cell.cases) {
      const bool applies = one.name != "later" && (one.name != "old" || cell.protocol == 0);
      EXPECT_EQ(one.verdict, applies ? CellVerdict::kExpected : CellVerdict::kNotApplicable)
          << one.name << " at protocol " << cell.protocol << ": " << one.treatment << ", expected "
          << one.expected << ": " << one.detail;
    }
  }
}

TEST(FillTable, FlagsAWrongExpectationUnlessItIsExplained) {
  std::vector<TableRow> rows;
  const TableResult result = Fill(R"toml(
[[row]]
id = 1
kind = "a list, by reference as it were"
expect = { pickle = "R" }
explained = [{ pickler = "py", when = "p2", treatment = "V", why = "planted" }]
case.list = "[1]"
)toml",
                                  &rows);
  ASSERT_EQ(result.cells.size(), 4U);
  for (const TableCell& cell : result.cells) {
    const bool explained = cell.pickler == TablePickler::kPicklePy && cell.protocol == 2;
    EXPECT_EQ(cell.verdict(), explained ? CellVerdict::kExplained : CellVerdict::kDeviates);
    EXPECT_EQ(cell.treatment(), "V");
    EXPECT_EQ(cell.expected(), "R");
    EXPECT_EQ(cell.cases[0].detail, explained ? "planted" : "");
  }
}

TEST(FillTable, WithoutAnEnvironmentTheLibrariesAreUnavailable) {
  std::vector<TableRow> rows(1);
  rows[0].cases.resize(1);
  std::vector<PythonProgram> interpreters = Embedded();
  ASSERT_EQ(interpreters.size(), 1U);
  interpreters[0].environment_missing = "no network";
  TableOptions options;
  options.scripts = PICKLEPROOF_SOURCE_DIR "/oracles";
  options.picklers = {TablePickler::kCloudpickle};
  options.protocols = {2};
  const TableResult result = FillTable(rows, interpreters, options);
  ASSERT_EQ(result.cells.size(), 1U);
  EXPECT_EQ(result.cells[0].verdict(), CellVerdict::kUnavailable);
  EXPECT_EQ(result.cells[0].cases[0].detail, "no network");
  ASSERT_EQ(result.notes.size(), 1U);
}

}  // namespace
}  // namespace pickleproof
