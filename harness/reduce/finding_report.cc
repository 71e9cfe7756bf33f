#include "harness/reduce/finding_report.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/bytes.h"
#include "harness/graph/notation.h"
#include "harness/pickle/disassembler.h"
#include "harness/reduce/reproducer.h"

namespace pickleproof {
namespace {

constexpr size_t kRecordedGraph = 2000;

// The reader whose command shows a side of the divergence.
std::string ReaderOf(std::string_view engine) {
  if (engine.starts_with("cpython-")) return std::string(engine.substr(engine.find('/') + 1));
  return std::string(engine);
}

std::string Title(const FindingReport& report) {
  const DivergenceSignature& signature = report.divergence.signature;
  std::string title = signature.left;
  if (!signature.right.empty()) title += " and " + signature.right;
  title += fmt::format(": {}", Name(signature.what));
  if (!signature.detail.empty()) title += fmt::format(" ({})", signature.detail);
  if (!signature.opcode.empty()) title += " at " + signature.opcode;
  return title;
}

Result<void> WriteFile(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush();
  if (!file) return Fail(ErrorCode::kIo, path + ": can't be written: " + std::strerror(errno));
  return {};
}

// Every reader of this process, then what readers of other versions say besides.
std::string AnswersText(const FindingReport& report) {
  std::string text;
  for (const FindingReport::Answer& answer : report.answers) {
    text += fmt::format("{}: {}\n", answer.engine, answer.brief);
  }
  for (const VersionAnswer& version : report.versions) {
    for (const auto& [engine, answer] : version.answers) {
      const bool told = !engine.starts_with("cpython-") ||
                        std::ranges::find(report.answers, engine, &FindingReport::Answer::engine) !=
                            report.answers.end();
      if (!told) text += fmt::format("{}: {}\n", engine, answer);
    }
  }
  const std::string shows = ToText(report.ShowsIn());
  return shows.empty() ? text : text + shows + '\n';
}

}  // namespace

std::vector<VersionShow> FindingReport::ShowsIn() const {
  return pickleproof::ShowsIn(divergence.signature, versions);
}

std::string RecordedAnswer(const Outcome& outcome) {
  if (outcome.verdict == Verdict::kAccept) {
    return "accept " + ToNotation(outcome.graph, {.max_length = kRecordedGraph});
  }
  std::string text(Name(outcome.verdict));
  if (outcome.verdict == Verdict::kReject && outcome.error && !outcome.error->exception.empty()) {
    text += " " + outcome.error->exception;
  }
  return text;
}

FindingReport MakeFindingReport(Judge& judge, Divergence divergence, std::string stream,
                                std::string original) {
  FindingReport report{std::move(divergence), std::move(stream), std::move(original), {}, {}, {}};
  for (auto& [engine, outcome] : judge.Answers(report.stream)) {
    report.answers.push_back({engine, RecordedAnswer(outcome), Briefly(outcome)});
    if (outcome.trace.size() > report.trace.size()) report.trace = std::move(outcome.trace);
  }
  return report;
}

std::string IssueText(const FindingReport& report) {
  const Divergence& divergence = report.divergence;
  std::string text =
      fmt::format("# {}\n\n{}.\n\nBytes: `{}`\n\n```\n{}```\n\n", Title(report),
                  Sentence(divergence), ToHex(report.stream), Disassemble(report.stream));
  text += "| reader | answer |\n| --- | --- |\n";
  for (const FindingReport::Answer& answer : report.answers) {
    text += fmt::format("| {} | `{}` |\n", answer.engine, answer.brief);
  }
  if (const std::string shows = ToText(report.ShowsIn()); !shows.empty()) {
    text += fmt::format("\nOf the versions of CPython that were tried, it {}.\n", shows);
  }
  text += "\nTo see it, with nothing but CPython:\n";
  for (const std::string& engine : {divergence.left_engine, divergence.right_engine}) {
    const std::string command = PythonCommand(report.stream, report.trace, ReaderOf(engine));
    if (!command.empty()) text += fmt::format("\n```sh\n{}\n```\n", command);
  }
  if (divergence.known) {
    text += fmt::format("\nKnown as {}: {}.", divergence.known->name, divergence.known->text);
    if (!divergence.known->link.empty()) text += fmt::format(" See {}.", divergence.known->link);
    text += '\n';
  }
  return text;
}

std::string ToJson(const FindingReport& report, int indent) {
  const Divergence& divergence = report.divergence;
  nlohmann::ordered_json outcomes = nlohmann::ordered_json::object();
  for (const FindingReport::Answer& answer : report.answers) {
    outcomes[answer.engine] = answer.recorded;
  }
  nlohmann::ordered_json versions = nlohmann::ordered_json::object();
  for (const VersionShow& version : report.ShowsIn()) versions[version.version] = version.shows;
  const nlohmann::ordered_json json = {
      {"id", report.Id()},
      {"signature", ToText(divergence.signature)},
      {"engines", {divergence.signature.left, divergence.signature.right}},
      {"class", Name(divergence.signature.what)},
      {"hex", ToHex(report.stream)},
      {"outcomes", outcomes},
      {"known", divergence.known.has_value()},
      {"reason", divergence.known ? divergence.known->name : ""},
      {"explanation", Sentence(divergence)},
      {"versions", versions},
  };
  return json.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<void> WriteFindingFolder(const std::string& folder, const FindingReport& report) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Fail(ErrorCode::kIo, folder + ": can't be made: " + error.message());
  const std::pair<std::string_view, std::string> files[] = {
      {"input.pkl", report.stream},
      {"original.pkl", report.original},
      {"assembly.txt", Disassemble(report.stream)},
      {"answers.txt", AnswersText(report)},
      {"issue.md", IssueText(report)},
      {"finding.json", ToJson(report, 2) + "\n"},
  };
  for (const auto& [name, bytes] : files) {
    if (auto written = WriteFile(fmt::format("{}/{}", folder, name), bytes); !written) {
      return written;
    }
  }
  return {};
}

}  // namespace pickleproof
