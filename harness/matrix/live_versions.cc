#include "harness/matrix/live_versions.h"

#include <utility>

#include <fmt/format.h>

namespace pickleproof {
namespace {

constexpr std::string_view kDill = "dill";

std::string GroupOf(std::string_view from, std::string_view to) {
  return fmt::format("{}/{}-to-{}", kLiveGroup, from, to);
}

// Another version may answer a probe in another way to begin with: then the object may behave as
// where it is now.
void ForgiveVersion(LiveOutcome& outcome, const std::vector<std::string>& at_reader) {
  std::erase_if(outcome.differences, [&](const ProbeDifference& difference) {
    return difference.got == at_reader[difference.probe];
  });
  if (outcome.result == LiveResult::kDifferent && outcome.differences.empty()) {
    outcome.result = LiveResult::kSame;
  }
}

}  // namespace

void LiveVersions::StartVersion(const LivePython& python) {
  Version version{fmt::format("3.{}", python.minor), {}};
  for (const std::string_view group : {"plain", "dill", "pickleproof"}) {
    const bool own = group == "pickleproof";
    if (own && python.modules.empty()) continue;
    auto started = LiveServer::Start(
        group, {python.python, options_.scripts, own ? python.modules : std::string()});
    EngineEntry& entry = EngineOf(engines_, fmt::format("live/{}/{}", version.name, group));
    entry.name = fmt::format("picklers of live objects: {}, Python {}", group, version.name);
    entry.language = "Python";
    if (!started) {
      entry.smoke_reason = "unavailable: " + started.error().message;
      continue;
    }
    entry.smoke_ok = true;
    entry.version = started->version();
    version.servers.emplace(group, std::make_unique<LiveServer>(std::move(*started)));
  }
  versions_.push_back(std::move(version));
}

void LiveVersions::Start() {
  StartVersion(options_.home);
  for (const LivePython& python : options_.others) StartVersion(python);
  // The record has engines already.
  for (const EngineEntry& entry : engines_.engines) EngineOf(record_, entry.id) = entry;
}

std::vector<LiveVersions::Origin> LiveVersions::WriteAll(const Source& source, const LiveItem& item,
                                                         int protocol) {
  std::vector<Origin> origins;
  for (const Version& version : versions_) {
    Origin& origin = origins.emplace_back(&version);
    for (const auto& [group, server] : version.servers) {
      auto written = server->Write(source, {protocol});
      if (!written) {
        NoteLiveFailure(record_, fmt::format("{}/{}", kLiveGroup, version.name), item, source,
                        group, written.error().message);
        origins.pop_back();
        break;
      }
      origin.expected = written->expected;
      for (auto& [writer, streams] : written->streams) {
        origin.streams.emplace_back(writer, std::move(streams.front()));
      }
    }
  }
  return origins;
}

void LiveVersions::ReadIn(const Source& source, const LiveItem& item, int protocol,
                          const Origin& from, const Origin& to) {
  // Both readers of the standard library over the sources.
  const std::string_view plain = item.index % 2 == 0 ? "_pickle" : "pickle.py";
  LiveReads reads;
  std::vector<size_t> handles;
  for (const auto& [writer, stream] : from.streams) {
    const bool dill = writer.starts_with(kDill);
    handles.push_back(
        stream.made ? reads.Add(dill ? "dill" : "plain", dill ? kDill : plain, stream.bytes) : 0);
  }
  reads.Run(source, from.expected, [&](std::string_view group) -> LiveServer* {
    const auto found = to.version->servers.find(group);
    return found == to.version->servers.end() ? nullptr : found->second.get();
  });
  const std::string group = GroupOf(from.version->name, to.version->name);
  for (size_t i = 0; i < handles.size(); ++i) {
    const auto& [writer, stream] = from.streams[i];
    if (!to.version->servers.contains(writer.starts_with(kDill) ? "dill" : "plain")) continue;
    LiveOutcome outcome = stream.made ? reads.outcome(handles[i]) : stream.refused;
    ForgiveVersion(outcome, to.expected);
    LiveCell cell;
    cell.writer = writer;
    cell.reader = writer.starts_with(kDill) ? kDill : plain;
    cell.protocol = protocol;
    cell.source = &source;
    cell.outcome = &outcome;
    cell.stream = stream.bytes;
    cell.other_version = true;
    CountLive(record_, group, item, cell);
  }
}

void LiveVersions::Run(const Source& source, const LiveItem& item) {
  if (versions_.empty()) Start();
  const auto& protocols = options_.protocols;
  const int protocol = protocols[item.index % protocols.size()];
  const std::vector<Origin> origins = WriteAll(source, item, protocol);
  for (const Origin& from : origins) {
    for (const Origin& to : origins) {
      if (from.version != to.version) ReadIn(source, item, protocol, from, to);
    }
  }
}

}  // namespace pickleproof
