#include "harness/reduce/regressions.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/reduce/finding_report.h"

namespace pickleproof {
namespace {

using nlohmann::ordered_json;

std::string IndexOf(const std::string& folder) { return folder + "/index.json"; }

Result<void> Write(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush();
  if (!file) return Fail(ErrorCode::kIo, path + ": can't be written: " + std::strerror(errno));
  return {};
}

Result<Regression> Parse(const ordered_json& entry, const std::string& path) {
  Regression regression;
  try {
    entry.at("slug").get_to(regression.slug);
    entry.at("signature").get_to(regression.signature);
    entry.at("explanation").get_to(regression.explanation);
    entry.at("answers").get_to(regression.answers);
    if (entry.contains("versions")) {
      for (const auto& [version, shows] : entry.at("versions").items()) {
        regression.versions.push_back({version, shows.get<bool>()});
      }
    }
  } catch (const ordered_json::exception& error) {
    return Fail(ErrorCode::kSyntax, path + ": " + error.what());
  }
  return regression;
}

}  // namespace

std::string SlugOf(std::string_view signature) {
  std::string slug;
  for (const char c : signature) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (letter || (c >= 'A' && c <= 'Z')) {
      slug += static_cast<char>(letter ? c : c - 'A' + 'a');
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug;
}

Result<std::vector<Regression>> ReadRegressions(const std::string& folder) {
  const std::string path = IndexOf(folder);
  std::vector<Regression> regressions;
  if (std::error_code ignored; !std::filesystem::exists(path, ignored)) return regressions;
  std::ifstream file(path, std::ios::binary);
  const ordered_json index = ordered_json::parse(file, nullptr, false);
  if (!index.is_array()) return Fail(ErrorCode::kSyntax, path + ": no JSON array");
  for (const ordered_json& entry : index) {
    auto regression = Parse(entry, path);
    if (!regression) return std::unexpected(regression.error());
    regressions.push_back(std::move(*regression));
  }
  return regressions;
}

Result<void> AddRegression(const std::string& folder, const Regression& regression,
                           std::string_view stream) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Fail(ErrorCode::kIo, folder + ": can't be made: " + error.message());
  auto regressions = ReadRegressions(folder);
  if (!regressions) return std::unexpected(regressions.error());
  std::erase_if(*regressions, [&](const Regression& old) { return old.slug == regression.slug; });
  regressions->push_back(regression);
  std::ranges::sort(*regressions, {}, &Regression::slug);
  ordered_json index = ordered_json::array();
  for (const Regression& entry : *regressions) {
    index.push_back({{"slug", entry.slug},
                     {"signature", entry.signature},
                     {"explanation", entry.explanation},
                     {"answers", entry.answers}});
    for (const VersionShow& version : entry.versions) {
      index.back()["versions"][version.version] = version.shows;
    }
  }
  const std::string file = fmt::format("{}/{}.pkl", folder, regression.slug);
  if (auto written = Write(file, stream); !written) return written;
  return Write(IndexOf(folder),
               index.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

std::vector<std::string> CheckRegression(Judge& judge, const Regression& regression,
                                         std::string_view stream) {
  std::vector<std::string> problems;
  size_t recorded = 0;
  for (const auto& [engine, outcome] : judge.Answers(stream)) {
    const auto expected = regression.answers.find(engine);
    if (expected == regression.answers.end()) continue;
    ++recorded;
    const std::string answer = RecordedAnswer(outcome);
    if (answer != expected->second) {
      problems.push_back(fmt::format("{}: {} answers '{}', recorded is '{}'", regression.slug,
                                     engine, answer, expected->second));
    }
  }
  const auto signature = ParseDivergenceSignature(regression.signature);
  bool shown = signature && signature->what == DivergenceClass::kAmplification &&
               judge.Shows(stream, *signature);
  for (const Divergence& divergence : judge.Look(stream)) {
    shown = shown || ToText(divergence.signature) == regression.signature;
    if (!divergence.known) {
      problems.push_back(
          fmt::format("{}: without a reason: {}", regression.slug, Sentence(divergence)));
    }
  }
  if (!shown && recorded == regression.answers.size()) {
    problems.push_back(fmt::format("{}: '{}' is gone", regression.slug, regression.signature));
  }
  return problems;
}

}  // namespace pickleproof
