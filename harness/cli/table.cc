// table: what pickle, pickle.py, cloudpickle and dill can serialise, and how, on every interpreter.

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/table_arguments.h"
#include "harness/cli/verbs.h"
#include "oracles/picklability/table_text.h"

namespace pickleproof {
namespace {

using nlohmann::json;

void PrintJson(const std::vector<TableRow>& rows, const TableResult& result) {
  for (const TableCell& cell : result.cells) {
    const auto row = std::ranges::find(rows, cell.row, &TableRow::id);
    const PythonProgram& interpreter = result.interpreters[cell.interpreter];
    json cases = json::object();
    for (const CaseCell& one : cell.cases) {
      cases[one.name] = {{"treatment", one.treatment},
                         {"expected", one.expected},
                         {"verdict", Name(one.verdict)},
                         {"detail", one.detail}};
    }
    const json line = {{"row", cell.row},
                       {"kind", row->kind},
                       {"pickler", Name(cell.pickler)},
                       {"protocol", cell.protocol},
                       {"interpreter", ToString(interpreter.version)},
                       {"path", interpreter.path},
                       {"treatment", cell.treatment()},
                       {"expected", cell.expected()},
                       {"verdict", Name(cell.verdict())},
                       {"cases", cases}};
    fmt::print("{}\n", line.dump(-1, ' ', false, json::error_handler_t::replace));
  }
}

void PrintText(const FilledTable& table) {
  fmt::print("{}", TableGrid(table.rows, table.result, table.options));
  const auto section = [&](std::string_view title, CellVerdict verdict) {
    const std::string details = TableDetails(table.result, verdict);
    if (!details.empty()) fmt::print("\n{}\n{}", title, details);
  };
  section("Explained deviations", CellVerdict::kExplained);
  section("Deviations", CellVerdict::kDeviates);
  if (!table.result.notes.empty()) fmt::print("\nNot asked\n");
  for (const std::string& note : table.result.notes) fmt::print("  {}\n", note);
  fmt::print("\n{}", TableSummary(table.result));
}

int Run(const TableArguments& arguments, bool as_json) {
  const Result<FilledTable> table = RunTable(arguments);
  if (!table) return Refuse(table.error().message);
  if (as_json) {
    PrintJson(table->rows, table->result);
  } else {
    PrintText(*table);
  }
  return CountCells(table->result, CellVerdict::kDeviates) == 0 ? kAgreed : kDisagreed;
}

}  // namespace

void AddTable(CLI::App& app, int* status) {
  auto arguments = std::make_shared<TableArguments>();
  auto as_json = std::make_shared<bool>(false);
  CLI::App* table = app.add_subcommand(
      "table",
      "What pickle, cloudpickle and dill can serialise, on every interpreter found; exit status 1 "
      "where a cell deviates and nobody can say why");
  table->add_option("--pickler", arguments->picklers,
                    "Only this one: pickle, pickle.py, cloudpickle, dill, dill-recurse");
  table->add_option("--row", arguments->rows, "Only these rows");
  table->add_option("--protocol", arguments->protocols, "Only these protocols")
      ->check(CLI::Range(0, 5));
  table->add_option("--interpreter", arguments->interpreters,
                    "Only these: a path, or a version such as 3.12");
  table
      ->add_option("--libraries", arguments->libraries,
                   "Releases of cloudpickle and dill: newest, or the oldest that still work")
      ->option_text("TEXT=newest")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Libraries>{
          {"newest", Libraries::kNewest}, {"oldest", Libraries::kOldest}}));
  table->add_option("--jobs", arguments->processes,
                    "Processes at a time; default: one per processor");
  table->add_flag("--json", *as_json, "One JSON object per row, pickler, protocol and interpreter");
  table->callback([arguments, as_json, status] { *status = Run(*arguments, *as_json); });
}

}  // namespace pickleproof
