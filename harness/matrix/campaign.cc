#include "harness/matrix/campaign.h"

#include <chrono>
#include <map>

#include <fmt/format.h>

#include "harness/matrix/engine_set.h"
#include "harness/matrix/machine.h"
#include "harness/matrix/smoke.h"
#include "harness/matrix/unconfirmed.h"
#include "harness/matrix/workers.h"

namespace pickleproof {
namespace {

// Unexplained signatures that are confirmed; past it a run is beyond doubt anyway.
constexpr size_t kMaxConfirmed = 40;

std::string SourceOf(const CampaignOptions& options, uint64_t item) {
  if (item < options.graphs) {
    return fmt::format("seed {}, graph {}", options.seed, options.first + item);
  }
  return options.found[item - options.graphs].name;
}

std::vector<std::string> BlindTo(const Distinctions& distinctions) {
  std::vector<std::string> blind;
  if (!distinctions.py2str) blind.emplace_back("py2str");
  if (!distinctions.obj_from_reduce) blind.emplace_back("obj-from-reduce");
  if (!distinctions.set_order) blind.emplace_back("set-order");
  if (!distinctions.atom_identity) blind.emplace_back("atom-identity");
  return blind;
}

class CampaignWorker final : public Worker {
 public:
  explicit CampaignWorker(const CampaignOptions& options)
      : options_(options), set_(EngineSet::Make()) {
    std::vector<Engine*> readers, writers;
    for (const auto& engine : set_.engines()) {
      const EngineCard& card = engine->card();
      EngineEntry& entry = EngineOf(engines_, card.id);
      entry.name = card.name;
      entry.version = card.version;
      entry.language = card.language;
      entry.reads = card.reads;
      entry.writes = card.writes;
      entry.protocols_read = card.protocols_read;
      entry.protocols_written = card.protocols_written;
      entry.blind_to = BlindTo(card.distinctions);
      entry.smoke_reason = SmokeTest(*engine);
      entry.smoke_ok = entry.smoke_reason.empty();
      if (!entry.smoke_ok) continue;
      if (card.reads) readers.push_back(engine.get());
      if (card.writes) writers.push_back(engine.get());
    }
    for (const std::string& missing : set_.unavailable()) {
      const size_t colon = missing.find(':');
      EngineEntry& entry = EngineOf(engines_, missing.substr(0, colon));
      entry.smoke_reason = "unavailable" + missing.substr(colon);
    }
    record_ = engines_;
    runner_ = std::make_unique<MatrixRunner>(std::move(writers), std::move(readers), record_);
  }

  void Run(uint64_t item) override {
    if (item < options_.graphs) {
      runner_->RunGraph(options_.seed, options_.first + item);
    } else {
      runner_->RunFound(options_.found[item - options_.graphs]);
    }
  }

  std::string TakeResult() override {
    std::string json = ToJson(record_, -1);
    record_ = engines_;
    return json;
  }

 private:
  const CampaignOptions& options_;
  EngineSet set_;
  RunRecord engines_;  // a record that knows the engines and nothing else
  RunRecord record_;
  std::unique_ptr<MatrixRunner> runner_;
};

Result<void> MergeResults(RunRecord& record, const std::vector<std::string>& results) {
  for (const std::string& json : results) {
    auto part = ParseRecord(json);
    if (!part) return std::unexpected(part.error());
    if (auto merged = Merge(record, *part); !merged) return merged;
  }
  return {};
}

void AddCrash(RunRecord& record, const CampaignOptions& options, const CrashedItem& crash) {
  Signature signature;
  signature.group = crash.item < options.graphs ? std::string(kGeneratedGroup)
                                                : options.found[crash.item - options.graphs].group;
  signature.kind = "crash";
  signature.left = kOriginal;
  signature.right = "a worker process";
  WitnessKey key;
  key.source = SourceOf(options, crash.item);
  AddDifference(record, signature, key, [&] {
    Witness witness;
    witness.key = key;
    witness.right.verdict = Verdict::kCrash;
    witness.right.error = crash.how;
    witness.reproduce = crash.item < options.graphs
                            ? fmt::format("./pickleproof cross --seed {} --first {} --graphs 1",
                                          options.seed, options.first + crash.item)
                            : "./pickleproof cross " + key.source;
    return witness;
  });
}

// Runs the items behind unexplained differences again, each alone in a fresh process. What does not
// come back is kept, but no longer as a finding.
Result<void> Confirm(RunRecord& record, const CampaignOptions& options) {
  std::map<std::string, uint64_t> items;
  for (uint64_t i = 0; i < options.graphs + options.found.size(); ++i) {
    items.emplace(SourceOf(options, i), i);
  }
  std::vector<Signature> unexplained;
  for (const auto& [signature, difference] : record.differences) {
    if (signature.explained_by.empty() && signature.kind != "crash") {
      unexplained.push_back(signature);
    }
    if (unexplained.size() == kMaxConfirmed) break;
  }
  for (const Signature& signature : unexplained) {
    const uint64_t item = items.at(record.differences.at(signature).witness.key.source);
    WorkersOptions alone;
    auto again = RunWorkers(1, alone, [&]() -> std::unique_ptr<Worker> {
      class Once final : public Worker {
       public:
        Once(const CampaignOptions& campaign, uint64_t which) : worker_(campaign), item_(which) {}
        void Run(uint64_t /*item*/) override { worker_.Run(item_); }
        std::string TakeResult() override { return worker_.TakeResult(); }

       private:
        CampaignWorker worker_;
        uint64_t item_;
      };
      return std::make_unique<Once>(options, item);
    });
    if (!again) return std::unexpected(again.error());
    RunRecord once;
    if (auto merged = MergeResults(once, again->results); !merged) return merged;
    if (once.differences.contains(signature) || !again->crashed.empty()) continue;
    SettleUnconfirmed(record, signature);
  }
  return {};
}

}  // namespace

Result<RunRecord> RunCampaign(const CampaignOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  RunRecord record;
  record.tool_version = PICKLEPROOF_VERSION;
  record.command_line = options.command_line;
  record.seeds = {options.seed};
  record.started = NowUtc();
  record.machine = ThisMachine();
  const uint64_t total = options.graphs + options.found.size();
  WorkersOptions workers;
  workers.processes = options.processes;
  workers.progress = [&](uint64_t done) {
    if (options.progress) options.progress(done, total);
  };
  auto ran = RunWorkers(total, workers, [&] { return std::make_unique<CampaignWorker>(options); });
  if (!ran) return std::unexpected(ran.error());
  if (auto merged = MergeResults(record, ran->results); !merged) {
    return std::unexpected(merged.error());
  }
  for (const CrashedItem& crash : ran->crashed) AddCrash(record, options, crash);
  if (auto confirmed = Confirm(record, options); !confirmed) {
    return std::unexpected(confirmed.error());
  }
  record.ended = NowUtc();
  record.duration_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return record;
}

}  // namespace pickleproof
