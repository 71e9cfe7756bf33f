#include "harness/matrix/live_runner.h"

#include <fmt/format.h>

#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

constexpr std::string_view kPlain = "plain";
constexpr std::string_view kDill = "dill";
constexpr std::string_view kOwn = "pickleproof";
constexpr std::string_view kOwnReader = "pickleproof-live";
// Our machine reads the stream inertly and our pickler writes it again, which is read live then:
// at the protocol that it had, and at another one.
constexpr std::string_view kTranscoded = "pickleproof";
constexpr std::string_view kOtherProtocol = "pickleproof/other-protocol";

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

// Over the sources of a campaign, every protocol is written again at every other.
int OtherProtocol(int protocol, uint64_t index) {
  constexpr int kProtocols = 6;
  return (protocol + 1 + static_cast<int>(index % (kProtocols - 1))) % kProtocols;
}

std::string_view GroupOf(std::string_view writer) {
  return writer.starts_with(kDill) ? kDill : kPlain;
}

}  // namespace

LiveRunner::LiveRunner(const LiveCampaignOptions& options, RunRecord& record)
    : options_(options), record_(record) {
  for (const std::string_view group : {kPlain, kDill, kOwn}) {
    const LiveServerOptions server{options.home.python, options.scripts,
                                   group == kOwn ? options.home.modules : std::string()};
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

LiveServer* LiveRunner::ServerOf(std::string_view group) const {
  for (const Group& candidate : groups_) {
    if (candidate.name == group) return candidate.server.get();
  }
  return nullptr;
}

// What dill writes needs dill to be read; everything else is read where dill is not.
std::vector<std::string> LiveRunner::ReadersOf(const Written& written) const {
  const std::string_view group = GroupOf(written.writer);
  std::vector<std::string> readers;
  if (const LiveServer* server = ServerOf(group)) readers = server->readers();
  if (const LiveServer* own = ServerOf(kOwn); own != nullptr && group == kPlain) {
    readers.insert(readers.end(), own->readers().begin(), own->readers().end());
  }
  readers.emplace_back(kTranscoded);
  readers.emplace_back(kOtherProtocol);
  return readers;
}

LiveRunner::Asked LiveRunner::Plan(const Written& written, const std::string& reader,
                                   uint64_t index, LiveReads& reads) {
  Asked asked;
  asked.written = &written;
  asked.reader = reader;
  const std::string_view group = GroupOf(written.writer);
  const std::string& bytes = written.stream.bytes;
  if (!written.stream.made) {
    asked.refused = written.stream.refused;
    return asked;
  }
  asked.readable = true;
  if (reader == kOwnReader) {
    asked.read = reads.Add(kOwn, reader, bytes);
  } else if (reader != kTranscoded && reader != kOtherProtocol) {
    asked.read = reads.Add(group, reader, bytes);
  } else {
    const int protocol =
        reader == kTranscoded ? written.protocol : OtherProtocol(written.protocol, index);
    const auto again = Transcode(bytes, protocol);
    asked.readable = again.has_value();
    if (again) {
      asked.read = reads.Add(group, group == kDill ? "dill" : "_pickle", *again);
    } else {
      asked.refused = {LiveResult::kLoadRefused, again.error().message, {}};
    }
  }
  return asked;
}

// False where the source can't be written by a group at all; the record says why.
bool LiveRunner::WriteAll(const Source& source, const LiveItem& item,
                          std::vector<std::string>& expected, std::vector<Written>& all) {
  for (const Group& group : groups_) {
    auto written = group.server->Write(source, options_.protocols);
    if (!written) {
      NoteLiveFailure(record_, std::string(kLiveGroup), item, source, group.name,
                      written.error().message);
      return false;
    }
    expected = written->expected;
    for (auto& [writer, streams] : written->streams) {
      for (size_t p = 0; p < streams.size(); ++p) {
        all.push_back({writer, options_.protocols[p], std::move(streams[p])});
      }
    }
  }
  return true;
}

void LiveRunner::Run(const Source& source, const LiveItem& item, LiveTally& tally) {
  std::vector<std::string> expected;
  std::vector<Written> all;
  if (!WriteAll(source, item, expected, all)) return;
  LiveReads reads;
  std::vector<Asked> asked;
  for (const Written& written : all) {
    for (const std::string& reader : ReadersOf(written)) {
      asked.push_back(Plan(written, reader, item.index, reads));
    }
  }
  reads.Run(source, expected, [&](std::string_view group) { return ServerOf(group); });
  LiveSourceTally of_source;
  for (const Asked& one : asked) {
    LiveCell cell;
    cell.writer = one.written->writer;
    cell.reader = one.reader;
    cell.protocol = one.written->protocol;
    cell.source = &source;
    cell.stream = one.written->stream.bytes;
    cell.outcome = one.readable ? &reads.outcome(one.read) : &one.refused;
    CountLive(record_, std::string(kLiveGroup), item, cell);
    of_source.Add(cell);
  }
  of_source.AddTo(tally);
}

}  // namespace pickleproof
