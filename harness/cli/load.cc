// load INPUT...: what each engine makes of pickles.

#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/utf8.h"
#include "harness/cli/inputs.h"
#include "harness/cli/load_arguments.h"
#include "harness/cli/number.h"
#include "harness/cli/verbs.h"
#include "harness/graph/node_table.h"
#include "harness/graph/notation.h"
#include "harness/matrix/engine_set.h"

namespace pickleproof {
namespace {

using nlohmann::json;

struct LoadVerb {
  InputArguments inputs;
  LoadArguments load;
  std::vector<std::string> engines;
  bool as_json = false;
  uint64_t width = 100;
};

std::string Quoted(std::string_view text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

json ErrorJson(const Error& error) {
  return {{"class", error.exception},
          {"message", WithoutSurrogates(error.message)},
          {"category", Name(error.code)},
          {"offset", error.offset == kNoOffset ? json(nullptr) : json(error.offset)}};
}

void PrintJson(const std::string& input, const std::string& engine, const Outcome& outcome) {
  json trace = json::array();
  for (const TraceEvent& event : outcome.trace) {
    trace.push_back({std::string(Name(event.kind)), WithoutSurrogates(event.target)});
  }
  const auto text = [](const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
  };
  std::string line = fmt::format(R"({{"input":{},"engine":{},"verdict":"{}","graph":)",
                                 Quoted(input), Quoted(engine), Name(outcome.verdict));
  if (outcome.verdict == Verdict::kAccept) {
    AppendNodeTable(outcome.graph, line);
  } else {
    line += "null";
  }
  line += fmt::format(R"(,"consumed":{},"trace":{},"error":{}}})",
                      outcome.consumed == kNoOffset ? "null" : std::to_string(outcome.consumed),
                      text(trace), outcome.error ? text(ErrorJson(*outcome.error)) : "null");
  fmt::print("{}\n", line);
}

void PrintText(const std::string& engine, const Outcome& outcome, size_t width) {
  fmt::print("  {}: {}", engine, Name(outcome.verdict));
  if (outcome.verdict == Verdict::kAccept) {
    if (outcome.consumed != kNoOffset) fmt::print(", {} bytes read", outcome.consumed);
    const std::string graph = ToNotation(outcome.graph, {.width = width});
    fmt::print("\n");
    for (size_t begin = 0; begin <= graph.size();) {
      const size_t end = std::min(graph.find('\n', begin), graph.size());
      fmt::print("    {}\n", graph.substr(begin, end - begin));
      begin = end + 1;
    }
  } else {
    fmt::print(": {}", outcome.error ? ToString(*outcome.error) : outcome.detail);
    if (outcome.error && !outcome.error->exception.empty()) {
      fmt::print(" ({})", outcome.error->exception);
    }
    fmt::print("\n");
  }
  for (const TraceEvent& event : outcome.trace) {
    fmt::print("    {} {}\n", Name(event.kind), WithoutSurrogates(event.target));
  }
}

int RunLoad(const LoadVerb& verb) {
  const auto options = verb.load.ToOptions();
  if (!options) return Refuse(options.error().message);
  const auto inputs = ExpandInputs(verb.inputs);
  if (!inputs) return Refuse(inputs.error().message);
  const EngineSet set = EngineSet::Make();
  const auto readers = ReadersNamed(set, verb.engines);
  if (!readers) return Refuse(readers.error().message);
  for (const InputFile& input : *inputs) {
    const auto bytes = input.Read();
    if (!bytes) return Refuse(bytes.error().message);
    if (!verb.as_json) fmt::print("{}\n", input.name());
    for (Engine* reader : *readers) {
      const Outcome outcome = reader->Load(*bytes, *options);
      if (verb.as_json) {
        PrintJson(input.name(), reader->card().id, outcome);
      } else {
        PrintText(reader->card().id, outcome, verb.width);
      }
    }
  }
  return kAgreed;
}

}  // namespace

void AddLoad(CLI::App& app, int* status) {
  auto verb = std::make_shared<LoadVerb>();
  CLI::App* load = app.add_subcommand("load", "Read pickles with each engine, inertly");
  verb->inputs.AddTo(*load);
  verb->load.AddTo(*load);
  load->add_option("--engine", verb->engines, "Only this engine; may be repeated (see `engines`)")
      ->allow_extra_args(false)  // what follows the one value is an INPUT
      ->take_all()
      ->type_name("ID");
  AddNumber(*load, "--width", verb->width, "Break the notation into lines of this width; 0: don't");
  load->add_flag("--json", verb->as_json, "One JSON object per input and engine");
  load->callback([verb, status] { *status = RunLoad(*verb); });
}

}  // namespace pickleproof
