#include "reports/junit.h"

#include <functional>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "harness/base/utf8.h"
#include "reports/summary.h"

namespace pickleproof {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

struct TestCase {
  std::string name;
  std::string failure;  // text; empty where it passed
  bool skipped = false;
};

struct Suite {
  std::string name;
  std::vector<TestCase> cases;
};

// The findings that `wanted` selects, a line each, with what reproduces them.
std::string Findings(const RunRecord& record,
                     const std::function<bool(const Signature&, const Finding&)>& wanted) {
  std::string out;
  for (const auto& [signature, difference] : record.differences) {
    if (!signature.explained_by.empty() || !wanted(signature, difference)) continue;
    const Witness& witness = difference.witness;
    out += fmt::format("{} {} x {}: at {}: {} | {}\n  {}\n", Id(signature), difference.count,
                       signature.kind, witness.path, witness.path_left, witness.path_right,
                       witness.reproduce);
  }
  return out;
}

std::string Failure(const Counts& counts, const std::string& findings) {
  if (counts.differ == 0) return {};
  return fmt::format("{} in {}\n{}", Plural(counts.differ, "unexplained difference"),
                     Plural(counts.Compared(), "comparison"), findings);
}

Suite SmokeSuite(const RunRecord& record) {
  Suite suite{.name = "smoke", .cases = {}};
  for (const EngineEntry& engine : record.engines) {
    suite.cases.push_back({engine.id, engine.smoke_ok ? "" : engine.smoke_reason + "\n"});
  }
  return suite;
}

std::vector<Suite> CellSuites(const RunRecord& record) {
  std::map<std::string, Suite> suites;
  for (const auto& [key, counts] : record.cells) {
    const std::string findings =
        counts.differ == 0
            ? ""
            : Findings(record, [&](const Signature& signature, const Finding& difference) {
                return signature.group == key.group && signature.writer == key.writer &&
                       (signature.left == key.reader || signature.right == key.reader) &&
                       difference.protocols.contains(key.protocol);
              });
    suites[key.group].cases.push_back(
        {fmt::format("{} read by {}, protocol {}", key.writer, key.reader, key.protocol),
         Failure(counts, findings), counts.Compared() == 0});
  }
  std::vector<Suite> out;
  for (auto& [group, suite] : suites) {
    suite.name = group == kGeneratedGroup ? group : group + ", written again";
    out.push_back(std::move(suite));
  }
  return out;
}

std::vector<Suite> PairSuites(const RunRecord& record) {
  std::map<std::string, Suite> suites;
  for (const auto& [key, counts] : record.pairs) {
    const std::string findings = Findings(record, [&](const Signature& signature, const auto&) {
      return signature.group == key.group && signature.writer.empty() &&
             signature.left == key.left && signature.right == key.right;
    });
    suites[key.group].cases.push_back({fmt::format("{} and {}", key.left, key.right),
                                       Failure(counts, findings), counts.Compared() == 0});
  }
  std::vector<Suite> out;
  for (auto& [group, suite] : suites) {
    suite.name = group + ", read";
    out.push_back(std::move(suite));
  }
  return out;
}

// A test per row: which of its cells differ.
Suite SheetSuite(const Sheet& sheet) {
  Suite suite{.name = sheet.name, .cases = {}};
  for (const SheetRow& row : sheet.rows) {
    const SheetCounts counts = CountsOf(row);
    std::string failure;
    if (counts.differ > 0) {
      failure = fmt::format("{} of {} differ\n", counts.differ, Plural(counts.Total(), "cell"));
    }
    for (size_t i = 0; i < row.cells.size(); ++i) {
      if (row.cells[i].verdict != SheetVerdict::kDiffer) continue;
      failure += fmt::format("{}: {}\n  {}\n", Name(sheet.columns[i]), row.cells[i].text,
                             row.cells[i].detail);
    }
    suite.cases.push_back(
        {fmt::format("{} {}", row.id, row.label), std::move(failure), counts.Answered() == 0});
  }
  return suite;
}

void Append(std::string& out, const Suite& suite, const RunRecord& record) {
  size_t failures = 0;
  size_t skipped = 0;
  for (const TestCase& test : suite.cases) {
    failures += test.failure.empty() ? 0 : 1;
    skipped += test.skipped ? 1 : 0;
  }
  // JUnit's timestamps have no zone.
  std::string_view started = record.started;
  if (started.ends_with('Z')) started.remove_suffix(1);
  out += fmt::format(
      " <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" "
      "time=\"0\" timestamp=\"{}\">\n",
      EscapeXml(suite.name), suite.cases.size(), failures, skipped, EscapeXml(started));
  for (const TestCase& test : suite.cases) {
    out += fmt::format("  <testcase classname=\"pickleproof.{}\" name=\"{}\" time=\"0\"",
                       EscapeXml(suite.name), EscapeXml(test.name));
    if (test.skipped) {
      out += "><skipped message=\"nothing was compared\"/></testcase>\n";
    } else if (!test.failure.empty()) {
      const std::string first = test.failure.substr(0, test.failure.find('\n'));
      out += fmt::format("><failure message=\"{}\">{}</failure></testcase>\n", EscapeXml(first),
                         EscapeXml(test.failure));
    } else {
      out += "/>\n";
    }
  }
  out += " </testsuite>\n";
}

// One character of XML text, or one byte that is none.
void AppendEscaped(std::string& out, std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  switch (character[0]) {
    case '&': out += "&amp;"; return;
    case '<': out += "&lt;"; return;
    case '>': out += "&gt;"; return;
    case '"': out += "&quot;"; return;
    case '\n': out += "&#10;"; return;
    case '\t': out += "&#9;"; return;
    default: break;
  }
  // XML 1.0 section 2.2: no other control characters, no U+FFFE and U+FFFF.
  const bool allowed = first >= 0x20 && character != "\xef\xbf\xbe" && character != "\xef\xbf\xbf";
  out += allowed ? character : kReplacement;
}

}  // namespace

std::string EscapeXml(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view good = text.substr(0, Utf8ErrorOffset(text, false));
    for (size_t at = 0; at < good.size();) {
      const size_t begin = at;
      NextCodePoint(good, &at);
      AppendEscaped(out, good.substr(begin, at - begin));
    }
    text.remove_prefix(good.size());
    if (text.empty()) break;
    out += kReplacement;
    text.remove_prefix(1);
  }
  return out;
}

std::string JunitReport(const RunRecord& record) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out +=
      fmt::format("<testsuites name=\"pickleproof\" time=\"{:.3f}\">\n", record.duration_seconds);
  Append(out, SmokeSuite(record), record);
  for (const Suite& suite : CellSuites(record)) Append(out, suite, record);
  for (const Suite& suite : PairSuites(record)) Append(out, suite, record);
  for (const Sheet& sheet : record.sheets) Append(out, SheetSuite(sheet), record);
  return out + "</testsuites>\n";
}

}  // namespace pickleproof
