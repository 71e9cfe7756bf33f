#include "harness/cli/fuzz_campaign.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "harness/base/bytes.h"
#include "harness/cli/fuzz_alone.h"
#include "harness/cli/fuzz_command.h"
#include "harness/cli/inputs.h"
#include "harness/python/interpreter.h"
#include "harness/reduce/divergence.h"
#include "harness/reduce/generated_streams.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxDeaths = 50;  // then a target is broken rather than lucky
constexpr auto kTick = std::chrono::milliseconds(250);
constexpr double kSecondsToEnd = 10;
constexpr size_t kGeneratedAtOnce = 1000;
constexpr size_t kMaxGenerated = 4000;  // bytes

volatile std::sig_atomic_t interrupted = 0;
void OnInterrupt(int /*signal*/) { interrupted = 1; }

class Clock {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::pair<int64_t, int64_t> SizeOf(const std::string& folder) {
  int64_t files = 0;
  int64_t bytes = 0;
  std::error_code error;
  for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    std::error_code ignored;
    const auto size = it->file_size(ignored);
    if (ignored) continue;
    ++files;
    bytes += static_cast<int64_t>(size);
  }
  return {files, bytes};
}

// Sorted, so that runs are alike.
std::vector<std::string> FilesOf(const std::string& folder, std::string_view prefix) {
  std::vector<std::string> files;
  std::error_code error;
  for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with(prefix)) files.push_back(it->path().string());
  }
  std::ranges::sort(files);
  return files;
}

// "SUMMARY: AddressSanitizer: heap-use-after-free file.cc:12:3 in f(int)" as "heap-use-after-free".
std::string CauseOf(const std::string& summary) {
  const size_t colon = summary.rfind(": ");
  if (colon == std::string::npos) return "";
  const size_t begin = colon + 2;
  return OneWord(summary.substr(begin, summary.find(' ', begin) - begin));
}

class Campaign {
 public:
  Campaign(const FuzzPlan& plan, const StateFolder& state, History& history,
           const FuzzStatus& status)
      : plan_(plan), state_(state), history_(history), status_(status) {
    report_.target = plan.target.name;
  }

  Result<FuzzReport> Run() {
    auto run = history_.BeginRun("fuzz", plan_.target.name, plan_.command, EmbeddedPythonVersion());
    if (!run) return std::unexpected(run.error());
    run_ = *run;
    const bool generated = plan_.target.name == kGeneratedTarget;
    if (auto done = generated ? RunGenerated() : RunBinary(); !done) {
      return std::unexpected(done.error());
    }
    report_.interrupted = InterruptGuard::Interrupted();
    report_.progress.seconds = clock_.Seconds();
    if (auto done = history_.SetVerdicts(run_, report_.counters.verdicts); !done) {
      return std::unexpected(done.error());
    }
    if (auto done = history_.EndRun(run_, report_.progress); !done) {
      return std::unexpected(done.error());
    }
    return std::move(report_);
  }

 private:
  Result<void> Spawn(size_t slot, double seconds) {
    const std::string log = fmt::format("{}/{}-{}.log", state_.Logs(), plan_.target.name, slot);
    auto process = FuzzProcess::Start(HuntCommand(plan_, state_, seconds), state_.Fuzz(), log);
    if (!process) return std::unexpected(process.error());
    if (slot < processes_.size()) {
      processes_[slot] = std::move(*process);
    } else {
      processes_.push_back(std::move(*process));
    }
    return {};
  }

  // Adds what ended processes counted to what the running ones have.
  FuzzCounters Sum() {
    FuzzCounters sum = ended_;
    for (FuzzProcess& process : processes_) {
      sum += process.Counters(plan_.target.name, state_.Stats());
    }
    return sum;
  }

  Result<void> Tell() {
    report_.counters = Sum();
    RunProgress& progress = report_.progress;
    const FuzzCounters& counters = report_.counters;
    progress.seconds = clock_.Seconds();
    progress.executions = counters.executions;
    progress.accepted = counters.accepted;
    progress.failed_late = counters.failed_late;
    progress.disagreements = counters.disagreements;
    progress.coverage = counters.coverage;
    progress.features = counters.features;
    std::tie(progress.corpus_files, progress.corpus_bytes) =
        SizeOf(state_.Corpus(plan_.target.name));
    if (status_) status_(plan_, progress, report_.collected.fresh.size());
    return history_.Update(run_, progress);
  }

  Result<void> RunBinary() {
    if (!fs::exists(TargetBinary(plan_))) {
      return Fail(ErrorCode::kUsage, TargetBinary(plan_) +
                                         ": no such program; ./pickleproof fuzz builds it, "
                                         "or name the folder with --binaries");
    }
    std::error_code ignored;
    fs::create_directories(state_.Corpus(plan_.target.name), ignored);
    for (size_t slot = 0; slot < plan_.jobs; ++slot) {
      if (auto done = Spawn(slot, plan_.seconds); !done) return done;
    }
    if (auto done = Watch(); !done) return done;
    if (auto done = Tell(); !done) return done;
    if (auto done = CollectCandidates(); !done) return done;
    if (auto done = CollectDeaths(); !done) return done;
    return MergeCorpus();
  }

  // Until the time is up, everybody has ended or somebody wants it to end.
  Result<void> Watch() {
    double told = -1;
    while (true) {
      std::this_thread::sleep_for(kTick);
      const double now = clock_.Seconds();
      const bool stop = InterruptGuard::Interrupted() || now > plan_.seconds + kSecondsToEnd;
      size_t running = 0;
      for (size_t slot = 0; slot < processes_.size(); ++slot) {
        if (processes_[slot].Running()) {
          ++running;
          if (stop) processes_[slot].Interrupt();
        } else if (auto done = Restart(slot, now, running); !done) {
          return done;
        }
      }
      if (now - told >= 1) {
        told = now;
        if (auto done = Tell(); !done) return done;
      }
      if (running == 0 || now > plan_.seconds + 3 * kSecondsToEnd) return {};
    }
  }

  // A process that found a crash has ended: another takes its place.
  Result<void> Restart(size_t slot, double now, size_t& running) {
    if (processes_[slot].Status() == 0 || dead_.contains(slot)) return {};
    ++report_.deaths;
    summaries_.insert(processes_[slot].Summary());
    const double left = plan_.seconds - now;
    if (left < 2 || InterruptGuard::Interrupted() || report_.deaths > kMaxDeaths) {
      dead_.insert(slot);
      return {};
    }
    ended_ += processes_[slot].Counters(plan_.target.name, state_.Stats());
    ++running;
    return Spawn(slot, left);
  }

  Result<void> Take(const std::vector<Candidate>& candidates) {
    Collector collector(state_, history_, run_);
    auto collected = collector.Collect(candidates);
    if (!collected) return std::unexpected(collected.error());
    report_.collected.candidates += collected->candidates;
    report_.collected.divergent += collected->divergent;
    report_.collected.shows = std::move(collected->shows);
    for (FindingRow& row : collected->fresh) report_.collected.fresh.push_back(std::move(row));
    report_.progress.candidates = report_.collected.candidates;
    report_.progress.new_findings = static_cast<int64_t>(report_.collected.fresh.size());
    return {};
  }

  Result<void> CollectCandidates() {
    const auto begin = plan_.target.PickleBegin();
    const std::vector<std::string> files = FilesOf(state_.Candidates(), plan_.target.name + "-");
    std::vector<Candidate> candidates;
    for (const std::string& file : files) {
      auto bytes = ReadWhole(file);
      if (!bytes) return std::unexpected(bytes.error());
      if (begin)
        candidates.push_back({bytes->substr(std::min(*begin, bytes->size())), plan_.target.name});
    }
    if (begin) {
      if (auto done = Take(candidates); !done) return done;
    }
    // What readers show is in the history now. What the target itself has no reason for may break a
    // law that readers know nothing of, whatever they show. The rest is kept aside.
    const bool has_laws = plan_.target.engines == "plain";
    const std::string aside = state_.Fuzz() + "/unconfirmed";
    std::error_code ignored;
    fs::create_directories(aside, ignored);
    for (size_t i = 0; i < files.size(); ++i) {
      bool shows = begin && report_.collected.shows[i];
      if ((!shows || has_laws) && !files[i].ends_with(".known.pkl")) {
        const auto breaks = ConfirmLaw(files[i]);
        if (!breaks) return std::unexpected(breaks.error());
        shows = shows || *breaks;
      }
      if (shows) {
        fs::remove(files[i], ignored);
      } else {
        fs::rename(files[i], aside + "/" + fs::path(files[i]).filename().string(), ignored);
      }
    }
    return {};
  }

  Result<void> CollectDeaths() {
    for (const auto& [kind, what] : {std::pair("crash-", DivergenceClass::kCrash),
                                     std::pair("timeout-", DivergenceClass::kHang),
                                     std::pair("oom-", DivergenceClass::kOutOfMemory),
                                     std::pair("leak-", DivergenceClass::kCrash)}) {
      const auto files = FilesOf(state_.Crashes(), plan_.target.name + "-" + kind);
      if (auto done = ConfirmDeaths(files, what); !done) return done;
    }
    return {};
  }

  // What ends the target alone is a finding, by its cause.
  Result<void> ConfirmDeaths(const std::vector<std::string>& files, DivergenceClass what) {
    for (const std::string& file : files) {
      const auto alone = RunAlone(plan_, state_, file);
      if (!alone) return std::unexpected(alone.error());
      if (alone->ended) {
        const DivergenceSignature signature = {plan_.target.name, "",
                                               alone->hangs ? DivergenceClass::kHang : what,
                                               CauseOf(alone->summary), ""};
        if (auto done = EnterFile(signature, file, alone->summary); !done) return done;
      }
      std::error_code ignored;
      fs::create_directories(state_.Crashes() + "/done", ignored);
      fs::rename(file, state_.Crashes() + "/done/" + fs::path(file).filename().string(), ignored);
    }
    return {};
  }

  // What breaks a law of the target alone is a finding, by the law.
  Result<bool> ConfirmLaw(const std::string& file) {
    const auto alone = RunAlone(plan_, state_, file);
    if (!alone) return std::unexpected(alone.error());
    if (alone->law.empty()) return false;
    if (auto done = ReduceAlone(plan_, state_, file, alone->law); !done) {
      return std::unexpected(done.error());
    }
    const DivergenceSignature signature = {plan_.target.name, "", DivergenceClass::kLaw,
                                           OneWord(alone->law), ""};
    if (auto done = EnterFile(signature, file, alone->law); !done) {
      return std::unexpected(done.error());
    }
    return true;
  }

  Result<void> EnterFile(const DivergenceSignature& signature, const std::string& file,
                         const std::string& summary) {
    const auto bytes = ReadWhole(file);
    if (!bytes) return std::unexpected(bytes.error());
    FindingRow row;
    row.id = Id(signature);
    row.signature = ToText(signature);
    row.what = Name(signature.what);
    row.left = plan_.target.name;
    row.hex = ToHex(*bytes);
    row.target = plan_.target.name;
    row.explanation = fmt::format(
        "fuzz_{} ends on this input (with PICKLEPROOF_FUZZ_ABORT=1 in its environment): {}",
        plan_.target.name, summary);
    Collector collector(state_, history_, run_);
    return collector.Enter(std::move(row), *bytes, report_.collected);
  }

  // The inputs that are needed for what all of them cover take the place of all.
  Result<void> MergeCorpus() {
    const std::string merged = state_.MergedCorpus(plan_.target.name);
    const std::string corpus = state_.Corpus(plan_.target.name);
    std::error_code ignored;
    fs::remove_all(merged, ignored);
    fs::create_directories(merged, ignored);
    auto process = FuzzProcess::Start(MergeCommand(plan_, state_, merged, corpus), state_.Logs(),
                                      state_.Logs() + "/" + plan_.target.name + "-merge.log");
    if (!process) return std::unexpected(process.error());
    const Clock clock;
    const double patience = std::max(60.0, plan_.seconds / 2);
    while (process->Running() && clock.Seconds() < patience) std::this_thread::sleep_for(kTick);
    // Nothing is lost: until the merge is complete the corpus stays as it is.
    if (process->Running() || process->Status() != 0 || SizeOf(merged).first == 0) return {};
    const std::string old = corpus + ".old";
    fs::remove_all(old, ignored);
    fs::rename(corpus, old, ignored);
    fs::rename(merged, corpus, ignored);
    fs::remove_all(old, ignored);
    std::tie(report_.progress.corpus_files, report_.progress.corpus_bytes) = SizeOf(corpus);
    return {};
  }

  // The streams that no earlier run has looked at with this version.
  Result<void> RunGenerated() {
    const auto before = history_.database().Query(
        "SELECT sum(executions) FROM runs WHERE target = ? AND id < ? AND python = ?",
        {std::string(kGeneratedTarget), run_, EmbeddedPythonVersion()});
    if (!before) return std::unexpected(before.error());
    uint64_t number = static_cast<uint64_t>(AsInt(before->at(0).at(0)));
    GeneratedStreams streams;
    while (clock_.Seconds() < plan_.seconds && !InterruptGuard::Interrupted()) {
      std::vector<Candidate> candidates;
      for (size_t i = 0; i < kGeneratedAtOnce; ++i) {
        std::string stream = streams.Make(number++);
        if (stream.size() <= kMaxGenerated) {
          candidates.push_back({std::move(stream), std::string(kGeneratedTarget)});
        }
      }
      if (auto done = Take(candidates); !done) return done;
      report_.progress.executions += static_cast<int64_t>(kGeneratedAtOnce);
      report_.progress.disagreements = report_.collected.divergent;
      report_.progress.seconds = clock_.Seconds();
      if (status_) status_(plan_, report_.progress, report_.collected.fresh.size());
      if (auto done = history_.Update(run_, report_.progress); !done) return done;
    }
    return {};
  }

  const FuzzPlan& plan_;
  const StateFolder& state_;
  History& history_;
  const FuzzStatus& status_;
  Clock clock_;
  int64_t run_ = 0;
  std::vector<FuzzProcess> processes_;
  std::set<size_t> dead_;
  std::set<std::string> summaries_;
  FuzzCounters ended_;
  FuzzReport report_;
};

}  // namespace

InterruptGuard::InterruptGuard() {
  interrupted = 0;
  std::signal(SIGINT, OnInterrupt);
  std::signal(SIGTERM, OnInterrupt);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool InterruptGuard::Interrupted() { return interrupted != 0; }

Result<FuzzReport> RunFuzzPlan(const FuzzPlan& plan, const StateFolder& state, History& history,
                               const FuzzStatus& status) {
  return Campaign(plan, state, history, status).Run();
}

}  // namespace pickleproof
