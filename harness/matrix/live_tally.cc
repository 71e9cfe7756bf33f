#include "harness/matrix/live_tally.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace pickleproof {

using nlohmann::json;

LiveProgress& LiveProgress::operator+=(const LiveProgress& other) {
  sources += other.sources;
  written += other.written;
  reached += other.reached;
  same += other.same;
  return *this;
}

LiveTally& LiveTally::operator+=(const LiveTally& other) {
  for (const auto& [writer, progress] : other.writers) writers[writer] += progress;
  sources += other.sources;
  cells += other.cells;
  return *this;
}

void LiveSourceTally::Add(const LiveCell& cell) {
  ++cells_;
  auto found = writers_.find(cell.writer);
  if (found == writers_.end()) found = writers_.try_emplace(std::string(cell.writer)).first;
  LiveProgress& progress = found->second;
  progress.sources = 1;
  const LiveResult result = cell.outcome->result;
  if (!cell.stream.empty()) progress.written = 1;
  if (result == LiveResult::kSame || result == LiveResult::kDifferent) progress.reached = 1;
  if (result == LiveResult::kSame) progress.same = 1;
}

void LiveSourceTally::AddTo(LiveTally& tally) const {
  ++tally.sources;
  tally.cells += cells_;
  for (const auto& [writer, progress] : writers_) tally.writers[writer] += progress;
}

std::string ToJson(const LiveTally& tally) {
  json writers = json::object();
  for (const auto& [writer, progress] : tally.writers) {
    writers[writer] = {progress.sources, progress.written, progress.reached, progress.same};
  }
  return json{{"sources", tally.sources}, {"cells", tally.cells}, {"writers", writers}}.dump();
}

Result<LiveTally> ParseLiveTally(std::string_view text) try {
  const json parsed = json::parse(text);
  LiveTally tally;
  tally.sources = parsed.at("sources").get<uint64_t>();
  tally.cells = parsed.at("cells").get<uint64_t>();
  for (const auto& [writer, counts] : parsed.at("writers").items()) {
    tally.writers[writer] = {counts.at(0).get<uint64_t>(), counts.at(1).get<uint64_t>(),
                             counts.at(2).get<uint64_t>(), counts.at(3).get<uint64_t>()};
  }
  return tally;
} catch (const json::exception& error) {
  return Fail(ErrorCode::kSyntax, fmt::format("no tally of live sources: {}", error.what()));
}

std::string ToText(const LiveTally& tally) {
  if (tally.cells == 0) return "";
  std::string text = fmt::format(
      "\nLive objects: {} sources, {} cells\n  {:<16}{:>9}{:>19}{:>17}\n", tally.sources,
      tally.cells, "writer", "written", "reached a reader", "behaved the same");
  for (const auto& [writer, progress] : tally.writers) {
    const auto of = static_cast<double>(std::max<uint64_t>(progress.sources, 1));
    const auto share = [of](uint64_t count) { return 100.0 * static_cast<double>(count) / of; };
    text += fmt::format("  {:<16}{:>7.1f} %{:>17.1f} %{:>15.1f} %\n", writer,
                        share(progress.written), share(progress.reached), share(progress.same));
  }
  return text;
}

}  // namespace pickleproof
