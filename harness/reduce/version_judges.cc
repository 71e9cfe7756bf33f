#include "harness/reduce/version_judges.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/bytes.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using std::chrono_literals::operator""s;

constexpr std::string_view kPrefix = "judge_3.";
constexpr auto kStartPatience = 60s;
// The judge's own limits are shorter: it answers also where readers hang.
constexpr auto kPatience = 300s;

int MinorOf(std::string_view version) {
  int minor = 0;
  version.remove_prefix(std::min(version.size(), version.find('.') + 1));
  std::from_chars(version.data(), version.data() + version.size(), minor);
  return minor;
}

Result<ordered_json> ReadObject(ChildProcess& process, std::chrono::milliseconds patience) {
  const auto line = process.ReadLine(patience);
  if (!line) return std::unexpected(line.error());
  ordered_json object = ordered_json::parse(*line, nullptr, false);
  if (!object.is_object()) return Fail(ErrorCode::kSyntax, "it says " + *line);
  for (const char* key : {"unavailable", "error"}) {
    if (object.contains(key)) return Fail(ErrorCode::kForeign, object.value(key, ""));
  }
  return object;
}

Result<VersionAnswer> ReadAnswer(ChildProcess& process) {
  const auto object = ReadObject(process, kPatience);
  if (!object) return std::unexpected(object.error());
  VersionAnswer answer;
  try {
    object->at("version").get_to(answer.version);
    object->at("shows").get_to(answer.shows);
    for (const auto& [engine, text] : object->at("answers").items()) {
      answer.answers.emplace_back(engine, text.get<std::string>());
    }
  } catch (const nlohmann::json::exception& error) {
    return Fail(ErrorCode::kSyntax, error.what());
  }
  return answer;
}

}  // namespace

std::vector<VersionShow> ShowsIn(const DivergenceSignature& signature,
                                 const std::vector<VersionAnswer>& answers) {
  std::vector<VersionShow> versions;
  if (!DependsOnVersion(signature)) return versions;
  for (const VersionAnswer& answer : answers) {
    const std::string wanted = ToText(InVersion(signature, answer.version));
    versions.push_back(
        {answer.version, std::ranges::find(answer.shows, wanted) != answer.shows.end()});
  }
  return versions;
}

std::string VersionJudges::BuiltFolder() { return PICKLEPROOF_JUDGES; }

VersionJudges VersionJudges::Start(const std::string& folder) {
  VersionJudges judges;
  std::ifstream missing(folder + "/unavailable.txt");
  for (std::string line; std::getline(missing, line);) judges.unavailable_.push_back(line);
  // All of them first, so that their interpreters start side by side.
  std::vector<std::pair<std::string, ChildProcess>> started;
  std::error_code error;
  for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    const std::string program = it->path().string();
    if (!it->path().filename().string().starts_with(kPrefix)) continue;
    auto process = ChildProcess::Start({program});
    if (process) {
      started.emplace_back(program, std::move(*process));
    } else {
      judges.unavailable_.push_back(process.error().message);
    }
  }
  for (auto& [program, process] : started) judges.Greet(program, std::move(process));
  std::ranges::sort(judges.running_, {}, [](const Running& one) { return MinorOf(one.version); });
  return judges;
}

void VersionJudges::Greet(const std::string& program, ChildProcess process) {
  const auto hello = ReadObject(process, kStartPatience);
  if (hello && hello->contains("version")) {
    running_.push_back({hello->value("version", ""), std::move(process)});
  } else {
    unavailable_.push_back(program + ": " + (hello ? hello->dump() : hello.error().message));
  }
}

void VersionJudges::Drop(size_t index, const std::string& why) {
  unavailable_.push_back(fmt::format("the judge of {} gave up: {}", running_[index].version, why));
  running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
}

std::vector<std::string> VersionJudges::versions() const {
  std::vector<std::string> versions;
  for (const Running& one : running_) versions.push_back(one.version);
  return versions;
}

std::vector<VersionAnswer> VersionJudges::Ask(std::string_view stream,
                                              const DivergenceSignature* signature) {
  ordered_json request = {{"hex", ToHex(stream)}};
  if (signature != nullptr) request["signature"] = ToText(*signature);
  const std::string line = request.dump() + "\n";
  // From the last to the first, so that one that is dropped moves none that is still to come.
  for (size_t i = running_.size(); i-- > 0;) {
    if (const auto sent = running_[i].process.Write(line); !sent) Drop(i, sent.error().message);
  }
  std::vector<VersionAnswer> answers;
  for (size_t i = running_.size(); i-- > 0;) {
    auto answer = ReadAnswer(running_[i].process);
    if (answer) {
      answers.push_back(std::move(*answer));
    } else {
      Drop(i, answer.error().message);
    }
  }
  std::ranges::reverse(answers);
  return answers;
}

}  // namespace pickleproof
