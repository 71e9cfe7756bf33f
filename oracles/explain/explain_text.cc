#include "oracles/explain/explain_text.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "oracles/explain/stream_needs.h"

namespace pickleproof {
namespace {

constexpr size_t kNames = 6;  // of a list, unless everything is asked for

// "0-5", "0-1, 4".
std::string ProtocolsText(const std::vector<int>& protocols) {
  std::string text;
  for (size_t i = 0; i < protocols.size();) {
    size_t last = i;
    while (last + 1 < protocols.size() && protocols[last + 1] == protocols[last] + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", protocols[i]);
    if (last > i) text += fmt::format("-{}", protocols[last]);
    i = last + 1;
  }
  return text;
}

// Texts with those that they are true of, in the order in which they came.
class Section {
 public:
  void Add(const std::string& text, const std::string& pickler, int protocol) {
    auto entry = std::ranges::find(entries_, text, &Entry::text);
    if (entry == entries_.end()) entry = entries_.insert(entry, {text, {}, 0});
    if (entry->of.empty() || entry->of.back().first != pickler) entry->of.push_back({pickler, {}});
    entry->of.back().second.push_back(protocol);
    ++entry->cells;
  }

  // `cells` is how many there are in all.
  std::string Text(std::string_view title, size_t cells) const {
    if (entries_.empty()) return "";
    std::string all = fmt::format("\n{}\n", title);
    for (const Entry& entry : entries_) {
      std::vector<std::string> of;
      of.reserve(entry.of.size());
      for (const auto& [pickler, protocols] : entry.of) {
        of.push_back(fmt::format("{} {}", pickler, ProtocolsText(protocols)));
      }
      if (entry.cells == cells) of = {"all of them"};
      all += fmt::format("  {}\n{}", fmt::join(of, "; "), entry.text);
    }
    return all;
  }

 private:
  struct Entry {
    std::string text;
    std::vector<std::pair<std::string, std::vector<int>>> of;
    size_t cells = 0;
  };
  std::vector<Entry> entries_;
};

std::string ListText(const std::vector<std::string>& names, bool verbose) {
  if (verbose || names.size() <= kNames) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{} and {} more (--verbose)",
                     fmt::join(names.begin(), names.begin() + kNames, ", "), names.size() - kNames);
}

std::string FailureText(const ExplainFailure& failure) {
  if (failure.how == "raises") return failure.message;
  return failure.message.empty() ? failure.how
                                 : fmt::format("{}: {}", failure.how, failure.message);
}

// Without where Python noticed that it is too deep, which differs by a hair.
std::string DepthText(const std::string& message) {
  constexpr std::string_view kExceeded = "depth exceeded";
  const size_t at = message.find(kExceeded);
  return at == std::string::npos ? message : message.substr(0, at + kExceeded.size());
}

std::string WhyNotText(const ExplainCell& cell) {
  const bool too_deep =
      cell.dump.message.contains("RecursionError") || cell.dump.message.contains("deep recursion");
  const std::string error = too_deep ? DepthText(cell.dump.message) : FailureText(cell.dump);
  std::string text;
  if (!cell.part.leaf.empty()) {
    text += fmt::format("    {}: {}\n", cell.part.path, cell.part.leaf);
  } else {
    text += "    (the part that fails was not found)\n";
  }
  text += fmt::format("      {}\n", error);
  if (!cell.part.error.empty() && cell.part.error != cell.dump.message && !too_deep) {
    text += fmt::format("      alone: {}\n", cell.part.error);
  }
  if (too_deep && !cell.part.leaf.empty()) {
    text +=
        fmt::format("      it nests deeper than this pickler goes, which gave up {} levels down\n",
                    cell.part.levels);
  }
  return text;
}

std::string ContentsText(const ExplainCell& cell, const ExplainResult& result, bool verbose) {
  if (!cell.contents.unreadable.empty()) {
    return fmt::format("    our reader does not take it: {}\n", cell.contents.unreadable);
  }
  std::vector<std::string> by_value;
  by_value.reserve(cell.contents.functions.size() + cell.contents.classes.size());
  for (const std::string& name : cell.contents.functions) by_value.push_back("function " + name);
  for (const std::string& name : cell.contents.classes) by_value.push_back("class " + name);
  const std::vector<std::string> references = ReferencesOf(cell.contents);
  std::string text;
  if (!by_value.empty()) text += fmt::format("    by value      {}\n", ListText(by_value, verbose));
  if (!references.empty()) {
    text += fmt::format("    by reference  {}\n", ListText(references, verbose));
  }
  return text + fmt::format("    needs         {}\n",
                            ListText(NeedsText(NeedsOf(cell.contents, result), verbose), verbose));
}

struct Row {
  std::string pickler;
  std::vector<int> protocols;
  std::string written;
  std::string back;
  std::string bytes;
};

Row RowOf(const ExplainPickler& pickler, const ExplainCell& cell, bool verbose) {
  Row row;
  row.pickler = pickler.name;
  if (!pickler.version.empty()) row.pickler += " " + pickler.version;
  row.protocols = {cell.protocol};
  row.back = "-";
  if (!cell.written()) {
    row.written = cell.dump.how == "raises" ? "no" : "no: it " + cell.dump.how;
    return row;
  }
  row.written = cell.contents.by_reference ? "by reference" : "by value";
  row.back = cell.loads() ? "yes" : "no: " + FailureText(cell.load);
  if (verbose && cell.loads()) row.back += ", " + cell.loaded;
  if (verbose) row.bytes = std::to_string(cell.bytes);
  return row;
}

std::string Table(const ExplainResult& result, bool verbose) {
  std::vector<Row> rows = {{"pickler", {}, "written", "loads where the source is not", "bytes"}};
  for (const ExplainPickler& pickler : result.picklers) {
    if (!pickler.unavailable.empty()) {
      rows.push_back({pickler.name, {}, "not asked", pickler.unavailable, ""});
    }
    for (const ExplainCell& cell : pickler.cells) {
      Row row = RowOf(pickler, cell, verbose);
      Row& last = rows.back();
      const bool same = last.pickler == row.pickler && last.written == row.written &&
                        last.back == row.back && last.bytes == row.bytes;
      if (same) {
        last.protocols.push_back(cell.protocol);
      } else {
        rows.push_back(std::move(row));
      }
    }
  }
  size_t pickler = 0;
  size_t written = 0;
  for (const Row& row : rows) {
    pickler = std::max(pickler, row.pickler.size());
    written = std::max(written, row.written.size());
  }
  std::string text;
  for (const Row& row : rows) {
    const std::string protocols =
        &row == &rows.front() ? "protocols" : ProtocolsText(row.protocols);
    std::string line = fmt::format("{:<{}}  {:<9}  {:<{}}  ", row.pickler, pickler, protocols,
                                   row.written, written);
    if (verbose) line += fmt::format("{:>7}  ", row.bytes);
    text += line + row.back + "\n";
  }
  return text;
}

std::string Title(const ExplainTarget& target, const ExplainResult& result) {
  const std::string where =
      target.file.empty() ? "-c"
                          : fmt::format("{} of {}{}", target.name,
                                        std::filesystem::path(target.file).filename().string(),
                                        target.as_main ? " as __main__" : "");
  return fmt::format("{}: {}; Python {}\n\n", where, result.object, result.python);
}

}  // namespace

std::string ExplainText(const ExplainTarget& target, const ExplainResult& result, bool verbose) {
  Section failures;
  Section contents;
  size_t cells = 0;
  for (const ExplainPickler& pickler : result.picklers) {
    for (const ExplainCell& cell : pickler.cells) {
      ++cells;
      if (cell.written()) {
        contents.Add(ContentsText(cell, result, verbose), pickler.name, cell.protocol);
      } else {
        failures.Add(WhyNotText(cell), pickler.name, cell.protocol);
      }
    }
  }
  return Title(target, result) + Table(result, verbose) +
         failures.Text("Why it can't be written", cells) +
         contents.Text("What the streams carry, and need where they are loaded", cells);
}

}  // namespace pickleproof
