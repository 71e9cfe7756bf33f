// cross and report: the main job. cross prints, report also writes the record and the page.

#include <filesystem>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "corpus/real_pickles.h"
#include "harness/cli/inputs.h"
#include "harness/cli/live.h"
#include "harness/cli/load_arguments.h"
#include "harness/cli/number.h"
#include "harness/cli/report_files.h"
#include "harness/cli/requirements_arguments.h"
#include "harness/cli/table_arguments.h"
#include "harness/cli/verbs.h"
#include "harness/matrix/campaign.h"
#include "harness/matrix/requirements_sheet.h"
#include "harness/matrix/table_sheet.h"
#include "reports/progress.h"

namespace pickleproof {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

// Python 2 strings of the corpus hold any byte.
constexpr std::string_view kCorpusEncoding = "latin-1";

struct CrossVerb {
  InputArguments inputs;
  LoadArguments load;
  LiveArguments live_sources;
  TableArguments table;
  RequirementsArguments requirements;
  bool no_table = false;
  bool no_requirements = false;
  bool live = false;
  uint64_t seed = 1;
  uint64_t first = 0;
  uint64_t graphs = 2000;
  size_t jobs = std::max(1U, std::thread::hardware_concurrency());
  bool as_json = false;
  bool report = false;
  std::string from;  // the record to draw instead of running
  std::string out = PICKLEPROOF_SOURCE_DIR "/reports/out";
};

void AddOptions(CLI::App& verb, CrossVerb& cross) {
  cross.inputs.AddTo(verb);
  cross.load.AddTo(verb);
  cross.live_sources.AddTo(verb);
  AddNumber(verb, "--graphs", cross.graphs, "How many graphs to generate");
  AddNumber(verb, "--seed", cross.seed, "Of the generated graphs");
  AddNumber(verb, "--first", cross.first, "Index of the first graph");
  verb.add_option("--jobs", cross.jobs, "Processes")
      ->check(CLI::Range(size_t{1}, size_t{64}))
      ->capture_default_str();
}

Result<void> AddInputs(const CrossVerb& verb, std::vector<FoundPickle>& found) {
  if (verb.inputs.empty()) return {};
  const auto options = verb.load.ToOptions();
  if (!options) return std::unexpected(options.error());
  const auto inputs = ExpandInputs(verb.inputs);
  if (!inputs) return std::unexpected(inputs.error());
  for (const InputFile& input : *inputs) {
    auto bytes = input.Read();
    if (!bytes) return std::unexpected(bytes.error());
    found.push_back({"given", input.name(), std::move(*bytes), *options, true});
  }
  return {};
}

Result<void> AddCorpus(std::vector<FoundPickle>& found) {
  const fs::path folder = fs::path(PICKLEPROOF_SOURCE_DIR) / "corpus" / "real";
  auto pickles = ReadRealPickles(folder);
  if (!pickles) return std::unexpected(pickles.error());
  for (RealPickle& pickle : *pickles) {
    auto bytes = ReadWhole((folder / pickle.path).string());
    if (!bytes) return std::unexpected(bytes.error());
    LoadOptions options;
    options.encoding = kCorpusEncoding;
    options.buffers = pickle.buffers;
    options.has_buffers = !pickle.buffers.empty();
    found.push_back(
        {pickle.group, "corpus/real/" + pickle.path, std::move(*bytes), std::move(options), true});
  }
  return {};
}

json CountsJson(const Counts& counts) {
  return {{"agree", counts.agree},         {"differ", counts.differ},
          {"explained", counts.explained}, {"both_reject", counts.both_reject},
          {"poisoned", counts.poisoned},   {"unsupported", counts.unsupported},
          {"skipped", counts.skipped}};
}

void PrintJsonLines(const RunRecord& record) {
  const auto print = [](const json& line) {
    fmt::print("{}\n", line.dump(-1, ' ', false, json::error_handler_t::replace));
  };
  for (const auto& [key, counts] : record.cells) {
    print({{"kind", "cell"},
           {"group", key.group},
           {"writer", key.writer},
           {"reader", key.reader},
           {"protocol", key.protocol},
           {"counts", CountsJson(counts)}});
  }
  for (const auto& [key, counts] : record.pairs) {
    print({{"kind", "pair"},
           {"group", key.group},
           {"left", key.left},
           {"right", key.right},
           {"counts", CountsJson(counts)}});
  }
  for (const auto& [signature, difference] : record.differences) {
    print({{"kind", "difference"},
           {"id", Id(signature)},
           {"group", signature.group},
           {"explained_by", signature.explained_by},
           {"class", signature.kind},
           {"writer", signature.writer},
           {"left", signature.left},
           {"right", signature.right},
           {"count", difference.count},
           {"hex", difference.witness.stream_hex},
           {"path", difference.witness.path},
           {"reproduce", difference.witness.reproduce}});
  }
}

void PrintPlaces(const std::string& out) {
  fmt::print("report: {0}/index.html\nrecord: {0}/run.json (junit.xml and summary.md beside it)\n",
             out);
}

// Draws the reports of a run that was recorded, on this machine or another.
int Redraw(const CrossVerb& verb) {
  const auto text = ReadWhole(verb.from);
  if (!text) return Refuse(text.error().message);
  const auto record = ParseRecord(*text);
  if (!record) return Refuse(verb.from + ": " + record.error().message);
  if (auto ready = MakeReportFolder(verb.out); !ready) return Refuse(ready.error().message);
  if (auto saved = WriteReportFiles(*record, verb.out); !saved) {
    return Refuse(saved.error().message);
  }
  PrintReport(*record);
  PrintPlaces(verb.out);
  return HasUnexplained(*record) ? kDisagreed : kAgreed;
}

// The picklability table, as a sheet of the record.
Result<void> AddTableTo(RunRecord& record, const TableArguments& arguments) {
  const auto table = RunTable(arguments);
  if (!table) return std::unexpected(table.error());
  FillTableSheet(table->rows, table->result, table->options, &SheetOf(record, "picklability"));
  return {};
}

// What documents say, as a sheet of the record.
Result<void> AddRequirementsTo(RunRecord& record, const RequirementsArguments& arguments) {
  const auto result = RunRequirements(arguments);
  if (!result) return std::unexpected(result.error());
  FillRequirementsSheet(*result, &SheetOf(record, "requirements"));
  return {};
}

// What report adds to cross.
Result<void> AddSheets(RunRecord& record, const CrossVerb& verb) {
  if (!verb.no_table) {
    if (auto added = AddTableTo(record, verb.table); !added) return added;
  }
  return verb.no_requirements ? Result<void>() : AddRequirementsTo(record, verb.requirements);
}

void Print(const RunRecord& record, bool as_json) {
  if (as_json) {
    PrintJsonLines(record);
  } else {
    PrintReport(record);
  }
}

// Live objects alone.
int RunCrossLive(const CrossVerb& verb) {
  if (verb.live_sources.shrink) {
    const auto printed = PrintShrunk(verb.live_sources, verb.seed, verb.first);
    return printed ? kDisagreed : Refuse(printed.error().message);
  }
  const std::string command =
      fmt::format("./pickleproof cross --live --seed {} --first {} --sources {}{}", verb.seed,
                  verb.first, verb.live_sources.sources, verb.live_sources.Text());
  const auto run = RunLive(verb.live_sources, verb.seed, verb.first, verb.jobs, command);
  if (!run) return Refuse(run.error().message);
  Print(run->record, verb.as_json);
  if (!verb.as_json) fmt::print("{}", ToText(run->tally));
  return run->record.unexplained_witnesses == 0 ? kAgreed : kDisagreed;
}

int RunCross(const CrossVerb& verb) {
  CampaignOptions options;
  options.seed = verb.seed;
  options.first = verb.first;
  options.graphs = verb.graphs;
  options.processes = verb.jobs;
  options.command_line =
      fmt::format("./pickleproof {} --seed {} --graphs {}{}", verb.report ? "report" : "cross",
                  verb.seed, verb.graphs, verb.inputs.paths.empty() ? "" : " ");
  options.command_line += fmt::format("{}", fmt::join(verb.inputs.paths, " "));
  if (verb.first != 0) options.command_line += fmt::format(" --first {}", verb.first);
  for (const std::string& hex : verb.inputs.hex) options.command_line += " --hex " + hex;
  if (verb.report) {
    if (auto ready = MakeReportFolder(verb.out); !ready) return Refuse(ready.error().message);
  }
  if (auto added = AddInputs(verb, options.found); !added) return Refuse(added.error().message);
  if (verb.report) {
    if (auto added = AddCorpus(options.found); !added) return Refuse(added.error().message);
  }
  if (!verb.as_json) {
    fmt::print("seed {}: {} graphs, {} pickles, {} processes\n", verb.seed, verb.graphs,
               options.found.size(), verb.jobs);
    std::fflush(stdout);
  }
  Result<RunRecord> record = [&] {
    Progress progress(ForStandardError(), "graphs and pickles",
                      options.graphs + options.found.size());
    options.progress = [&](uint64_t done, uint64_t /*total*/) { progress.Set(done); };
    return RunCampaign(options);
  }();
  if (!record) return Refuse(record.error().message);
  LiveTally tally;
  if (verb.report && verb.live_sources.sources > 0) {
    const auto live = RunLive(verb.live_sources, verb.seed, verb.first, verb.jobs, "");
    if (!live) return Refuse(live.error().message);
    if (auto merged = Merge(*record, live->record); !merged) return Refuse(merged.error().message);
    tally = live->tally;
  }
  if (verb.report) {
    if (auto added = AddSheets(*record, verb); !added) return Refuse(added.error().message);
  }
  Print(*record, verb.as_json);
  if (!verb.as_json) fmt::print("{}", ToText(tally));
  if (verb.report) {
    if (auto saved = WriteReportFiles(*record, verb.out); !saved) {
      return Refuse(saved.error().message);
    }
    PrintPlaces(verb.out);
  }
  return HasUnexplained(*record) ? kDisagreed : kAgreed;
}

}  // namespace

void AddCross(CLI::App& app, int* status) {
  auto verb = std::make_shared<CrossVerb>();
  CLI::App* cross = app.add_subcommand(
      "cross",
      "Write generated graphs with every writer, read them with every reader, compare;\n"
      "the same with given pickles. Exit status 1 where something differs unexplained");
  AddOptions(*cross, *verb);
  cross->add_flag(
      "--live", verb->live,
      "Live objects instead: generated Python sources, written by pickle, cloudpickle,\n"
      "dill and ours, read without the source, and asked how they behave");
  cross->add_flag("--json", verb->as_json, "One JSON object per cell, pair and difference");
  cross->callback([cross, verb, status] {
    // Given pickles alone unless graphs are asked for.
    if (!verb->inputs.empty() && cross->count("--graphs") == 0) verb->graphs = 0;
    *status = verb->live ? RunCrossLive(*verb) : RunCross(*verb);
  });
}

void AddReport(CLI::App& app, int* status) {
  auto verb = std::make_shared<CrossVerb>();
  verb->report = true;
  verb->live_sources.sources = 40;
  verb->live_sources.interpreters = "all";
  verb->live_sources.libraries = LiveLibraries::kBoth;
  verb->live_sources.versions_every = 20;
  CLI::App* report = app.add_subcommand(
      "report",
      "The main job: cross over generated graphs, corpus/real and given pickles, and write\n"
      "the record and the page. Exit status 1 where something differs unexplained");
  AddOptions(*report, *verb);
  report
      ->add_option("-o,--out", verb->out,
                   "Folder for run.json, index.html, junit.xml and summary.md")
      ->capture_default_str();
  report->add_flag("--no-table", verb->no_table, "Leave the picklability table out");
  report->add_flag("--no-requirements", verb->no_requirements,
                   "Leave out what documents say, else checked on three interpreters");
  report->add_option("--requirement", verb->requirements.numbers, "Only these, by number")
      ->check(CLI::PositiveNumber);
  report->add_option("--table-row", verb->table.rows, "Only these rows of the picklability table");
  report->add_option("--table-interpreter", verb->table.interpreters,
                     "The picklability table on these: a path, or a version such as 3.12; without\n"
                     "it on three, the oldest that is found, the embedded and the newest");
  report->add_option("--from", verb->from,
                     "Draw the reports of this run.json again; nothing is run");
  report->callback([verb, status] {
    verb->table.only_three = verb->table.interpreters.empty();
    verb->table.processes = verb->requirements.jobs = verb->jobs;
    verb->requirements.only_three = true;
    *status = verb->from.empty() ? RunCross(*verb) : Redraw(*verb);
  });
}

}  // namespace pickleproof
