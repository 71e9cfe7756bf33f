#pragma once
// What one night came to, as a value, and the three ways to write it: JSON, text for the terminal,
// one HTML page in the style of the reports.

#include <cstdint>
#include <string>
#include <vector>

#include "harness/cli/fuzz_campaign.h"
#include "harness/cli/night_coverage.h"
#include "harness/history/history.h"

namespace pickleproof {

struct NightRecord {
  std::string command, started, ended;
  double seconds = 0;
  size_t regressions = 0;                        // replayed
  std::vector<std::string> regression_problems;  // a line each
  std::vector<FuzzReport> targets;
  std::vector<std::string> skipped;  // a line each: which target, and why
  NightCoverage coverage;            // of all corpora together
  std::vector<FindingRow> findings;  // all that the history has
  std::vector<std::string> fresh;    // ids of those that are new tonight

  // New findings without a known reason.
  std::vector<const FindingRow*> NewUnknown() const;
  // Nothing new that is unknown, no regression that changed.
  bool Good() const { return NewUnknown().empty() && regression_problems.empty(); }
};

std::string NightJson(const NightRecord& record);
std::string NightText(const NightRecord& record);
std::string NightHtml(const NightRecord& record);

// "protocol 4 lacks LONG4, ...": the opcodes that no target reached at a protocol that has them;
// empty where every one was, or where no target counts them.
std::vector<std::string> UnreachedOpcodes(const std::vector<FuzzReport>& targets);

}  // namespace pickleproof
