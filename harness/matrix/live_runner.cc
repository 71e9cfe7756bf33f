#include "harness/matrix/live_runner.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "harness/pickle/disassembler.h"
#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"
#include "oracles/live/live_loss.h"

namespace pickleproof {
namespace {

constexpr std::string_view kPlain = "plain";
constexpr std::string_view kDill = "dill";
constexpr std::string_view kOwn = "pickleproof";
// Our machine reads the stream inertly and our pickler writes it again, which is read live then.
constexpr std::string_view kTranscoded = "pickleproof";

// The stream as our own reader and writer give it on, or why they don't.
Result<std::string> Transcode(std::string_view stream, int protocol) {
  const Outcome outcome = Load(stream, {});
  if (outcome.verdict != Verdict::kAccept) {
    return Fail(ErrorCode::kForeign,
                outcome.error ? ToString(*outcome.error) : std::string(Name(outcome.verdict)));
  }
  DumpOptions options;
  options.protocol = protocol;
  options.policy.defer_calls = true;
  return Dump(outcome.graph, options);
}

std::string TextOf(const Source& source, const LiveOutcome& outcome) {
  std::string text = source.Program();
  for (const ProbeDifference& difference : outcome.differences) {
    text += fmt::format("# {} is {} at the origin\n", source.probes[difference.probe].expression,
                        difference.expected);
  }
  return text;
}

std::string AnswersOf(const Source& source, const LiveOutcome& outcome) {
  std::string text = outcome.error;
  for (const ProbeDifference& difference : outcome.differences) {
    text += fmt::format("{} is {}\n", source.probes[difference.probe].expression, difference.got);
  }
  return text;
}

Verdict VerdictOf(LiveResult result) {
  switch (result) {
    case LiveResult::kSame:
    case LiveResult::kDifferent: return Verdict::kAccept;
    case LiveResult::kDumpRefused:
    case LiveResult::kLoadRefused: return Verdict::kReject;
    case LiveResult::kCrash: return Verdict::kCrash;
    case LiveResult::kHang: return Verdict::kHang;
  }
  return Verdict::kReject;
}

}  // namespace

LiveRunner::LiveRunner(const LiveCampaignOptions& options, RunRecord& record)
    : options_(options), record_(record) {
  for (const std::string_view group : {kPlain, kDill, kOwn}) {
    LiveServerOptions server{options.python, options.scripts,
                             group == kOwn ? options.modules : std::string()};
    auto started = LiveServer::Start(group, server);
    EngineEntry& entry = EngineOf(engines_, fmt::format("live/{}", group));
    entry.name = fmt::format("picklers of live objects: {}", group);
    entry.language = "Python";
    if (!started) {
      entry.smoke_reason = "unavailable: " + started.error().message;
      continue;
    }
    entry.smoke_ok = true;
    entry.version = started->version();
    groups_.push_back({std::string(group), std::make_unique<LiveServer>(std::move(*started))});
  }
  record_ = engines_;
}

LiveServer* LiveRunner::ServerOf(std::string_view group) {
  for (const Group& candidate : groups_) {
    if (candidate.name == group) return candidate.server.get();
  }
  return nullptr;
}

// What dill writes needs dill to be read; everything else is read where dill is not.
std::vector<std::string> LiveRunner::ReadersOf(const Written& written) const {
  const std::string_view group = written.writer.starts_with(kDill) ? kDill : kPlain;
  std::vector<std::string> readers;
  for (const Group& candidate : groups_) {
    if (candidate.name == group) readers = candidate.server->readers();
    if (candidate.name == kOwn && group == kPlain) {
      readers.insert(readers.end(), candidate.server->readers().begin(),
                     candidate.server->readers().end());
    }
  }
  readers.emplace_back(kTranscoded);
  return readers;
}

Result<LiveOutcome> LiveRunner::ReadBytes(const Source& source,
                                          const std::vector<std::string>& expected,
                                          std::string_view group, const std::string& reader,
                                          const std::string& bytes) {
  const auto [found, fresh] =
      read_.try_emplace({fmt::format("{}/{}", group, reader), bytes}, LiveOutcome());
  if (!fresh) return found->second;
  LiveServer* server = ServerOf(group);
  if (server == nullptr) return Fail(ErrorCode::kForeign, "the group is unavailable");
  auto outcomes = server->Read(source, expected, {{reader, bytes}});
  if (!outcomes) {
    read_.erase(found);
    return std::unexpected(outcomes.error());
  }
  found->second = std::move(outcomes->front());
  return found->second;
}

Result<LiveOutcome> LiveRunner::ReadOne(const Source& source,
                                        const std::vector<std::string>& expected,
                                        const Written& written, const std::string& reader) {
  const bool dill = written.writer.starts_with(kDill);
  const std::string_view group = dill ? kDill : kPlain;
  if (reader == "pickleproof-live") {
    return ReadBytes(source, expected, kOwn, reader, written.stream.bytes);
  }
  if (reader != kTranscoded) {
    return ReadBytes(source, expected, group, reader, written.stream.bytes);
  }
  auto bytes = Transcode(written.stream.bytes, written.protocol);
  if (!bytes) return LiveOutcome{LiveResult::kLoadRefused, bytes.error().message, {}};
  return ReadBytes(source, expected, group, dill ? "dill" : "_pickle", *bytes);
}

void LiveRunner::Add(const LiveCell& cell, const Written& written, std::string_view explained_by,
                     const std::string& what) {
  Signature signature;
  signature.explained_by = explained_by;
  signature.group = kLiveGroup;
  signature.kind = Name(cell.outcome->result);
  signature.writer = cell.writer;
  signature.left = kOriginal;
  signature.right = cell.reader;
  WitnessKey key;
  key.stream_bytes = written.stream.bytes.size();
  key.protocol = cell.protocol;
  key.source = name_;
  AddDifference(record_, signature, key, [&] {
    Witness witness;
    witness.key = key;
    SetStream(witness, written.stream.bytes);
    if (written.stream.made) witness.disassembly = Disassemble(written.stream.bytes);
    witness.left.graph = TextOf(*cell.source, *cell.outcome);
    witness.right.verdict = VerdictOf(cell.outcome->result);
    (witness.right.verdict == Verdict::kAccept ? witness.right.graph : witness.right.error) =
        AnswersOf(*cell.source, *cell.outcome);
    if (!cell.outcome->differences.empty()) {
      const ProbeDifference& first = cell.outcome->differences.front();
      witness.path = cell.source->probes[first.probe].expression;
      witness.path_left = first.expected;
      witness.path_right = first.got;
    } else {
      witness.path_right = what;
    }
    witness.reproduce = reproduce_;
    return witness;
  });
}

void LiveRunner::Count(const Source& source, const Written& written, const std::string& reader,
                       const LiveOutcome& outcome) {
  const LiveCell cell{written.writer, reader, written.protocol, &source, &outcome};
  Counts& counts =
      record_.cells[{std::string(kLiveGroup), written.writer, reader, written.protocol}];
  if (outcome.result == LiveResult::kSame) {
    ++counts.agree;
    return;
  }
  std::string what = outcome.error;
  const LiveLoss* loss = ExplainLive(cell, &what);
  if (loss == nullptr) {
    ++counts.differ;
    Add(cell, written, "", what);
    return;
  }
  ++ReasonOf(record_, loss->name, loss->reason, loss->link).count;
  // What can't be written is no comparison.
  if (outcome.result == LiveResult::kDumpRefused) {
    ++counts.unsupported;
  } else {
    ++counts.explained;
    Add(cell, written, loss->name, what);
  }
}

void LiveRunner::Run(const Source& source, const std::string& name, const std::string& reproduce) {
  name_ = name;
  reproduce_ = reproduce;
  read_.clear();
  std::vector<std::string> expected;
  std::vector<Written> all;
  for (size_t i = 0; i < groups_.size(); ++i) {
    auto written = groups_[i].server->Write(source, options_.protocols);
    if (!written) {
      const LiveOutcome outcome{LiveResult::kCrash, written.error().message, {}};
      Add({groups_[i].name, "none", -1, &source, &outcome}, {}, "", outcome.error);
      return;
    }
    expected = written->expected;
    for (auto& [writer, streams] : written->streams) {
      for (size_t p = 0; p < streams.size(); ++p) {
        all.push_back({writer, i, options_.protocols[p], std::move(streams[p])});
      }
    }
  }
  for (const Written& written : all) {
    for (const std::string& reader : ReadersOf(written)) {
      if (!written.stream.made) {
        Count(source, written, reader, written.stream.refused);
        continue;
      }
      auto outcome = ReadOne(source, expected, written, reader);
      if (!outcome) {
        outcome = LiveOutcome{LiveResult::kCrash, outcome.error().message, {}};
      }
      Count(source, written, reader, *outcome);
    }
  }
}

}  // namespace pickleproof
