#include "harness/cli/fuzz_targets.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pickleproof {
namespace {

const std::string kPath = PICKLEPROOF_SOURCE_DIR "/fuzz/targets.txt";

}  // namespace

std::optional<size_t> FuzzTargetEntry::PickleBegin() const {
  if (input == "pickle") return 0;
  if (input == "header") return 2;
  return std::nullopt;
}

std::string FuzzTargetEntry::Seeds() const {
  if (input == "pickle") return "pickle";
  return input == "header" ? "load_dump" : name;
}

Result<std::vector<FuzzTargetEntry>> ReadFuzzTargets() {
  std::ifstream file(kPath);
  if (!file) return Fail(ErrorCode::kIo, kPath + ": can't be read");
  std::vector<FuzzTargetEntry> targets;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    std::istringstream words(line);
    FuzzTargetEntry target;
    if (!(words >> target.name >> target.input >> target.engines >> target.max_len)) {
      return Fail(ErrorCode::kSyntax,
                  fmt::format("{}: name, input, engines and max_len, not: {}", kPath, line));
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

Result<FuzzTargetEntry> FindFuzzTarget(const std::string& name) {
  if (name == kGeneratedTarget) return FuzzTargetEntry{name, "pickle", "python", 4000};
  const auto targets = ReadFuzzTargets();
  if (!targets) return std::unexpected(targets.error());
  std::vector<std::string> names;
  for (const FuzzTargetEntry& target : *targets) {
    if (target.name == name) return target;
    names.push_back(target.name);
  }
  names.emplace_back(kGeneratedTarget);
  return Fail(ErrorCode::kUsage,
              fmt::format("no target '{}'; there are {}", name, fmt::join(names, ", ")));
}

Result<double> ParseDuration(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(stopped, static_cast<size_t>(end - stopped));
  const double factor = unit.empty() || unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  if (error != std::errc() || factor == 0 || !(number > 0) || number * factor > 1e7) {
    return Fail(ErrorCode::kUsage,
                "--time takes seconds, or a number with s, m or h, not '" + text + "'");
  }
  return number * factor;
}

}  // namespace pickleproof
