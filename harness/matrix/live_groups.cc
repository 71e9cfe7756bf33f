#include "harness/matrix/live_groups.h"

#include <fmt/format.h>

namespace pickleproof {
namespace {

Result<LiveServer> Start(const LivePython& python, const std::string& scripts,
                         std::string_view group) {
  if (!python.unavailable.empty()) return Fail(ErrorCode::kForeign, python.unavailable);
  return LiveServer::Start(
      group, {python.python, scripts, group == kOwnGroup ? python.modules : std::string()});
}

}  // namespace

std::string LivePython::Name() const {
  return fmt::format("3.{}{}", minor, libraries == Libraries::kOldest ? "-oldest" : "");
}

LiveGroups::LiveGroups(const LivePython& python, const std::string& scripts, std::string_view name,
                       const std::vector<std::string_view>& groups, RunRecord& engines) {
  for (const std::string_view group : groups) {
    auto started = Start(python, scripts, group);
    EngineEntry& entry =
        EngineOf(engines, name.empty() ? fmt::format("{}/{}", kLiveGroup, group)
                                       : fmt::format("{}/{}/{}", kLiveGroup, name, group));
    entry.name = fmt::format("picklers of live objects: {}", group);
    if (!name.empty()) entry.name += fmt::format(", Python {}", name);
    entry.language = "Python";
    if (!started) {
      entry.smoke_reason = "unavailable: " + started.error().message;
      continue;
    }
    entry.smoke_ok = true;
    entry.version = started->version();
    servers_.emplace_back(group, std::make_unique<LiveServer>(std::move(*started)));
  }
}

LiveServer* LiveGroups::Of(std::string_view group) const {
  for (const auto& [name, server] : servers_) {
    if (name == group) return server.get();
  }
  return nullptr;
}

Release LiveGroups::ReleaseFor(std::string_view writer) const {
  const LiveServer* server = Of(ReadingGroup(writer));
  return server == nullptr ? Release() : server->release();
}

std::string_view ReadingGroup(std::string_view writer) {
  return writer.starts_with(kDillGroup) ? kDillGroup : kPlainGroup;
}

}  // namespace pickleproof
