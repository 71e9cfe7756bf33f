#include "harness/matrix/live_campaign.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/check.h"
#include "harness/matrix/live_runner.h"
#include "harness/matrix/live_versions.h"
#include "harness/matrix/machine.h"
#include "harness/matrix/unconfirmed.h"
#include "harness/matrix/workers.h"

namespace pickleproof {
namespace {

// So many unexplained differences are confirmed; further ones are the same few causes.
constexpr size_t kMaxConfirmed = 50;

std::string NameOf(const LiveCampaignOptions& options, uint64_t index) {
  return fmt::format("seed {}, source {}", options.seed, index);
}

std::string CommandOf(const LiveCampaignOptions& options, uint64_t index) {
  return fmt::format("./pickleproof cross --live --seed {} --first {} --sources 1{}", options.seed,
                     index, options.reproduce_arguments);
}

// Of the oldest version: all of them take its sources.
int OldestMinor(const LiveCampaignOptions& options) {
  int minor = options.home.minor;
  for (const LivePython& python : options.others) minor = std::min(minor, python.minor);
  return minor;
}

class LiveWorker final : public Worker {
 public:
  explicit LiveWorker(const LiveCampaignOptions& options)
      : options_(options), runner_(options, record_), versions_(options, record_) {}

  void Run(uint64_t item) override {
    const uint64_t index = options_.first + item;
    const LiveItem live{index, NameOf(options_, index), CommandOf(options_, index)};
    runner_.Run(GeneratedSource(options_.seed, index, {.minor = options_.home.minor}), live,
                tally_);
    if (options_.others.empty() || item % options_.versions_every != 0) return;
    versions_.Run(SourceForVersions(options_, index), live);
  }

  std::string TakeResult() override {
    std::string result =
        nlohmann::json{{"record", ToJson(record_, -1)}, {"tally", ToJson(tally_)}}.dump();
    record_ = runner_.engines();
    PICKLEPROOF_CHECK(Merge(record_, versions_.engines()).has_value());
    tally_ = {};
    return result;
  }

 private:
  const LiveCampaignOptions& options_;
  RunRecord record_;
  LiveTally tally_;
  LiveRunner runner_;
  LiveVersions versions_;
};

Result<void> AddResult(LiveRun& run, const std::string& result) {
  const nlohmann::json parts = nlohmann::json::parse(result, nullptr, false);
  if (!parts.is_object()) return Fail(ErrorCode::kIo, "a worker's result can't be read");
  const auto part = ParseRecord(parts.value("record", ""));
  if (!part) return std::unexpected(part.error());
  const auto tally = ParseLiveTally(parts.value("tally", ""));
  if (!tally) return std::unexpected(tally.error());
  run.tally += *tally;
  return Merge(run.record, *part);
}

Result<LiveRun> RunItems(const LiveCampaignOptions& options) {
  WorkersOptions workers;
  workers.processes = options.processes;
  workers.progress = [&](uint64_t done) {
    if (options.progress) options.progress(done, options.sources);
  };
  auto ran =
      RunWorkers(options.sources, workers, [&] { return std::make_unique<LiveWorker>(options); });
  if (!ran) return std::unexpected(ran.error());
  LiveRun run;
  for (const std::string& result : ran->results) {
    if (auto added = AddResult(run, result); !added) return std::unexpected(added.error());
  }
  for (const CrashedItem& crash : ran->crashed) {
    const uint64_t index = options.first + crash.item;
    Signature signature;
    signature.group = kLiveGroup;
    signature.kind = "crash";
    signature.left = kOriginal;
    signature.right = "a worker process";
    AddDifference(run.record, signature, {0, -1, NameOf(options, index)}, [&] {
      Witness witness;
      witness.right.verdict = Verdict::kCrash;
      witness.right.error = crash.how;
      witness.reproduce = CommandOf(options, index);
      return witness;
    });
  }
  return run;
}

// The source of that name alone in fresh processes.
Result<RunRecord> RunAlone(const LiveCampaignOptions& options, const std::string& name,
                           bool versions) {
  LiveCampaignOptions alone = options;
  alone.progress = nullptr;
  alone.processes = 1;
  alone.sources = 1;
  // Other versions take seconds to start.
  if (!versions) alone.others.clear();
  for (alone.first = options.first; NameOf(alone, alone.first) != name;) ++alone.first;
  auto run = RunItems(alone);
  if (!run) return std::unexpected(run.error());
  return std::move(run->record);
}

// Runs the sources behind unexplained differences again, each alone in fresh processes. Most of
// them show several.
Result<void> Confirm(RunRecord& record, const LiveCampaignOptions& options) {
  std::map<std::string, std::vector<Signature>> by_source;
  size_t count = 0;
  for (const auto& [signature, difference] : record.differences) {
    if (!signature.explained_by.empty() || signature.kind == "crash") continue;
    if (count++ == kMaxConfirmed) break;
    by_source[difference.witness.key.source].push_back(signature);
  }
  for (const auto& [name, signatures] : by_source) {
    const bool versions = std::ranges::any_of(
        signatures, [](const Signature& one) { return one.group != kLiveGroup; });
    const auto again = RunAlone(options, name, versions);
    if (!again) return std::unexpected(again.error());
    for (const Signature& signature : signatures) {
      if (again->differences.contains(signature)) continue;
      SettleUnconfirmed(record, signature);
    }
  }
  return {};
}

// By what `run` puts into the record.
Result<Source> Shrink(const Source& source, RunRecord& record,
                      const std::function<void(const Source&)>& run) {
  const auto unexplained = [&](const Source& candidate) {
    record = RunRecord();
    run(candidate);
    std::vector<Signature> found;
    for (const auto& [signature, difference] : record.differences) {
      // A source that does not run any more shows nothing.
      if (signature.explained_by.empty() && signature.right != kNoReader) {
        found.push_back(signature);
      }
    }
    return found;
  };
  const std::vector<Signature> found = unexplained(source);
  if (found.empty()) return Fail(ErrorCode::kForeign, "the source shows nothing unexplained");
  return ShrinkSource(source, [&](const Source& candidate) {
    const std::vector<Signature> again = unexplained(candidate);
    return std::ranges::find(again, found.front()) != again.end();
  });
}

}  // namespace

Result<LiveRun> RunLiveCampaign(const LiveCampaignOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  const std::string started = NowUtc();
  auto run = RunItems(options);
  if (!run) return run;
  RunRecord& record = run->record;
  record.tool_version = PICKLEPROOF_VERSION;
  record.command_line = options.command_line;
  record.seeds = {options.seed};
  record.started = started;
  record.machine = ThisMachine();
  if (auto confirmed = Confirm(record, options); !confirmed) {
    return std::unexpected(confirmed.error());
  }
  record.ended = NowUtc();
  record.duration_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return run;
}

Source SourceForVersions(const LiveCampaignOptions& options, uint64_t index) {
  return GeneratedSource(options.seed, index, {.minor = OldestMinor(options)});
}

Result<Source> ShrinkLiveDifference(const LiveCampaignOptions& options, const Source& source) {
  RunRecord record;
  LiveTally tally;
  LiveRunner runner(options, record);
  return Shrink(source, record, [&](const Source& candidate) {
    runner.Run(candidate, {options.first, "shrinking", ""}, tally);
  });
}

Result<Source> ShrinkVersionDifference(const LiveCampaignOptions& options, const Source& source) {
  RunRecord record;
  LiveVersions versions(options, record);
  return Shrink(source, record, [&](const Source& candidate) {
    versions.Run(candidate, {options.first, "shrinking", ""});
  });
}

}  // namespace pickleproof
