#pragma once
// What campaigns found and did, run after run: runs with their progress second by second, findings
// with when they were seen, and what each engine answered. Every call is a transaction, so that a
// process that is killed loses what it had not yet told, a second's worth.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "harness/history/database.h"
#include "harness/reduce/versions.h"

namespace pickleproof {

// The counters of a run: monotonic while it lasts.
struct RunProgress {
  double seconds = 0;
  int64_t executions = 0, accepted = 0, failed_late = 0, disagreements = 0;
  int64_t coverage = 0, features = 0;  // as libFuzzer counts edges and features
  int64_t corpus_files = 0, corpus_bytes = 0;
  int64_t candidates = 0, new_findings = 0;
  friend bool operator==(const RunProgress&, const RunProgress&) = default;
};

struct RunRow {
  int64_t id = 0;
  std::string kind, target, command, started, ended;  // ended is empty while it runs, or was killed
  std::string python;                                 // version of the embedded CPython
  RunProgress progress;
};

struct FindingRow {
  std::string id, signature, what, left, right;  // `what` is the class
  std::string hex;                               // of the smallest input
  bool known = false;
  std::string reason, explanation;
  std::string target;  // that it was found with first
  std::string first_seen, last_seen;
  int64_t count = 0;
  std::vector<std::pair<std::string, std::string>> outcomes;  // by engine
  std::vector<VersionShow> versions;  // of CPython, in which `hex` was tried
};

// How often each engine gave each verdict: engine, verdict.
using VerdictCounts = std::map<std::pair<std::string, std::string>, int64_t>;

class History {
 public:
  // Opens or makes the file, and migrates it.
  static Result<History> Open(const std::string& path);

  // The id of a run that begins now.
  Result<int64_t> BeginRun(std::string_view kind, std::string_view target, std::string_view command,
                           std::string_view python = "");
  // How far it is; a sample for the current second is kept too.
  Result<void> Update(int64_t run, const RunProgress& progress);
  Result<void> SetVerdicts(int64_t run, const VerdictCounts& counts);
  Result<void> EndRun(int64_t run, const RunProgress& progress);

  // Counts a finding as seen now, `times` times. True where its id is new. A smaller input replaces
  // the one that is kept, its outcomes and explanation with it.
  Result<bool> See(const FindingRow& finding, int64_t run, int64_t times = 1);

  // Counts a finding that is there as seen now; false where it is not.
  Result<bool> Count(const std::string& id, int64_t times);

  // Enters in which versions a finding shows, over what is known of the same versions.
  Result<void> SetVersions(const std::string& id, const std::vector<VersionShow>& versions);

  Result<std::vector<FindingRow>> Findings();  // by class, then signature; kError last
  Result<std::vector<RunRow>> Runs();          // the newest first
  // The newest run of this kind and target before `run` that came to its end.
  Result<std::vector<RunRow>> RunsBefore(int64_t run, std::string_view kind,
                                         std::string_view target);

  Database& database() { return database_; }

 private:
  explicit History(Database database) : database_(std::move(database)) {}
  Result<void> Insert(const FindingRow& finding, int64_t run, int64_t times);
  Result<void> KeepIfSmaller(const FindingRow& finding);
  Result<void> SetOutcomes(const FindingRow& finding);
  Result<void> ReadDetails(FindingRow& finding);

  Database database_;
};

}  // namespace pickleproof
