#include "reports/summary.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace pickleproof {
namespace {

// The engines of `seen` in the order of the record's list; those that it does not list come last.
std::vector<std::string> InOrder(const RunRecord& record, std::set<std::string> seen) {
  std::vector<std::string> out;
  for (const EngineEntry& engine : record.engines) {
    if (seen.erase(engine.id) > 0) out.push_back(engine.id);
  }
  out.insert(out.end(), seen.begin(), seen.end());
  return out;
}

}  // namespace

Summary Summarize(const RunRecord& record) {
  Summary summary;
  std::set<std::string> readers;
  std::set<std::string> writers;
  std::set<int> protocols;
  for (const auto& [key, counts] : record.cells) {
    readers.insert(key.reader);
    writers.insert(key.writer);
    if (key.group == kGeneratedGroup) {
      protocols.insert(key.protocol);
      summary.generated += counts;
    } else {
      summary.real += counts;
    }
  }
  for (const auto& [key, counts] : record.pairs) {
    readers.insert(key.left);
    readers.insert(key.right);
    summary.real += counts;
  }
  readers.erase(std::string(kOriginal));
  summary.all = summary.generated;
  summary.all += summary.real;
  summary.readers = InOrder(record, std::move(readers));
  summary.writers = InOrder(record, std::move(writers));
  summary.protocols.assign(protocols.begin(), protocols.end());
  summary.kinds = Clusters(record).size();
  for (const Sheet& sheet : record.sheets) summary.sheets += CountsOf(sheet);
  return summary;
}

std::vector<Cluster> Clusters(const RunRecord& record) {
  std::vector<Cluster> clusters;
  std::map<std::tuple<std::string_view, std::string_view, std::string_view, std::string_view,
                      std::string_view>,
           size_t>
      known;
  for (const auto& [signature, finding] : record.differences) {
    if (!signature.explained_by.empty()) continue;
    const Witness& witness = finding.witness;
    const auto [it, added] = known.try_emplace(
        {signature.group, signature.kind, witness.path, witness.path_left, witness.path_right},
        clusters.size());
    if (added) clusters.push_back({.signature = &signature, .finding = &finding});
    ++clusters[it->second].signatures;
    clusters[it->second].count += finding.count;
  }
  return clusters;
}

Mood MoodOf(const Summary& summary) {
  if (summary.all.differ + summary.sheets.differ > 0) return Mood::kNo;
  return summary.all.Compared() + summary.sheets.Answered() > 0 ? Mood::kYes : Mood::kUnknown;
}

std::string Answer(const Summary& summary) {
  const Counts& all = summary.all;
  const Mood mood = MoodOf(summary);
  if (mood == Mood::kUnknown) return "Unknown: nothing was compared.";
  std::string out = fmt::format("{}: {}, {}", mood == Mood::kNo ? "No" : "Yes",
                                Plural(all.Compared(), "comparison"),
                                Plural(all.differ, "unexplained difference"));
  if (summary.kinds > 0) out += fmt::format(" of {}", Plural(summary.kinds, "kind"));
  if (all.explained > 0) out += fmt::format(", {} explained", Grouped(all.explained));
  const SheetCounts& sheets = summary.sheets;
  if (sheets.Total() > 0) {
    out += fmt::format("; {}, {} unexplained", Plural(sheets.Answered(), "answer"),
                       Grouped(sheets.differ));
    if (sheets.explained > 0) out += fmt::format(", {} explained", Grouped(sheets.explained));
  }
  return out + ".";
}

std::string Scope(const RunRecord& record, const Summary& summary) {
  uint64_t files = 0;
  for (const CorpusGroup& group : record.inputs.corpus) files += group.files;
  std::string out = fmt::format("{}, {}, {}", Plural(summary.readers.size(), "reader"),
                                Plural(summary.writers.size(), "writer"),
                                Plural(record.inputs.graphs, "generated graph"));
  if (files > 0) out += fmt::format(", {}", Plural(files, "real pickle"));
  return out + fmt::format(", {}", Plural(summary.protocols.size(), "protocol"));
}

char Symbol(const Counts& counts) {
  if (counts.differ > 0) return '!';
  if (counts.explained > 0) return '~';
  if (counts.Compared() > 0) return '=';
  if (counts.poisoned > 0) return '?';
  if (counts.unsupported > 0) return '-';
  return '.';
}

std::vector<std::string> ShortNames(const std::vector<std::string>& ids) {
  std::vector<std::string> names;
  for (const std::string& id : ids) {
    // The shortest beginning that no other id has too. The beginning says whose it is.
    size_t end = id.size();
    for (size_t slash = id.find('/'); slash != std::string::npos; slash = id.find('/', slash + 1)) {
      const std::string_view start = std::string_view(id).substr(0, slash);
      if (std::ranges::none_of(ids, [&](const std::string& other) {
            return other != id && (other == start || other.starts_with(fmt::format("{}/", start)));
          })) {
        end = slash;
        break;
      }
    }
    names.push_back(id.substr(0, end));
  }
  return names;
}

std::string Grouped(uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string Plural(uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", Grouped(number), noun, number == 1 ? "" : "s");
}

std::string Duration(double seconds) {
  if (seconds < 100) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<uint64_t>(std::lround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace pickleproof
