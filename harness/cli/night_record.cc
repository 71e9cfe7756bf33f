#include "harness/cli/night_record.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "harness/pickle/opcode.h"
#include "reports/assets.h"
#include "reports/html.h"

namespace pickleproof {
namespace {

using nlohmann::ordered_json;

bool Contains(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

ordered_json TargetJson(const FuzzReport& report) {
  const RunProgress& progress = report.progress;
  ordered_json verdicts = ordered_json::object();
  for (const auto& [key, count] : report.counters.verdicts) verdicts[key.first][key.second] = count;
  return {{"target", report.target},
          {"seconds", progress.seconds},
          {"executions", progress.executions},
          {"accepted", progress.accepted},
          {"failed_late", progress.failed_late},
          {"disagreements", progress.disagreements},
          {"coverage", progress.coverage},
          {"corpus_files", progress.corpus_files},
          {"corpus_bytes", progress.corpus_bytes},
          {"candidates", report.collected.candidates},
          {"new_findings", report.collected.fresh.size()},
          {"deaths", report.deaths},
          {"verdicts", verdicts},
          {"poisoned", report.counters.poisoned}};
}

ordered_json FindingJson(const FindingRow& row, bool fresh) {
  ordered_json outcomes = ordered_json::object();
  for (const auto& [engine, answer] : row.outcomes) outcomes[engine] = answer;
  return {{"id", row.id},        {"signature", row.signature},   {"class", row.what},
          {"hex", row.hex},      {"known", row.known},           {"new", fresh},
          {"count", row.count},  {"first_seen", row.first_seen}, {"explanation", row.explanation},
          {"outcomes", outcomes}};
}

std::string Headline(const NightRecord& record) {
  if (record.Good()) return "Nothing new that is unknown.";
  return fmt::format("{} new findings without a known reason, {} regressions that changed.",
                     record.NewUnknown().size(), record.regression_problems.size());
}

std::string Summary(const NightRecord& record) {
  const auto known = std::ranges::count_if(record.findings, &FindingRow::known);
  return fmt::format(
      "{} findings in all, {} of them known; {} new tonight. {} regression inputs "
      "replayed.",
      record.findings.size(), known, record.fresh.size(), record.regressions);
}

double Share(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::vector<const FindingRow*> NightRecord::NewUnknown() const {
  std::vector<const FindingRow*> rows;
  for (const FindingRow& row : findings) {
    if (!row.known && Contains(fresh, row.id)) rows.push_back(&row);
  }
  return rows;
}

std::vector<std::string> UnreachedOpcodes(const std::vector<FuzzReport>& targets) {
  std::map<std::string, std::set<std::string>> reached;
  for (const FuzzReport& report : targets) {
    for (const auto& [protocol, names] : report.counters.reached) {
      reached[protocol].insert(names.begin(), names.end());
    }
  }
  std::vector<std::string> lines;
  if (reached.empty()) return lines;
  for (int protocol = 0; protocol <= kHighestProtocol; ++protocol) {
    std::vector<std::string_view> missing;
    for (const OpcodeInfo& info : AllOpcodes()) {
      if (!reached[std::to_string(protocol)].contains(std::string(info.name))) {
        missing.push_back(info.name);
      }
    }
    if (!missing.empty()) {
      lines.push_back(fmt::format("protocol {} lacks {}", protocol, fmt::join(missing, ", ")));
    }
  }
  return lines;
}

std::string NightJson(const NightRecord& record) {
  ordered_json targets = ordered_json::array();
  for (const FuzzReport& report : record.targets) targets.push_back(TargetJson(report));
  ordered_json findings = ordered_json::array();
  for (const FindingRow& row : record.findings) {
    findings.push_back(FindingJson(row, Contains(record.fresh, row.id)));
  }
  const ordered_json json = {{"schema", 1},
                             {"command", record.command},
                             {"started", record.started},
                             {"ended", record.ended},
                             {"seconds", record.seconds},
                             {"good", record.Good()},
                             {"regressions", record.regressions},
                             {"regression_problems", record.regression_problems},
                             {"skipped", record.skipped},
                             {"unreached", UnreachedOpcodes(record.targets)},
                             {"targets", targets},
                             {"findings", findings}};
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string NightText(const NightRecord& record) {
  std::string text = fmt::format("{}\n{}\n\n", Headline(record), Summary(record));
  text += fmt::format("{:<20} {:>12} {:>9} {:>7} {:>9} {:>8} {:>6}\n", "target", "executions",
                      "per s", "load %", "coverage", "corpus", "new");
  for (const FuzzReport& report : record.targets) {
    const RunProgress& progress = report.progress;
    text += fmt::format("{:<20} {:>12} {:>9.0f} {:>7.1f} {:>9} {:>8} {:>6}\n", report.target,
                        progress.executions,
                        static_cast<double>(progress.executions) / std::max(progress.seconds, 0.1),
                        Share(progress.accepted, progress.executions), progress.coverage,
                        progress.corpus_files, report.collected.fresh.size());
  }
  for (const std::string& line : record.skipped) text += "skipped: " + line + "\n";
  for (const std::string& line : UnreachedOpcodes(record.targets)) text += line + "\n";
  for (const std::string& line : record.regression_problems) text += "regression: " + line + "\n";
  for (const FindingRow& row : record.findings) {
    if (!Contains(record.fresh, row.id)) continue;
    text += fmt::format("\n{}{}  {}\n  {}\n  {}\n", row.known ? "new, known " : "new, UNKNOWN ",
                        row.id, row.signature, row.hex, row.explanation);
  }
  return text;
}

std::string NightHtml(const NightRecord& record) {
  std::string rows;
  for (const FindingRow& row : record.findings) {
    const bool fresh = Contains(record.fresh, row.id);
    rows += fmt::format(
        "<tr><td><code>{}</code></td><td>{}</td><td><code>{}</code></td>"
        "<td>{}</td><td>{}</td></tr>\n",
        row.id, EscapeHtml(row.signature), row.hex.substr(0, 200), EscapeHtml(row.explanation),
        fmt::format("{}{}", row.known ? "known" : "<strong>unknown</strong>",
                    fresh ? ", new" : ""));
  }
  std::string targets;
  for (const FuzzReport& report : record.targets) {
    targets +=
        fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                    EscapeHtml(report.target), report.progress.executions, report.progress.coverage,
                    report.progress.corpus_files, report.collected.fresh.size());
  }
  std::string problems;
  for (const std::string& line : record.regression_problems) {
    problems += fmt::format("<p>Regression: {}</p>\n", EscapeHtml(line));
  }
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>pickleproof, {}</title>\n"
      "<style>{}\nbody {{ margin: 2rem; }} td, th {{ padding: 0.3rem 0.8rem; text-align: left; "
      "vertical-align: top; }} code {{ overflow-wrap: anywhere; }}</style></head>\n"
      "<body><main>\n<h1>{}</h1>\n<p>{}</p>\n<p>{} to {}: <code>{}</code></p>\n{}"
      "<h2>Targets</h2>\n<table><tr><th>target</th><th>executions</th><th>coverage</th>"
      "<th>corpus</th><th>new</th></tr>\n{}</table>\n"
      "<h2>Disagreements</h2>\n<table><tr><th>id</th><th>signature</th><th>bytes</th>"
      "<th>explanation</th><th></th></tr>\n{}</table>\n</main></body></html>\n",
      record.started, kStyle, EscapeHtml(Headline(record)), EscapeHtml(Summary(record)),
      record.started, record.ended, EscapeHtml(record.command), problems, targets, rows);
}

}  // namespace pickleproof
