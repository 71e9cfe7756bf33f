#include "harness/history/schema.h"

#include <array>
#include <string>

#include <fmt/format.h>

namespace pickleproof {
namespace {

constexpr std::string_view kRunsAndFindings = R"(
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  command TEXT NOT NULL,
  started TEXT NOT NULL,
  ended TEXT,
  seconds REAL NOT NULL DEFAULT 0,
  executions INTEGER NOT NULL DEFAULT 0,
  accepted INTEGER NOT NULL DEFAULT 0,
  failed_late INTEGER NOT NULL DEFAULT 0,
  disagreements INTEGER NOT NULL DEFAULT 0,
  coverage INTEGER NOT NULL DEFAULT 0,
  features INTEGER NOT NULL DEFAULT 0,
  corpus_files INTEGER NOT NULL DEFAULT 0,
  corpus_bytes INTEGER NOT NULL DEFAULT 0,
  candidates INTEGER NOT NULL DEFAULT 0,
  new_findings INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE findings (
  id TEXT PRIMARY KEY,
  signature TEXT NOT NULL,
  class TEXT NOT NULL,
  left_reader TEXT NOT NULL,
  right_reader TEXT NOT NULL,
  hex TEXT NOT NULL,
  known INTEGER NOT NULL,
  reason TEXT NOT NULL,
  explanation TEXT NOT NULL,
  target TEXT NOT NULL,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  count INTEGER NOT NULL,
  first_run INTEGER REFERENCES runs (id)
);
CREATE TABLE outcomes (
  finding TEXT NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
  engine TEXT NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (finding, engine)
);
)";

constexpr std::string_view kSamplesAndVerdicts = R"(
CREATE TABLE samples (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  second INTEGER NOT NULL,
  executions INTEGER NOT NULL,
  coverage INTEGER NOT NULL,
  corpus_files INTEGER NOT NULL,
  PRIMARY KEY (run, second)
);
CREATE TABLE verdicts (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  engine TEXT NOT NULL,
  verdict TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (run, engine, verdict)
);
)";

constexpr std::string_view kVersions = R"(
CREATE TABLE versions (
  finding TEXT NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
  version TEXT NOT NULL,
  shows INTEGER NOT NULL,
  PRIMARY KEY (finding, version)
);
ALTER TABLE runs ADD COLUMN python TEXT NOT NULL DEFAULT '';
)";

constexpr std::array<std::string_view, 3> kMigrations = {kRunsAndFindings, kSamplesAndVerdicts,
                                                         kVersions};

Result<int64_t> VersionOf(Database& database) {
  const auto rows = database.Query("PRAGMA user_version");
  if (!rows) return std::unexpected(rows.error());
  return AsInt(rows->at(0).at(0));
}

}  // namespace

std::span<const std::string_view> Migrations() { return kMigrations; }

Result<void> Migrate(Database& database, int64_t target) {
  // What another process migrates meanwhile is seen, since the version is read within.
  while (true) {
    Transaction transaction(database);
    const auto version = VersionOf(database);
    if (!version) return std::unexpected(version.error());
    if (*version > SchemaVersion()) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("the history has schema version {}, this program knows {}; use a "
                              "newer pickleproof or another --state",
                              *version, SchemaVersion()));
    }
    if (*version >= target) return transaction.Commit();
    const auto step = static_cast<size_t>(*version);
    if (auto done = database.RunScript(std::string(kMigrations[step])); !done) return done;
    if (auto done = database.RunScript(fmt::format("PRAGMA user_version = {}", step + 1)); !done) {
      return done;
    }
    if (auto done = transaction.Commit(); !done) return done;
  }
}

}  // namespace pickleproof
