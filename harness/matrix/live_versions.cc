#include "harness/matrix/live_versions.h"

#include <fmt/format.h>

#include "harness/matrix/live_reads.h"

namespace pickleproof {
namespace {

std::string GroupOf(std::string_view from, std::string_view to) {
  return from == to ? fmt::format("{}/{}", kLiveGroup, from)
                    : fmt::format("{}/{}-to-{}", kLiveGroup, from, to);
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
  std::vector<std::string_view> groups = {kPlainGroup, kDillGroup};
  if (!python.modules.empty()) groups.push_back(kOwnGroup);
  const std::string name = python.Name();
  versions_.push_back({python, name, {python, options_.scripts, name, groups, engines_}});
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
    for (const auto& [group, server] : version.groups.all()) {
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

// A pair differs in one thing at most, so that a difference has one cause. Each version reads
// itself too: what is lost there is lost everywhere.
bool LiveVersions::Compared(const LivePython& from, const LivePython& to) const {
  const Libraries usual = options_.home.libraries;
  return from.minor == to.minor || (from.libraries == usual && to.libraries == usual);
}

// Of one Python, the standard library's picklers are the same whatever libraries it has.
bool LiveVersions::TellsNothing(std::string_view writer, const LivePython& from,
                                const LivePython& to) const {
  const Libraries usual = options_.home.libraries;
  return (writer == "_pickle" || writer == "pickle.py") && from.minor == to.minor &&
         (from.libraries != usual || to.libraries != usual);
}

void LiveVersions::ReadIn(const Source& source, const LiveItem& item, int protocol,
                          const Origin& from, const Origin& to) {
  // Both readers of the standard library over the sources.
  const std::string_view plain = item.index % 2 == 0 ? "_pickle" : "pickle.py";
  const bool other_version = from.version->python.minor != to.version->python.minor;
  LiveReads reads;
  std::vector<std::pair<LiveCell, size_t>> planned;
  for (const auto& [writer, stream] : from.streams) {
    const std::string_view group = ReadingGroup(writer);
    if (TellsNothing(writer, from.version->python, to.version->python)) continue;
    if (to.version->groups.Of(group) == nullptr) continue;
    LiveCell cell;
    cell.writer = writer;
    cell.reader = group == kDillGroup ? kDillGroup : plain;
    cell.protocol = protocol;
    cell.source = &source;
    cell.stream = stream.bytes;
    cell.minor = from.version->python.minor;
    cell.other_version = other_version;
    cell.wrote = from.version->groups.ReleaseFor(writer);
    cell.reads = to.version->groups.ReleaseFor(writer);
    if (!stream.made) cell.outcome = &stream.refused;
    planned.emplace_back(cell, stream.made ? reads.Add(group, cell.reader, stream.bytes) : 0);
  }
  reads.Run(source, from.expected,
            [&](std::string_view group) { return to.version->groups.Of(group); });
  const std::string group = GroupOf(from.version->name, to.version->name);
  for (auto& [cell, handle] : planned) {
    LiveOutcome outcome = cell.outcome != nullptr ? *cell.outcome : reads.outcome(handle);
    ForgiveVersion(outcome, to.expected);
    cell.outcome = &outcome;
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
      if (Compared(from.version->python, to.version->python)) {
        ReadIn(source, item, protocol, from, to);
      }
    }
  }
}

}  // namespace pickleproof
