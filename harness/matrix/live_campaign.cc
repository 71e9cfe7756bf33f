#include "harness/matrix/live_campaign.h"

#include <chrono>

#include <fmt/format.h>

#include "harness/matrix/live_runner.h"
#include "harness/matrix/machine.h"
#include "harness/matrix/workers.h"

namespace pickleproof {
namespace {

// So many unexplained differences are confirmed; further ones are the same few causes.
constexpr size_t kMaxConfirmed = 50;
constexpr std::string_view kUnconfirmed = "unconfirmed";

std::string NameOf(const LiveCampaignOptions& options, uint64_t index) {
  return fmt::format("seed {}, source {}", options.seed, index);
}

std::string CommandOf(const LiveCampaignOptions& options, uint64_t index) {
  return fmt::format("./pickleproof cross --live --seed {} --first {} --sources 1", options.seed,
                     index);
}

class LiveWorker final : public Worker {
 public:
  explicit LiveWorker(const LiveCampaignOptions& options)
      : options_(options), runner_(options, record_) {}

  void Run(uint64_t item) override {
    const uint64_t index = options_.first + item;
    runner_.Run(GeneratedSource(options_.seed, index, {.minor = options_.minor}),
                NameOf(options_, index), CommandOf(options_, index));
  }

  std::string TakeResult() override {
    std::string json = ToJson(record_, -1);
    record_ = runner_.engines();
    return json;
  }

 private:
  const LiveCampaignOptions& options_;
  RunRecord record_;
  LiveRunner runner_;
};

Result<RunRecord> RunItems(const LiveCampaignOptions& options) {
  WorkersOptions workers;
  workers.processes = options.processes;
  workers.progress = [&](uint64_t done) {
    if (options.progress) options.progress(done, options.sources);
  };
  auto ran =
      RunWorkers(options.sources, workers, [&] { return std::make_unique<LiveWorker>(options); });
  if (!ran) return std::unexpected(ran.error());
  RunRecord record;
  for (const std::string& json : ran->results) {
    auto part = ParseRecord(json);
    if (!part) return std::unexpected(part.error());
    if (auto merged = Merge(record, *part); !merged) return std::unexpected(merged.error());
  }
  for (const CrashedItem& crash : ran->crashed) {
    const uint64_t index = options.first + crash.item;
    Signature signature;
    signature.group = kLiveGroup;
    signature.kind = "crash";
    signature.left = kOriginal;
    signature.right = "a worker process";
    AddDifference(record, signature, {0, -1, NameOf(options, index)}, [&] {
      Witness witness;
      witness.right.verdict = Verdict::kCrash;
      witness.right.error = crash.how;
      witness.reproduce = CommandOf(options, index);
      return witness;
    });
  }
  return record;
}

// Runs the sources behind unexplained differences again, each alone in fresh processes.
Result<void> Confirm(RunRecord& record, const LiveCampaignOptions& options) {
  std::vector<Signature> unexplained;
  for (const auto& [signature, difference] : record.differences) {
    if (!signature.explained_by.empty() || signature.kind == "crash") continue;
    if (unexplained.size() == kMaxConfirmed) break;
    unexplained.push_back(signature);
  }
  for (const Signature& signature : unexplained) {
    const std::string& name = record.differences.at(signature).witness.key.source;
    LiveCampaignOptions alone = options;
    alone.progress = nullptr;
    alone.processes = 1;
    alone.sources = 1;
    for (alone.first = options.first; NameOf(alone, alone.first) != name;) ++alone.first;
    auto again = RunItems(alone);
    if (!again) return std::unexpected(again.error());
    if (again->differences.contains(signature)) continue;
    auto moved = record.differences.extract(signature);
    record.unexplained_witnesses -= moved.mapped().count;
    ReasonOf(record, kUnconfirmed, "It did not happen again alone in a fresh process.").count +=
        moved.mapped().count;
    moved.key().explained_by = kUnconfirmed;
    record.differences.insert(std::move(moved));
  }
  return {};
}

}  // namespace

Result<RunRecord> RunLiveCampaign(const LiveCampaignOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  const std::string started = NowUtc();
  auto record = RunItems(options);
  if (!record) return record;
  record->tool_version = PICKLEPROOF_VERSION;
  record->command_line = options.command_line;
  record->seeds = {options.seed};
  record->started = started;
  record->machine = ThisMachine();
  if (auto confirmed = Confirm(*record, options); !confirmed) {
    return std::unexpected(confirmed.error());
  }
  record->ended = NowUtc();
  record->duration_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return record;
}

Result<Source> ShrinkLiveDifference(const LiveCampaignOptions& options, const Source& source) {
  RunRecord record;
  LiveRunner runner(options, record);
  const auto unexplained = [&](const Source& candidate) {
    record = runner.engines();
    runner.Run(candidate, "shrinking", "");
    std::vector<Signature> found;
    for (const auto& [signature, difference] : record.differences) {
      // A source that does not run any more shows nothing.
      if (signature.explained_by.empty() && signature.right != "none") found.push_back(signature);
    }
    return found;
  };
  const std::vector<Signature> found = unexplained(source);
  if (found.empty()) return Fail(ErrorCode::kForeign, "the source shows nothing unexplained");
  return ShrinkSource(source, [&](const Source& candidate) {
    const std::vector<Signature> again = unexplained(candidate);
    return !again.empty() && again.front() == found.front();
  });
}

LiveShare ShareOfLive(const RunRecord& record) {
  LiveShare share;
  for (const auto& [key, counts] : record.cells) {
    if (key.group != kLiveGroup) continue;
    share.cells += counts.Total();
    share.reached += counts.Compared();
  }
  return share;
}

}  // namespace pickleproof
