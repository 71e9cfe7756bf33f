#pragma once
// From inputs that may show something to findings: each is looked at in a process that may die of
// it, what is new is confirmed alone in a fresh process, reduced there, described in a folder and
// entered in the history. The caller must not have started an interpreter.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/history/history.h"
#include "harness/history/state_folder.h"
#include "harness/reduce/version_judges.h"

namespace pickleproof {

// The target whose candidates are looked at for what they cost.
inline constexpr std::string_view kResourceTarget = "resource";

struct Candidate {
  std::string stream;
  std::string target;  // that found it
};

struct Collected {
  int64_t candidates = 0;
  int64_t divergent = 0;          // that show something, known or not
  std::vector<bool> shows;        // of each candidate, whether it does
  std::vector<FindingRow> fresh;  // findings that the history did not have
  int64_t NewUnknown() const;
};

class Collector {
 public:
  Collector(const StateFolder& state, History& history, int64_t run)
      : state_(state), history_(history), run_(run) {}

  Result<Collected> Collect(const std::vector<Candidate>& candidates);

  // Enters a finding that was made elsewhere: what ended a fuzz target. The stream is kept in its
  // folder as it is.
  Result<void> Enter(FindingRow row, std::string_view stream, Collected& collected);

 private:
  // What was seen of one signature: how often, and the smallest candidate.
  struct Seen {
    int64_t times = 0;
    size_t candidate = 0;
  };

  // Started when the first finding needs them.
  VersionJudges& Judges();
  Result<void> LookAtAll(const std::vector<Candidate>& candidates, Collected& collected);
  Result<void> ExamineDeath(const Candidate& candidate, Collected& collected);
  Result<void> Describe(const std::string& signature, const Seen& seen, const Candidate& candidate,
                        Collected& collected);

  const StateFolder& state_;
  History& history_;
  int64_t run_;
  std::map<std::string, Seen> seen_;
  std::optional<VersionJudges> judges_;
};

// Of the JSON of finding_report.h.
Result<FindingRow> ParseFinding(std::string_view json);

}  // namespace pickleproof
