#include "harness/matrix/live_runner.h"

#include <fmt/format.h>

#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

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

}  // namespace

LiveRunner::LiveRunner(const LiveCampaignOptions& options, RunRecord& record)
    : options_(options),
      record_(record),
      groups_(options.home, options.scripts, "", {kPlainGroup, kDillGroup, kOwnGroup}, engines_) {
  record_ = engines_;
}

std::vector<std::string> LiveRunner::ReadersOf(const Written& written) const {
  const std::string_view group = ReadingGroup(written.writer);
  std::vector<std::string> readers;
  if (const LiveServer* server = groups_.Of(group)) readers = server->readers();
  if (const LiveServer* own = groups_.Of(kOwnGroup); own != nullptr && group == kPlainGroup) {
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
  const std::string_view group = ReadingGroup(written.writer);
  const std::string& bytes = written.stream.bytes;
  if (!written.stream.made) {
    asked.refused = written.stream.refused;
    return asked;
  }
  asked.readable = true;
  if (reader == kOwnReader) {
    asked.read = reads.Add(kOwnGroup, reader, bytes);
  } else if (reader != kTranscoded && reader != kOtherProtocol) {
    asked.read = reads.Add(group, reader, bytes);
  } else {
    const int protocol =
        reader == kTranscoded ? written.protocol : OtherProtocol(written.protocol, index);
    const auto again = Transcode(bytes, protocol);
    asked.readable = again.has_value();
    if (again) {
      asked.read = reads.Add(group, group == kDillGroup ? "dill" : "_pickle", *again);
    } else {
      asked.refused = {LiveResult::kLoadRefused, again.error().message, {}};
    }
  }
  return asked;
}

// False where the source can't be written by a group at all; the record says why.
bool LiveRunner::WriteAll(const Source& source, const LiveItem& item,
                          std::vector<std::string>& expected, std::vector<Written>& all) {
  for (const auto& [group, server] : groups_.all()) {
    auto written = server->Write(source, options_.protocols);
    if (!written) {
      NoteLiveFailure(record_, std::string(kLiveGroup), item, source, group,
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
  reads.Run(source, expected, [&](std::string_view group) { return groups_.Of(group); });
  LiveSourceTally of_source;
  for (const Asked& one : asked) {
    LiveCell cell;
    cell.writer = one.written->writer;
    cell.reader = one.reader;
    cell.protocol = one.written->protocol;
    cell.source = &source;
    cell.stream = one.written->stream.bytes;
    cell.outcome = one.readable ? &reads.outcome(one.read) : &one.refused;
    cell.minor = options_.home.minor;
    cell.wrote = cell.reads = groups_.ReleaseFor(cell.writer);
    CountLive(record_, std::string(kLiveGroup), item, cell);
    of_source.Add(cell);
  }
  of_source.AddTo(tally);
}

}  // namespace pickleproof
