#include "harness/history/history.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/history/schema.h"
#include "harness/matrix/record.h"
#include "harness/reduce/divergence.h"

namespace pickleproof {
namespace {

constexpr std::string_view kRunColumns =
    "id, kind, target, command, started, ended, seconds, executions, accepted, failed_late, "
    "disagreements, coverage, features, corpus_files, corpus_bytes, candidates, new_findings, "
    "python";

RunRow ToRun(const SqlRow& row) {
  RunRow run;
  run.id = AsInt(row[0]);
  run.kind = AsText(row[1]);
  run.target = AsText(row[2]);
  run.command = AsText(row[3]);
  run.started = AsText(row[4]);
  run.ended = AsText(row[5]);
  run.progress = {AsReal(row[6]), AsInt(row[7]),  AsInt(row[8]),  AsInt(row[9]),
                  AsInt(row[10]), AsInt(row[11]), AsInt(row[12]), AsInt(row[13]),
                  AsInt(row[14]), AsInt(row[15]), AsInt(row[16])};
  run.python = AsText(row[17]);
  return run;
}

std::vector<RunRow> ToRuns(const std::vector<SqlRow>& rows) {
  std::vector<RunRow> runs;
  runs.reserve(rows.size());
  for (const SqlRow& row : rows) runs.push_back(ToRun(row));
  return runs;
}

std::pair<size_t, std::string> RankOf(const FindingRow& finding) {
  const auto what = DivergenceClassOf(finding.what);
  return {what ? static_cast<size_t>(*what) : kDivergenceClassCount, finding.signature};
}

}  // namespace

Result<History> History::Open(const std::string& path) {
  auto database = Database::Open(path);
  if (!database) return std::unexpected(database.error());
  if (auto migrated = Migrate(*database); !migrated) return std::unexpected(migrated.error());
  return History(std::move(*database));
}

Result<int64_t> History::BeginRun(std::string_view kind, std::string_view target,
                                  std::string_view command, std::string_view python) {
  auto done = database_.Run(
      "INSERT INTO runs (kind, target, command, started, python) VALUES (?, ?, ?, ?, ?)",
      {std::string(kind), std::string(target), std::string(command), NowUtc(),
       std::string(python)});
  if (!done) return std::unexpected(done.error());
  return database_.LastRowId();
}

Result<void> History::Update(int64_t run, const RunProgress& progress) {
  Transaction transaction(database_);
  auto done = database_.Run(
      "UPDATE runs SET seconds = ?, executions = ?, accepted = ?, failed_late = ?, "
      "disagreements = ?, coverage = ?, features = ?, corpus_files = ?, corpus_bytes = ?, "
      "candidates = ?, new_findings = ? WHERE id = ?",
      {progress.seconds, progress.executions, progress.accepted, progress.failed_late,
       progress.disagreements, progress.coverage, progress.features, progress.corpus_files,
       progress.corpus_bytes, progress.candidates, progress.new_findings, run});
  if (!done) return done;
  done = database_.Run(
      "INSERT OR REPLACE INTO samples (run, second, executions, coverage, corpus_files) "
      "VALUES (?, ?, ?, ?, ?)",
      {run, static_cast<int64_t>(progress.seconds), progress.executions, progress.coverage,
       progress.corpus_files});
  if (!done) return done;
  return transaction.Commit();
}

Result<void> History::SetVerdicts(int64_t run, const VerdictCounts& counts) {
  Transaction transaction(database_);
  for (const auto& [key, count] : counts) {
    auto done = database_.Run(
        "INSERT OR REPLACE INTO verdicts (run, engine, verdict, count) VALUES (?, ?, ?, ?)",
        {run, key.first, key.second, count});
    if (!done) return done;
  }
  return transaction.Commit();
}

Result<void> History::EndRun(int64_t run, const RunProgress& progress) {
  if (auto done = Update(run, progress); !done) return done;
  return database_.Run("UPDATE runs SET ended = ? WHERE id = ?", {NowUtc(), run});
}

Result<void> History::Insert(const FindingRow& finding, int64_t run, int64_t times) {
  const std::string now = NowUtc();
  auto done = database_.Run(
      "INSERT INTO findings (id, signature, class, left_reader, right_reader, hex, known, reason, "
      "explanation, target, first_seen, last_seen, count, first_run) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {finding.id, finding.signature, finding.what, finding.left, finding.right, finding.hex,
       int64_t{finding.known}, finding.reason, finding.explanation, finding.target, now, now, times,
       run == 0 ? SqlValue() : SqlValue(run)});
  if (!done) return done;
  return SetOutcomes(finding);
}

Result<void> History::SetOutcomes(const FindingRow& finding) {
  for (const auto& [engine, answer] : finding.outcomes) {
    auto done =
        database_.Run("INSERT OR REPLACE INTO outcomes (finding, engine, answer) VALUES (?, ?, ?)",
                      {finding.id, engine, answer});
    if (!done) return done;
  }
  return SetVersions(finding.id, finding.versions);
}

Result<void> History::SetVersions(const std::string& id, const std::vector<VersionShow>& versions) {
  for (const VersionShow& version : versions) {
    auto done =
        database_.Run("INSERT OR REPLACE INTO versions (finding, version, shows) VALUES (?, ?, ?)",
                      {id, version.version, int64_t{version.shows}});
    if (!done) return done;
  }
  return {};
}

Result<void> History::KeepIfSmaller(const FindingRow& finding) {
  auto done = database_.Run(
      "UPDATE findings SET hex = ?1, known = ?2, reason = ?3, explanation = ?4 WHERE id = ?5 AND "
      "(length(hex), hex) >= (length(?1), ?1)",
      {finding.hex, int64_t{finding.known}, finding.reason, finding.explanation, finding.id});
  if (!done || database_.Changes() == 0) return done;
  // What was known of the versions was known of the other input.
  done = database_.Run("DELETE FROM versions WHERE finding = ?", {finding.id});
  return done ? SetOutcomes(finding) : done;
}

Result<bool> History::Count(const std::string& id, int64_t times) {
  auto done = database_.Run("UPDATE findings SET last_seen = ?, count = count + ? WHERE id = ?",
                            {NowUtc(), times, id});
  if (!done) return std::unexpected(done.error());
  return database_.Changes() != 0;
}

Result<bool> History::See(const FindingRow& finding, int64_t run, int64_t times) {
  Transaction transaction(database_);
  const auto counted = Count(finding.id, times);
  if (!counted) return counted;
  const bool is_new = !*counted;
  Result<void> done = is_new ? Insert(finding, run, times) : KeepIfSmaller(finding);
  if (done) done = transaction.Commit();
  if (!done) return std::unexpected(done.error());
  return is_new;
}

Result<void> History::ReadDetails(FindingRow& finding) {
  const auto outcomes = database_.Query(
      "SELECT engine, answer FROM outcomes WHERE finding = ? ORDER BY rowid", {finding.id});
  if (!outcomes) return std::unexpected(outcomes.error());
  for (const SqlRow& outcome : *outcomes) {
    finding.outcomes.emplace_back(AsText(outcome[0]), AsText(outcome[1]));
  }
  // 3.9 before 3.10.
  const auto versions = database_.Query(
      "SELECT version, shows FROM versions WHERE finding = ? ORDER BY length(version), version",
      {finding.id});
  if (!versions) return std::unexpected(versions.error());
  for (const SqlRow& version : *versions) {
    finding.versions.push_back({AsText(version[0]), AsInt(version[1]) != 0});
  }
  return {};
}

Result<std::vector<FindingRow>> History::Findings() {
  const auto rows = database_.Query(
      "SELECT id, signature, class, left_reader, right_reader, hex, known, reason, explanation, "
      "target, first_seen, last_seen, count FROM findings ORDER BY signature");
  if (!rows) return std::unexpected(rows.error());
  std::vector<FindingRow> findings;
  for (const SqlRow& row : *rows) {
    FindingRow& finding = findings.emplace_back();
    std::string* const texts[] = {&finding.id,   &finding.signature, &finding.what,
                                  &finding.left, &finding.right,     &finding.hex};
    for (size_t i = 0; i < std::size(texts); ++i) *texts[i] = AsText(row[i]);
    finding.known = AsInt(row[6]) != 0;
    std::string* const more[] = {&finding.reason, &finding.explanation, &finding.target,
                                 &finding.first_seen, &finding.last_seen};
    for (size_t i = 0; i < std::size(more); ++i) *more[i] = AsText(row[7 + i]);
    finding.count = AsInt(row[12]);
    if (auto done = ReadDetails(finding); !done) return std::unexpected(done.error());
  }
  std::ranges::sort(findings, {}, RankOf);
  return findings;
}

Result<std::vector<RunRow>> History::Runs() {
  const auto rows =
      database_.Query(fmt::format("SELECT {} FROM runs ORDER BY id DESC", kRunColumns));
  if (!rows) return std::unexpected(rows.error());
  return ToRuns(*rows);
}

Result<std::vector<RunRow>> History::RunsBefore(int64_t run, std::string_view kind,
                                                std::string_view target) {
  const auto rows = database_.Query(
      fmt::format("SELECT {} FROM runs WHERE id < ? AND kind = ? AND target = ? AND ended IS NOT "
                  "NULL ORDER BY id DESC LIMIT 1",
                  kRunColumns),
      {run, std::string(kind), std::string(target)});
  if (!rows) return std::unexpected(rows.error());
  return ToRuns(*rows);
}

}  // namespace pickleproof
