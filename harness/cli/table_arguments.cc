#include "harness/cli/table_arguments.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "reports/progress.h"

namespace pickleproof {
namespace {

Result<TableOptions> Options(const TableArguments& arguments) {
  TableOptions options;
  options.scripts = PICKLEPROOF_SOURCE_DIR "/oracles";
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
  Result<std::vector<TableRow>> rows =
      ReadRows(PICKLEPROOF_SOURCE_DIR "/oracles/picklability/rows");
  if (!rows || arguments.rows.empty()) return rows;
  std::vector<TableRow> chosen;
  for (const int id : arguments.rows) {
    const auto row = std::ranges::find(*rows, id, &TableRow::id);
    if (row == rows->end()) return Fail(ErrorCode::kUsage, fmt::format("no row {}", id));
    chosen.push_back(*row);
  }
  return chosen;
}

// Leaves the oldest, the one that this program embeds, and the newest of those that can be asked.
void KeepThree(std::vector<PythonProgram>* found) {
  std::erase_if(*found, [](const PythonProgram& one) { return !one.unavailable.empty(); });
  if (found->size() <= 3) return;
  std::error_code ignored;
  const std::string embedded =
      std::filesystem::canonical(PICKLEPROOF_PYTHON_PROGRAM, ignored).string();
  const std::string oldest = found->front().path;
  const std::string newest = found->back().path;
  std::erase_if(*found, [&](const PythonProgram& one) {
    return one.path != oldest && one.path != embedded && one.path != newest;
  });
}

Result<std::vector<PythonProgram>> Interpreters(const TableArguments& arguments) {
  std::vector<PythonProgram> found = FindInterpreters();
  const auto is = [](const PythonProgram& one, const std::string& wanted) {
    const std::string version = ToString(one.version);
    return one.path == wanted || version == wanted || version.starts_with(wanted + ".");
  };
  for (const std::string& wanted : arguments.interpreters) {
    if (std::ranges::none_of(found, [&](const auto& one) { return is(one, wanted); })) {
      return Fail(ErrorCode::kUsage, fmt::format("no interpreter '{}' was found", wanted));
    }
  }
  std::erase_if(found, [&](const PythonProgram& one) {
    return !arguments.interpreters.empty() &&
           std::ranges::none_of(arguments.interpreters,
                                [&](const std::string& wanted) { return is(one, wanted); });
  });
  if (arguments.only_three) KeepThree(&found);
  PrepareEnvironments(PICKLEPROOF_SOURCE_DIR "/oracles/picklability",
                      arguments.libraries == Libraries::kNewest
                          ? PICKLEPROOF_SOURCE_DIR "/build/python"
                          : PICKLEPROOF_SOURCE_DIR "/build/python-oldest",
                      &found, arguments.libraries);
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
