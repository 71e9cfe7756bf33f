// findings and promote: what campaigns found, and how it becomes a regression input.

#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/bytes.h"
#include "harness/cli/inputs.h"
#include "harness/cli/state.h"
#include "harness/cli/verbs.h"
#include "harness/history/history.h"
#include "harness/reduce/regressions.h"
#include "harness/reduce/version_judges.h"

namespace pickleproof {
namespace {

using nlohmann::ordered_json;

// The history of a state folder that must be there: asking must not make one.
Result<History> OpenHistory(const StateArgument& state) {
  const std::string path = state.Folder().Database();
  if (std::error_code ignored; !std::filesystem::exists(path, ignored)) {
    return Fail(ErrorCode::kUsage,
                state.path + ": no history; ./pickleproof fuzz and nightly make one");
  }
  return History::Open(path);
}

struct FindingsVerb {
  StateArgument state;
  bool as_json = false;
  bool unknown = false;
  bool versions = false;
};

void PrintJson(const FindingRow& row) {
  ordered_json outcomes = ordered_json::object();
  for (const auto& [engine, answer] : row.outcomes) outcomes[engine] = answer;
  ordered_json versions = ordered_json::object();
  for (const VersionShow& version : row.versions) versions[version.version] = version.shows;
  const ordered_json json = {{"id", row.id},
                             {"signature", row.signature},
                             {"engines", {row.left, row.right}},
                             {"class", row.what},
                             {"hex", row.hex},
                             {"outcomes", outcomes},
                             {"first_seen", row.first_seen},
                             {"known", row.known},
                             {"explanation", row.explanation},
                             {"versions", versions}};
  fmt::print("{}\n", json.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

void PrintText(const FindingRow& row) {
  fmt::print("{}  {}  {}x since {}\n  {}\n  {}\n", row.id, row.signature, row.count, row.first_seen,
             row.hex, row.explanation);
  if (!row.versions.empty()) fmt::print("  {}\n", ToText(row.versions));
}

bool WasTriedInAll(const FindingRow& row, const std::vector<std::string>& versions) {
  return std::ranges::all_of(versions, [&](const std::string& version) {
    return std::ranges::find(row.versions, version, &VersionShow::version) != row.versions.end();
  });
}

// Tries each finding in the versions in which it was not tried yet.
Result<void> TryInVersions(History& history) {
  auto rows = history.Findings();
  if (!rows) return std::unexpected(rows.error());
  VersionJudges judges = VersionJudges::Start();
  for (const FindingRow& row : *rows) {
    const auto signature = ParseDivergenceSignature(row.signature);
    const auto stream = FromHex(row.hex);
    if (!signature || !stream || !DependsOnVersion(*signature) ||
        WasTriedInAll(row, judges.versions())) {
      continue;
    }
    const auto shows = ShowsIn(*signature, judges.Ask(*stream, &*signature));
    if (auto done = history.SetVersions(row.id, shows); !done) return done;
  }
  for (const std::string& missing : judges.unavailable()) {
    fmt::print(stderr, "unavailable: {}\n", missing);
  }
  return {};
}

int RunFindings(const FindingsVerb& verb) {
  auto history = OpenHistory(verb.state);
  if (!history) return Refuse(history.error().message);
  if (verb.versions) {
    if (auto done = TryInVersions(*history); !done) return Refuse(done.error().message);
  }
  const auto rows = history->Findings();
  if (!rows) return Refuse(rows.error().message);
  size_t shown = 0;
  size_t unknown = 0;
  for (const FindingRow& row : *rows) {
    unknown += row.known ? 0 : 1;
    if (verb.unknown && row.known) continue;
    ++shown;
    if (verb.as_json) {
      PrintJson(row);
    } else {
      PrintText(row);
    }
  }
  if (!verb.as_json) fmt::print("{} findings, {} without a known reason\n", shown, unknown);
  return kAgreed;
}

struct PromoteVerb {
  std::string id;
  std::string slug;
  std::string explanation;
  std::string folder = PICKLEPROOF_SOURCE_DIR "/corpus/regressions";
  StateArgument state;
};

int RunPromote(const PromoteVerb& verb) {
  if (!IsFindingId(verb.id)) {
    return Refuse(fmt::format("'{}' is no id of a finding, which has twelve hex digits", verb.id));
  }
  auto history = OpenHistory(verb.state);
  if (!history) return Refuse(history.error().message);
  const auto rows = history->Findings();
  if (!rows) return Refuse(rows.error().message);
  const auto row = std::ranges::find(*rows, verb.id, &FindingRow::id);
  if (row == rows->end()) {
    return Refuse("no finding " + verb.id + " in " + verb.state.path +
                  "; ./pickleproof findings lists them");
  }
  Regression regression{verb.slug.empty() ? SlugOf(row->signature) : verb.slug,
                        row->signature,
                        verb.explanation.empty() ? row->explanation : verb.explanation,
                        {row->outcomes.begin(), row->outcomes.end()},
                        row->versions};
  if (regression.slug != SlugOf(regression.slug)) {
    return Refuse("--as takes words of lower case letters and digits, with dashes between");
  }
  const auto stream = FromHex(row->hex);
  if (!stream) return Refuse(stream.error().message);
  if (auto added = AddRegression(verb.folder, regression, *stream); !added) {
    return Refuse(added.error().message);
  }
  fmt::print("{}/{}.pkl\n{}\n", verb.folder, regression.slug, regression.explanation);
  return kAgreed;
}

}  // namespace

void AddFindings(CLI::App& app, int* status) {
  auto verb = std::make_shared<FindingsVerb>();
  CLI::App* findings = app.add_subcommand(
      "findings", "List the disagreements that campaigns found, each with its smallest input");
  findings->add_flag("--json", verb->as_json, "One JSON object per finding");
  findings->add_flag("--unknown", verb->unknown, "Only those without a known reason");
  findings->add_flag("--versions", verb->versions,
                     "First try each in the versions of CPython in which it was not tried yet");
  verb->state.AddTo(*findings);
  findings->callback([verb, status] { *status = RunFindings(*verb); });
}

void AddPromote(CLI::App& app, int* status) {
  auto verb = std::make_shared<PromoteVerb>();
  CLI::App* promote = app.add_subcommand(
      "promote", "Make a finding a regression input, which ctest replays from then on");
  promote->add_option("ID", verb->id, "Of the finding (see findings)")->required();
  promote->add_option("--as", verb->slug, "Name of the file; else made of the signature");
  promote->add_option("--explain", verb->explanation, "One sentence; else that of the finding");
  promote->add_option("--to", verb->folder, "Folder of the regression inputs")
      ->type_name("DIR")
      ->capture_default_str();
  verb->state.AddTo(*promote);
  promote->callback([verb, status] { *status = RunPromote(*verb); });
}

}  // namespace pickleproof
