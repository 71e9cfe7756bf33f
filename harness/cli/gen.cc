// gen: the graphs that `cross` and `report` run on, as notation, as node tables or as pickles; or
// the Python sources of `cross --live`.

#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "generators/sources.h"
#include "harness/cli/inputs.h"
#include "harness/cli/number.h"
#include "harness/cli/verbs.h"
#include "harness/graph/node_table.h"
#include "harness/graph/notation.h"
#include "harness/matrix/runner.h"
#include "harness/pickle/pickler.h"

namespace pickleproof {
namespace {

struct GenVerb {
  uint64_t seed = 1;
  uint64_t first = 0;
  uint64_t graphs = 10;
  int protocol = 4;
  std::string out;
  bool as_json = false;
  bool sources = false;
};

nlohmann::json SourceJson(const Source& source, uint64_t seed, uint64_t index) {
  nlohmann::json probes = nlohmann::json::array();
  for (const SourceProbe& probe : source.probes) probes.push_back(probe.expression);
  return {{"seed", seed},        {"index", index},   {"text", source.Text()},
          {"root", source.root}, {"probes", probes}, {"traits", source.traits().Names()}};
}

int RunGenSources(const GenVerb& verb) {
  for (uint64_t index = verb.first; index < verb.first + verb.graphs; ++index) {
    const Source source = GeneratedSource(verb.seed, index);
    if (!verb.out.empty()) {
      const std::string path = fmt::format("{}/{}-{}.py", verb.out, verb.seed, index);
      if (auto saved = WriteWhole(path, source.Program()); !saved) {
        return Refuse(saved.error().message);
      }
    } else if (verb.as_json) {
      fmt::print("{}\n", SourceJson(source, verb.seed, index).dump());
    } else {
      fmt::print("# Source {} of seed {}.\n{}\n", index, verb.seed, source.Program());
    }
  }
  return kAgreed;
}

int RunGen(const GenVerb& verb) {
  if (verb.sources) return RunGenSources(verb);
  for (uint64_t index = verb.first; index < verb.first + verb.graphs; ++index) {
    const Graph graph = GeneratedGraph(verb.seed, index);
    if (!verb.out.empty()) {
      DumpOptions options;
      options.protocol = verb.protocol;
      const auto bytes = Dump(graph, options);
      if (!bytes) continue;  // what this protocol can't express
      const std::string path = fmt::format("{}/{}-{}.pkl", verb.out, verb.seed, index);
      if (auto saved = WriteWhole(path, *bytes); !saved) return Refuse(saved.error().message);
    }
    if (verb.as_json) {
      fmt::print(R"({{"seed":{},"index":{},"graph":{}}})"
                 "\n",
                 verb.seed, index, NodeTableJson(graph));
    } else if (verb.out.empty()) {
      fmt::print("{}\n", ToNotation(graph));
    }
  }
  return kAgreed;
}

}  // namespace

void AddGen(CLI::App& app, int* status) {
  auto verb = std::make_shared<GenVerb>();
  CLI::App* gen =
      app.add_subcommand("gen", "Generate object graphs, or Python sources, from a seed");
  AddNumber(*gen, "--graphs", verb->graphs, "How many");
  AddNumber(*gen, "--seed", verb->seed, "Any number; the same graphs for the same seed");
  AddNumber(*gen, "--first", verb->first, "Index of the first graph");
  gen->add_option("--protocol", verb->protocol, "Of the pickles, 0 to 5")
      ->check(CLI::Range(0, 5))
      ->capture_default_str();
  gen->add_option("-o,--out", verb->out,
                  "Folder to write pickles (or sources) to, instead of printing");
  gen->add_flag("--sources", verb->sources,
                "Python sources with functions, classes and instances, and what is asked of them");
  gen->add_flag("--json", verb->as_json, "One JSON object per graph or source");
  gen->callback([verb, status] { *status = RunGen(*verb); });
}

}  // namespace pickleproof
