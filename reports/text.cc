#include "reports/text.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "reports/live_versions.h"
#include "reports/summary.h"
#include "reports/table.h"

namespace pickleproof {
namespace {

Colour ColourOf(char symbol) {
  switch (symbol) {
    case '!': return Colour::kRed;
    case '~': return Colour::kYellow;
    case '=': return Colour::kGreen;
    default: return Colour::kDim;
  }
}

// "a" to "z", then "a2" to "z2" and so on.
std::string Letter(size_t index) {
  std::string out(1, static_cast<char>('a' + index % 26));
  if (index >= 26) out += fmt::format("{}", index / 26 + 1);
  return out;
}

// What stands at the rows and columns of the matrix.
enum class Naming : uint8_t { kNames, kColumns, kBoth };

class Printer {
 public:
  Printer(const RunRecord& record, const TextOptions& options)
      : record_(record), options_(options), summary_(Summarize(record)) {
    std::vector<std::string>& ids = engines_;
    for (const EngineEntry& engine : record.engines) ids.push_back(engine.id);
    for (const auto* list : {&summary_.writers, &summary_.readers}) {
      for (const std::string& id : *list) {
        if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
      }
    }
    const std::vector<std::string> names = ShortNames(ids);
    for (size_t i = 0; i < ids.size(); ++i) {
      short_[ids[i]] = names[i];
      letters_[ids[i]] = Letter(i);
    }
  }

  std::string Print() {
    Header();
    Matrix();
    Protocols();
    RealPickles();
    LiveVersions();
    LeftOut();
    Reasons();
    Differences();
    for (const Sheet& sheet : record_.sheets) OneSheet(sheet);
    Verdict();
    return std::move(out_);
  }

 private:
  std::string Short(const std::string& id) const {
    const auto it = short_.find(id);
    return it == short_.end() ? id : it->second;
  }
  std::string Painted(std::string_view text, Colour colour) const {
    return Paint(text, colour, options_.colour);
  }
  void Title(std::string_view text) { out_ += "\n" + Painted(text, Colour::kBold) + "\n"; }

  void Header() {
    out_ += fmt::format("pickleproof {}: {}\n", record_.tool_version, Scope(record_, summary_));
    if (!record_.seeds.empty()) {
      out_ += fmt::format("seed{} {}, ", record_.seeds.size() > 1 ? "s" : "",
                          fmt::join(record_.seeds, ", "));
    }
    out_ += fmt::format("{}, {}\n", Plural(record_.inputs.streams, "stream"),
                        Duration(record_.duration_seconds));
  }

  // One symbol per protocol, then the number of unexplained differences.
  std::string Cell(const std::string& writer, const std::string& reader) const {
    std::string out;
    uint64_t differ = 0;
    for (const int protocol : summary_.protocols) {
      const auto it = record_.cells.find({std::string(kGeneratedGroup), writer, reader, protocol});
      const Counts counts = it == record_.cells.end() ? Counts() : it->second;
      const char symbol = Symbol(counts);
      out += Painted({&symbol, 1}, ColourOf(symbol));
      differ += counts.differ;
    }
    if (differ > 0) out += " " + Painted(Grouped(differ), Colour::kRed);
    return out;
  }

  void Matrix() {
    if (summary_.protocols.empty()) return;
    Title("Generated graphs, writers (rows) x readers (columns)");
    std::string digits;
    for (const int protocol : summary_.protocols) digits += fmt::format("{}", protocol);
    out_ += fmt::format(
        "  one symbol per protocol {}: = agree, ~ explained, ! differ (how often), ? poisoned,\n"
        "  - unsupported, . not asked\n\n",
        digits);
    // Names where they fit, letters for the columns where they don't, then for the rows too.
    for (const auto naming : {Naming::kNames, Naming::kColumns, Naming::kBoth}) {
      naming_ = naming;
      size_t width = RowNameWidth() + 2;
      for (const size_t column : ColumnWidths()) width += column + 2;
      if (width <= options_.width) break;
    }
    Blocks(ColumnWidths());
  }

  std::string RowName(const std::string& id) const {
    return naming_ == Naming::kBoth ? letters_.at(id) : Short(id);
  }
  std::string ColumnName(const std::string& id) const {
    return naming_ == Naming::kNames ? Short(id) : letters_.at(id);
  }

  size_t RowNameWidth() const {
    size_t width = 0;
    for (const std::string& id : summary_.writers) width = std::max(width, Columns(RowName(id)));
    return width;
  }

  std::vector<size_t> ColumnWidths() const {
    std::vector<size_t> widths;
    for (const std::string& reader : summary_.readers) {
      size_t width = Columns(ColumnName(reader));
      for (const std::string& writer : summary_.writers) {
        width = std::max(width, Columns(Cell(writer, reader)));
      }
      widths.push_back(width);
    }
    return widths;
  }

  void LetterLegend() {
    for (const std::string& id : engines_) {
      const auto in = [&](const std::vector<std::string>& list) {
        return std::ranges::find(list, id) != list.end();
      };
      if (in(summary_.readers) || (naming_ == Naming::kBoth && in(summary_.writers))) {
        out_ += fmt::format("  {} = {}\n", letters_.at(id), Short(id));
      }
    }
    out_ += "\n";
  }

  // As many readers side by side as fit, the others below.
  void Blocks(const std::vector<size_t>& columns) {
    if (naming_ != Naming::kNames) LetterLegend();
    for (size_t first = 0; first < columns.size();) {
      size_t width = RowNameWidth() + 2;
      size_t last = first;
      while (last < columns.size() &&
             (last == first || width + columns[last] + 2 <= options_.width)) {
        width += columns[last++] + 2;
      }
      if (first > 0) out_ += "\n";
      Block(first, last);
      first = last;
    }
  }

  void Block(size_t first, size_t last) {
    Table table(std::vector<bool>(last - first + 1, false));
    std::vector<std::string> head = {""};
    for (size_t i = first; i < last; ++i) head.push_back(ColumnName(summary_.readers[i]));
    table.Row(head);
    for (const std::string& writer : summary_.writers) {
      std::vector<std::string> row = {RowName(writer)};
      for (size_t i = first; i < last; ++i) row.push_back(Cell(writer, summary_.readers[i]));
      table.Row(row);
    }
    out_ += table.Text();
  }

  std::vector<std::string> CountsRow(std::string name, const Counts& counts) const {
    return {std::move(name),
            Grouped(counts.agree),
            counts.differ > 0 ? Painted(Grouped(counts.differ), Colour::kRed) : "0",
            Grouped(counts.explained),
            Grouped(counts.both_reject),
            Grouped(counts.poisoned),
            Grouped(counts.unsupported),
            Grouped(counts.skipped)};
  }

  Table CountsTable(std::string_view first) const {
    Table table({false, true, true, true, true, true, true, true});
    table.Row({std::string(first), "agree", "differ", "explained", "both reject", "poisoned",
               "unsupported", "skipped"});
    return table;
  }

  void Protocols() {
    if (summary_.protocols.empty()) return;
    Title("Per protocol");
    Table table = CountsTable("protocol");
    for (const int protocol : summary_.protocols) {
      Counts sum;
      for (const auto& [key, counts] : record_.cells) {
        if (key.group == kGeneratedGroup && key.protocol == protocol) sum += counts;
      }
      table.Row(CountsRow(fmt::format("{}", protocol), sum));
    }
    if (summary_.protocols.size() > 1) table.Row(CountsRow("all", summary_.generated));
    out_ += table.Text();
  }

  void RealPickles() {
    if (record_.inputs.corpus.empty()) return;
    Title("Real pickles");
    Table table = CountsTable("");
    uint64_t files = 0;
    for (const CorpusGroup& group : record_.inputs.corpus) files += group.files;
    Counts rewritten;
    for (const CorpusGroup& group : record_.inputs.corpus) rewritten += Total(record_, group.name);
    table.Row(CountsRow("all, read", TotalOfPairs(record_)));
    table.Row(CountsRow("all, written again and read", rewritten));
    size_t quiet = 0;
    for (const CorpusGroup& group : record_.inputs.corpus) {
      const Counts read = TotalOfPairs(record_, group.name);
      const Counts again = Total(record_, group.name);
      // Groups that agree need no line of their own.
      const auto speaks = [](const Counts& counts) { return counts.differ + counts.poisoned > 0; };
      if (!speaks(read) && !speaks(again)) {
        ++quiet;
        continue;
      }
      table.Row(CountsRow(fmt::format("{}, read", group.name), read));
      if (again.Total() > 0)
        table.Row(CountsRow(fmt::format("{}, written again", group.name), again));
    }
    out_ += fmt::format("  {} in {}", Plural(files, "file"),
                        Plural(record_.inputs.corpus.size(), "group"));
    if (quiet > 0) out_ += fmt::format(", of which {} have nothing unexplained", Grouped(quiet));
    out_ += "\n\n" + table.Text();
  }

  void LiveVersions() {
    const std::string table = LiveVersionsText(record_);
    if (table.empty()) return;
    Title("Live objects across versions: how much of what is written behaves as at the origin");
    out_ += table;
  }

  void LeftOut() {
    const auto failed = [](const EngineEntry& engine) { return !engine.smoke_ok; };
    if (std::ranges::none_of(record_.engines, failed)) return;
    Title("Left out, because their smoke test failed");
    for (const EngineEntry& engine : record_.engines) {
      if (failed(engine)) Wrap(fmt::format("{}: {}", Short(engine.id), engine.smoke_reason));
    }
  }

  void Reasons() {
    if (record_.reasons.empty()) return;
    Title("Explained differences");
    for (const Reason& reason : record_.reasons) {
      Wrap(fmt::format("{} x {}: {}", Grouped(reason.count), reason.name, reason.text));
    }
  }

  void Differences() {
    const std::vector<Cluster> clusters = Clusters(record_);
    if (clusters.empty()) return;
    Title("Unexplained differences");
    const size_t shown = std::min(clusters.size(), options_.differences);
    for (size_t i = 0; i < shown; ++i) OneCluster(clusters[i]);
    if (shown < clusters.size()) {
      out_ += fmt::format("  and {} more: see the HTML report\n", Grouped(clusters.size() - shown));
    }
  }

  void OneCluster(const Cluster& cluster) {
    const Signature& signature = *cluster.signature;
    const Witness& witness = cluster.finding->witness;
    out_ += fmt::format("  {} {} x {}\n", Painted(Id(signature), Colour::kRed),
                        Grouped(cluster.count), signature.kind);
    std::string from =
        signature.writer.empty() ? "" : fmt::format("written by {}, ", Short(signature.writer));
    if (from.empty() || signature.group != kGeneratedGroup) from += signature.group + ", ";
    out_ += Clipped(fmt::format("    {}{}, {} bytes", from, witness.key.source,
                                Grouped(witness.key.stream_bytes)));
    Table sides({false, false});
    sides.Row({Short(signature.left), SideText(witness.left, witness.path_left)});
    sides.Row({Short(signature.right), SideText(witness.right, witness.path_right)});
    out_ += Clipped(fmt::format("    at {}:", witness.path));
    const std::string text = sides.Text();
    for (size_t at = 0; at < text.size();) {
      const size_t end = text.find('\n', at);
      out_ += Clipped("    " + text.substr(at, end - at));
      at = end + 1;
    }
    if (cluster.signatures > 1) {
      out_ += fmt::format("    and alike between {}\n",
                          Plural(cluster.signatures - 1, "other combination") + " of engines");
    }
    if (!witness.reproduce.empty()) out_ += fmt::format("    $ {}\n", witness.reproduce);
  }

  // How a sheet came out, and its cells that differ: the whole of it is for the page.
  void OneSheet(const Sheet& sheet) {
    Title(sheet.title);
    out_ += fmt::format("  {} by {}: {}\n", Plural(sheet.rows.size(), "row"),
                        Plural(sheet.columns.size(), "column"), ToString(CountsOf(sheet)));
    size_t shown = 0;
    size_t left_out = 0;
    for (const SheetRow& row : sheet.rows) {
      for (size_t i = 0; i < row.cells.size(); ++i) {
        const SheetCell& cell = row.cells[i];
        if (cell.verdict != SheetVerdict::kDiffer) continue;
        if (shown++ >= options_.differences) {
          ++left_out;
          continue;
        }
        out_ += Clipped(fmt::format("  {} {}", row.id, row.label));
        Wrap(fmt::format("  {}: {}", Name(sheet.columns[i]), cell.text));
        if (!cell.detail.empty()) {
          out_ += Clipped("      " + cell.detail.substr(0, cell.detail.find('\n')));
        }
      }
    }
    if (left_out > 0) {
      out_ += fmt::format("  and {} more: see the HTML report\n", Grouped(left_out));
    }
  }

  static std::string SideText(const Side& side, const std::string& at_path) {
    std::string out = at_path;
    if (side.verdict != Verdict::kAccept) {
      out = fmt::format("{}: {}", Name(side.verdict), side.error);
    }
    std::ranges::replace(out, '\n', ' ');
    return out;
  }

  // Adds a paragraph, indented, broken at spaces.
  void Wrap(std::string_view text) {
    std::string line;
    while (!text.empty()) {
      const size_t space = text.find(' ');
      const std::string_view word = text.substr(0, space);
      text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
      if (!line.empty() && Columns(line) + 1 + Columns(word) > options_.width) {
        out_ += line + "\n";
        line = "   ";
      }
      line += line.empty() ? "  " : " ";
      line += word;
    }
    out_ += line + "\n";
  }

  // The line, cut to the terminal's width, with a newline.
  std::string Clipped(std::string line) const {
    if (Columns(line) <= options_.width) return line + "\n";
    size_t end = 0;
    for (size_t columns = 0; columns + 4 <= options_.width; ++columns) {
      do ++end;
      while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xc0U) == 0x80);
    }
    return line.substr(0, end) + "...\n";
  }

  void Verdict() {
    const std::string answer = Answer(summary_);
    const Mood mood = MoodOf(summary_);
    const Colour colour = mood == Mood::kNo    ? Colour::kRed
                          : mood == Mood::kYes ? Colour::kGreen
                                               : Colour::kYellow;
    out_ += fmt::format("\n{}\n{}\n", Painted(kQuestion, Colour::kBold), Painted(answer, colour));
  }

  const RunRecord& record_;
  const TextOptions& options_;
  const Summary summary_;
  std::vector<std::string> engines_;                    // all ids
  std::map<std::string, std::string> short_, letters_;  // by id
  Naming naming_ = Naming::kNames;
  std::string out_;
};

}  // namespace

std::string TextReport(const RunRecord& record, const TextOptions& options) {
  return Printer(record, options).Print();
}

}  // namespace pickleproof
