// table: what pickle, pickle.py, cloudpickle and dill can serialise, and how, on every interpreter.

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/verbs.h"
#include "oracles/picklability/table_text.h"

namespace pickleproof {
namespace {

using nlohmann::json;

struct TableArguments {
  std::vector<std::string> picklers;
  std::vector<int> rows;
  std::vector<int> protocols;
  std::vector<std::string> interpreters;
  size_t jobs = 0;
  bool as_json = false;
};

Result<TableOptions> Options(const TableArguments& arguments) {
  TableOptions options;
  options.scripts = PICKLEPROOF_SOURCE_DIR "/oracles";
  options.processes = arguments.jobs != 0 ? arguments.jobs : std::thread::hardware_concurrency();
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

std::vector<Interpreter> Interpreters(const TableArguments& arguments) {
  std::vector<Interpreter> found = FindInterpreters();
  KeepOnly(arguments.interpreters, &found);
  PrepareEnvironments(PICKLEPROOF_SOURCE_DIR "/oracles/picklability",
                      PICKLEPROOF_SOURCE_DIR "/build/python", &found);
  return found;
}

void PrintJson(const std::vector<TableRow>& rows, const TableResult& result) {
  for (const TableCell& cell : result.cells) {
    const auto row = std::ranges::find(rows, cell.row, &TableRow::id);
    const Interpreter& interpreter = result.interpreters[cell.interpreter];
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

void PrintText(const std::vector<TableRow>& rows, const TableResult& result,
               const TableOptions& options) {
  fmt::print("{}", TableGrid(rows, result, options));
  const auto section = [&](std::string_view title, CellVerdict verdict) {
    const std::string details = TableDetails(result, verdict);
    if (!details.empty()) fmt::print("\n{}\n{}", title, details);
  };
  section("Explained deviations", CellVerdict::kExplained);
  section("Deviations", CellVerdict::kDeviates);
  if (!result.notes.empty()) fmt::print("\nNot asked\n");
  for (const std::string& note : result.notes) fmt::print("  {}\n", note);
  fmt::print("\n{}", TableSummary(result));
}

int RunTable(const TableArguments& arguments) {
  Result<TableOptions> options = Options(arguments);
  if (!options) return Refuse(options.error().message);
  const Result<std::vector<TableRow>> rows = Rows(arguments);
  if (!rows) return Refuse(rows.error().message);
  options->progress = [](const std::string& done) { fmt::print(stderr, "table: {}\n", done); };
  const TableResult result = FillTable(*rows, Interpreters(arguments), *options);
  if (result.interpreters.empty()) {
    return Refuse("no CPython 3.8 or later was found; install python3, or another with pyenv");
  }
  if (arguments.as_json) {
    PrintJson(*rows, result);
  } else {
    PrintText(*rows, result, *options);
  }
  return CountCells(result, CellVerdict::kDeviates) == 0 ? kAgreed : kDisagreed;
}

}  // namespace

void AddTable(CLI::App& app, int* status) {
  auto arguments = std::make_shared<TableArguments>();
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
  table->add_option("--jobs", arguments->jobs, "Processes at a time; default: one per processor");
  table->add_flag("--json", arguments->as_json,
                  "One JSON object per row, pickler, protocol and interpreter");
  table->callback([arguments, status] { *status = RunTable(*arguments); });
}

}  // namespace pickleproof
