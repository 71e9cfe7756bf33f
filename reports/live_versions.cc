#include "reports/live_versions.h"

#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "reports/table.h"

namespace pickleproof {
namespace {

constexpr std::string_view kGroups = "live/";
constexpr std::string_view kTo = "-to-";

// 3.9 comes before 3.10: shorter numbers first.
struct ByVersion {
  bool operator()(std::string_view a, std::string_view b) const {
    return std::pair(Number(a).size(), a) < std::pair(Number(b).size(), b);
  }
  static std::string_view Number(std::string_view version) {
    return version.substr(0, version.find('-'));
  }
};

// "live/3.9-to-3.13", or "live/3.9-oldest" where that read what it wrote.
std::pair<std::string, std::string> WriterAndReader(std::string_view group) {
  group.remove_prefix(kGroups.size());
  const size_t to = group.find(kTo);
  if (to == std::string_view::npos) return {std::string(group), std::string(group)};
  return {std::string(group.substr(0, to)), std::string(group.substr(to + kTo.size()))};
}

std::string Share(const Counts& counts) {
  if (counts.Compared() == 0) return "-";
  return fmt::format("{:.1f} %", 100.0 * static_cast<double>(counts.agree) /
                                     static_cast<double>(counts.Compared()));
}

// Engines are called "live/3.9/dill", and their version is "Python 3.9.18, dill 0.4.1".
std::string Legend(const RunRecord& record, const std::string& version) {
  std::string text;
  for (const EngineEntry& engine : record.engines) {
    if (!engine.id.starts_with(fmt::format("{}{}/", kGroups, version))) continue;
    const size_t comma = engine.version.find(", ");
    if (comma == std::string::npos) continue;
    if (text.empty()) text = engine.version.substr(0, comma);
    const std::string library = engine.version.substr(comma);
    if (!text.contains(library)) text += library;
  }
  return text.empty() ? "" : fmt::format("  {} is {}\n", version, text);
}

}  // namespace

std::string LiveVersionsText(const RunRecord& record) {
  std::map<std::string, std::map<std::string, std::map<std::string, Counts>, ByVersion>, ByVersion>
      pairs;
  std::set<std::string> writers;
  for (const auto& [key, counts] : record.cells) {
    if (!key.group.starts_with(kGroups)) continue;
    const auto [from, to] = WriterAndReader(key.group);
    pairs[from][to][key.writer] += counts;
    writers.insert(key.writer);
  }
  if (pairs.empty()) return "";
  std::vector<bool> right(2 + writers.size(), true);
  right[0] = right[1] = false;
  Table table(std::move(right));
  std::vector<std::string> head = {"written by", "read by"};
  head.insert(head.end(), writers.begin(), writers.end());
  table.Row(std::move(head));
  std::set<std::string, ByVersion> versions;
  for (const auto& [from, readers] : pairs) {
    for (const auto& [to, counts] : readers) {
      versions.insert({from, to});
      std::vector<std::string> row = {from, to};
      for (const std::string& writer : writers) {
        const auto found = counts.find(writer);
        row.push_back(found == counts.end() ? "" : Share(found->second));
      }
      table.Row(std::move(row));
    }
  }
  std::string text = table.Text();
  for (const std::string& version : versions) text += Legend(record, version);
  return text;
}

}  // namespace pickleproof
