#include "harness/cli/table_arguments.h"

#include <algorithm>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "reports/progress.h"

namespace pickleproof {
namespace {

Result<TableOptions> Options(const TableArguments& arguments) {
  TableOptions options;
  options.scripts = ScriptsFolder();
  options.processes =
      arguments.processes != 0 ? arguments.processes : std::thread::hardware_concurrency();
  if (!arguments.protocols.empty()) options.protocols = arguments.protocols;
  if (!arguments.picklers.empty()) options.picklers.clear();
  for (const std::string& name : arguments.picklers) {
    const auto pickler = TablePicklerNamed(name);
    if (!pickler) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("no pickler '{}'; there are pickle, pickle.py, cloudpickle, dill, "
                              "dill-recurse",
                              name));
    }
    options.picklers.push_back(*pickler);
  }
  return options;
}

Result<std::vector<TableRow>> Rows(const TableArguments& arguments) {
  Result<std::vector<TableRow>> rows = ReadRows(ScriptsFolder() + "/picklability/rows");
  if (!rows || arguments.rows.empty()) return rows;
  std::vector<TableRow> chosen;
  for (const int id : arguments.rows) {
    const auto row = std::ranges::find(*rows, id, &TableRow::id);
    if (row == rows->end()) return Fail(ErrorCode::kUsage, fmt::format("no row {}", id));
    chosen.push_back(*row);
  }
  return chosen;
}

Result<std::vector<PythonProgram>> Interpreters(const TableArguments& arguments) {
  std::vector<PythonProgram> found = FindInterpreters();
  if (auto kept = KeepOnly(arguments.interpreters, &found); !kept) {
    return std::unexpected(kept.error());
  }
  if (arguments.only_three) KeepThree(EmbeddedPython(), &found);
  PrepareEnvironments(&found, arguments.libraries);
  return found;
}

}  // namespace

Result<FilledTable> RunTable(const TableArguments& arguments) {
  auto options = Options(arguments);
  if (!options) return std::unexpected(options.error());
  auto rows = Rows(arguments);
  if (!rows) return std::unexpected(rows.error());
  auto interpreters = Interpreters(arguments);
  if (!interpreters) return std::unexpected(interpreters.error());
  FilledTable table{*std::move(rows), *std::move(options), {}};
  std::optional<Progress> progress;
  table.options.progress = [&progress](uint64_t done, uint64_t total) {
    if (!progress) progress.emplace(ForStandardError(), "picklability", total);
    progress->Set(done);
  };
  table.result = FillTable(table.rows, *std::move(interpreters), table.options);
  table.options.progress = nullptr;
  if (table.result.interpreters.empty()) {
    return Fail(ErrorCode::kForeign,
                "no CPython 3.8 or later was found; install python3, or another with pyenv");
  }
  return table;
}

}  // namespace pickleproof
