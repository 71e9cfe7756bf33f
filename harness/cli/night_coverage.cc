#include "harness/cli/night_coverage.h"

#include <chrono>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/fuzz_process.h"
#include "harness/cli/inputs.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr auto kPatience = std::chrono::minutes(20);
constexpr std::string_view kCounted = "harness/pickle/";

CoverageCount CountOf(const json& summary, const char* key) {
  return {summary.at(key).at("count").get<int64_t>(), summary.at(key).at("covered").get<int64_t>()};
}

FileCoverage FileOf(std::string name, const json& summary) {
  const size_t at = name.rfind(kCounted);
  if (at != std::string::npos) name.erase(0, at + kCounted.size());
  return {std::move(name), CountOf(summary, "regions"), CountOf(summary, "lines"),
          CountOf(summary, "branches")};
}

std::string LastLine(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

NightCoverage Unavailable(std::string why) { return {std::move(why), {}, {}}; }

}  // namespace

Result<NightCoverage> ParseCoverage(std::string_view text) {
  const json parsed = json::parse(text, nullptr, false);
  NightCoverage coverage;
  try {
    const json& data = parsed.at("data").at(0);
    for (const json& file : data.at("files")) {
      coverage.files.push_back(FileOf(file.at("filename").get<std::string>(), file.at("summary")));
    }
    coverage.total = FileOf("total", data.at("totals"));
  } catch (const json::exception& error) {
    return Fail(ErrorCode::kSyntax,
                std::string("no summary of llvm-cov export -summary-only: ") + error.what());
  }
  return coverage;
}

NightCoverage MeasureCoverage(const std::string& replays, const StateFolder& state,
                              const std::vector<std::string>& targets, const std::string& out) {
  std::vector<std::string> command = {PICKLEPROOF_SOURCE_DIR "/fuzz/coverage", replays, out};
  std::error_code ignored;
  for (const std::string& target : targets) {
    const std::string corpus = state.Corpus(target);
    if (fs::exists(fmt::format("{}/replay_{}", replays, target), ignored) &&
        fs::is_directory(corpus, ignored)) {
      command.push_back(fmt::format("{}={}", target, corpus));
    }
  }
  if (command.size() == 3) {
    return Unavailable(fmt::format(
        "no target has both a corpus and a program {}/replay_<target>; build those with "
        "the preset coverage",
        replays));
  }
  const std::string log = state.Logs() + "/coverage.log";
  auto process = FuzzProcess::Start(command, state.Fuzz(), log);
  if (!process) return Unavailable(process.error().message);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (process->Running()) {
    if (std::chrono::steady_clock::now() > end) return Unavailable("it took too long");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  if (process->Status() != 0) return Unavailable(LastLine(ReadWhole(log).value_or("no log")));
  const auto json = ReadWhole(out + "/coverage.json");
  if (!json) return Unavailable(json.error().message);
  auto coverage = ParseCoverage(*json);
  return coverage ? std::move(*coverage) : Unavailable(coverage.error().message);
}

}  // namespace pickleproof
