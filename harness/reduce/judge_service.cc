#include "harness/reduce/judge_service.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/bytes.h"
#include "harness/python/interpreter.h"
#include "harness/reduce/death.h"
#include "harness/reduce/finding_report.h"
#include "harness/reduce/fresh_process.h"
#include "harness/reduce/versions.h"

namespace pickleproof {
namespace {

using nlohmann::ordered_json;
using Tell = std::function<void(std::string_view)>;

constexpr double kSecondsToLook = 20;
constexpr double kSecondsOfOneReader = 10;
constexpr size_t kLargestAllocation = size_t{16} << 20;

std::string Line(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string Complaint(std::string_view what) { return Line({{"error", what}}); }

}  // namespace

std::string JudgeService::Answer(const std::string& request) {
  const auto parsed = ordered_json::parse(request, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("hex") || !parsed["hex"].is_string()) {
    return Complaint("a request looks like {\"hex\": \"4e2e\", \"signature\": null}");
  }
  const auto stream = FromHex(parsed["hex"].get<std::string>());
  if (!stream) return Complaint(stream.error().message);
  std::optional<DivergenceSignature> wanted;
  if (parsed.contains("signature") && !parsed["signature"].is_null()) {
    const auto& text = parsed["signature"];
    auto signature = ParseDivergenceSignature(text.is_string() ? text.get<std::string>() : "");
    if (!signature) return Complaint(signature.error().message);
    wanted = InVersion(std::move(*signature), version_);
  }
  return Look(*stream, wanted);
}

std::string JudgeService::Look(const std::string& stream,
                               const std::optional<DivergenceSignature>& wanted) {
  const auto looked = RunFresh({.seconds = kSecondsToLook}, [&](const Tell& tell) {
    ordered_json shows = ordered_json::array();
    if (!wanted) {
      for (const Divergence& found : judge_.Look(stream)) shows.push_back(ToText(found.signature));
    } else if (judge_.Shows(stream, *wanted)) {
      shows.push_back(ToText(*wanted));
    }
    ordered_json answers = ordered_json::object();
    for (const auto& [engine, outcome] : judge_.Answers(stream)) {
      answers[engine] = RecordedAnswer(outcome);
    }
    tell(Line({{"version", version_}, {"shows", shows}, {"answers", answers}}));
  });
  if (!looked) return Complaint(looked.error().message);
  return looked->end == ProcessEnd::kDone ? looked->output : ExamineDeath(stream, wanted);
}

// Each reader alone, so that those that survive are heard too.
std::string JudgeService::ExamineDeath(const std::string& stream,
                                       const std::optional<DivergenceSignature>& wanted) {
  ordered_json shows = ordered_json::array();
  ordered_json answers = ordered_json::object();
  for (Engine* reader : set_.Readers()) {
    const std::string& engine = reader->card().id;
    const auto read = RunFresh({.seconds = kSecondsOfOneReader}, [&](const Tell& tell) {
      tell(RecordedAnswer(reader->Load(stream, OptionsOfFindings(stream))));
    });
    if (!read) return Complaint(read.error().message);
    const bool survived = read->end == ProcessEnd::kDone;
    answers[engine] = survived ? read->output : AnswerOfDeath(*read);
    if (survived) continue;
    const DivergenceSignature death = SignatureOfDeath(engine, read->end);
    if (!wanted || *wanted == death) shows.push_back(ToText(death));
  }
  return Line({{"version", version_}, {"shows", shows}, {"answers", answers}});
}

int ServeJudge(std::istream& requests, std::ostream& answers) {
  const EngineSet set = EngineSet::Make({.largest_allocation = kLargestAllocation});
  auto judge = Judge::Make(set);
  if (!judge) {
    answers << Line({{"unavailable", judge.error().message}}) << '\n' << std::flush;
    return 2;
  }
  const std::string version = EmbeddedPythonVersion();
  answers << Line({{"version", version}}) << '\n' << std::flush;
  JudgeService service(set, *judge, version);
  for (std::string request; std::getline(requests, request);) {
    answers << service.Answer(request) << '\n' << std::flush;
  }
  return 0;
}

}  // namespace pickleproof
