#include "reports/markdown.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/summary.h"

namespace pickleproof {
namespace {

constexpr size_t kMaxCode = 200;  // bytes of a value or an error shown in a table

std::string_view Mark(const Counts& counts) {
  switch (Symbol(counts)) {
    case '!': return "❌";
    case '~': return "≈";
    case '=': return "✓";
    case '?': return "?";
    case '-': return "–";
    default: return "·";
  }
}

Counts Cell(const RunRecord& record, const std::string& writer, const std::string& reader) {
  Counts sum;
  for (const auto& [key, counts] : record.cells) {
    if (key.group == kGeneratedGroup && key.writer == writer && key.reader == reader) sum += counts;
  }
  return sum;
}

std::string CellText(const Counts& counts) {
  const std::string mark(Mark(counts));
  if (counts.differ > 0) return fmt::format("{} **{}**", mark, Grouped(counts.differ));
  if (counts.explained > 0) return fmt::format("{} {}", mark, Grouped(counts.explained));
  return counts.Compared() > 0 ? fmt::format("{} {}", mark, Grouped(counts.Compared())) : mark;
}

std::string Matrix(const RunRecord& record, const Summary& summary) {
  if (summary.generated.Total() == 0) return {};
  std::string out = "\n| writes \\ reads |";
  std::string rule = "| --- |";
  for (const std::string& reader : summary.readers) {
    out += fmt::format(" {} |", EscapeMarkdown(reader));
    rule += " --- |";
  }
  out += "\n" + rule + "\n";
  for (const std::string& writer : summary.writers) {
    out += fmt::format("| {} |", EscapeMarkdown(writer));
    for (const std::string& reader : summary.readers) {
      out += fmt::format(" {} |", CellText(Cell(record, writer, reader)));
    }
    out += "\n";
  }
  return out +
         "\n✓ agree, ≈ differ as explained, ❌ differ without an explanation, ? poisoned by a "
         "limit, "
         "– unsupported\n";
}

std::string LeftOut(const RunRecord& record) {
  std::string out;
  for (const EngineEntry& engine : record.engines) {
    if (engine.smoke_ok) continue;
    out +=
        fmt::format("- {}: {}\n", EscapeMarkdown(engine.id), EscapeMarkdown(engine.smoke_reason));
  }
  return out.empty() ? out : "\n### Left out, because their smoke test failed\n\n" + out;
}

std::string SideText(const Side& side, const std::string& at_path) {
  if (side.verdict == Verdict::kAccept) return MarkdownCode(at_path);
  return fmt::format("{}: {}", Name(side.verdict), MarkdownCode(side.error));
}

std::string Differences(const RunRecord& record, size_t limit) {
  const std::vector<Cluster> clusters = Clusters(record);
  if (clusters.empty()) return {};
  std::string out =
      "\n### Unexplained differences\n\n| | times | kind | written by | at | left | right |\n"
      "| --- | ---: | --- | --- | --- | --- | --- |\n";
  std::string commands;
  const size_t shown = std::min(clusters.size(), limit);
  for (size_t i = 0; i < shown; ++i) {
    const Signature& signature = *clusters[i].signature;
    const Witness& witness = clusters[i].finding->witness;
    const std::string alike =
        clusters[i].signatures > 1
            ? fmt::format(" (alike between {} combinations of engines)", clusters[i].signatures)
            : "";
    out += fmt::format(
        "| {} | {} | {}{} | {} | {} | {}: {} | {}: {} |\n", MarkdownCode(Id(signature)),
        Grouped(clusters[i].count), EscapeMarkdown(signature.kind), alike,
        EscapeMarkdown(signature.writer.empty() ? witness.key.source : signature.writer),
        MarkdownCode(witness.path), EscapeMarkdown(signature.left),
        SideText(witness.left, witness.path_left), EscapeMarkdown(signature.right),
        SideText(witness.right, witness.path_right));
    if (!witness.reproduce.empty()) commands += fmt::format("    {}\n", witness.reproduce);
  }
  if (shown < clusters.size()) {
    out += fmt::format("\nand {} more\n", Grouped(clusters.size() - shown));
  }
  return commands.empty() ? out : out + "\nReproduce with:\n\n" + commands;
}

std::string Reasons(const RunRecord& record) {
  if (record.reasons.empty()) return {};
  std::string out =
      "\n### Explained differences\n\n| times | name | reason |\n| ---: | --- | --- |\n";
  for (const Reason& reason : record.reasons) {
    out += fmt::format("| {} | {} | {} |\n", Grouped(reason.count), EscapeMarkdown(reason.name),
                       EscapeMarkdown(reason.text));
  }
  return out;
}

// How each sheet came out, and the cells that differ.
std::string Sheets(const RunRecord& record, size_t limit) {
  std::string out;
  for (const Sheet& sheet : record.sheets) {
    out += fmt::format("\n### {}\n\n{} by {}: {}\n", EscapeMarkdown(sheet.title),
                       Plural(sheet.rows.size(), "row"), Plural(sheet.columns.size(), "column"),
                       ToString(CountsOf(sheet)));
    std::string table;
    size_t found = 0;
    for (const SheetRow& row : sheet.rows) {
      for (size_t i = 0; i < row.cells.size(); ++i) {
        const SheetCell& cell = row.cells[i];
        if (cell.verdict != SheetVerdict::kDiffer || found++ >= limit) continue;
        table += fmt::format("| {} | {} | {} | {} | {} |\n", EscapeMarkdown(row.id),
                             EscapeMarkdown(row.label), EscapeMarkdown(Name(sheet.columns[i])),
                             MarkdownCode(cell.text), MarkdownCode(cell.detail));
      }
    }
    if (!table.empty()) {
      out +=
          "\n| | what | who | answer | why it differs |\n| --- | --- | --- | --- | --- |\n" + table;
    }
    if (found > limit) out += fmt::format("\nand {} more\n", Grouped(found - limit));
  }
  return out;
}

}  // namespace

std::string EscapeMarkdown(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '\n':
      case '\r': out += ' '; break;
      default:
        if (std::string_view("\\`*_[]|~#!").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
  }
  return out;
}

std::string MarkdownCode(std::string_view text) {
  if (text.empty()) return {};
  // As an element: in a table neither a backtick nor a bar within backticks can be escaped.
  std::string cut(text.substr(0, kMaxCode));
  while (!cut.empty() && cut.size() < text.size() &&
         (static_cast<unsigned char>(text[cut.size()]) & 0xc0U) == 0x80) {
    cut.pop_back();
  }
  if (cut.size() < text.size()) cut += "...";
  return "<code>" + EscapeMarkdown(cut) + "</code>";
}

std::string MarkdownReport(const RunRecord& record, size_t differences) {
  const Summary summary = Summarize(record);
  return fmt::format("## {}\n\n**{}**\n\n{}\n", kQuestion, Answer(summary),
                     Scope(record, summary)) +
         Matrix(record, summary) + Differences(record, differences) + Reasons(record) +
         Sheets(record, differences) + LeftOut(record);
}

}  // namespace pickleproof
