// engines: who is there, and who passes the smoke test.

#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/verbs.h"
#include "harness/matrix/engine_set.h"
#include "harness/matrix/smoke.h"

namespace pickleproof {
namespace {

using nlohmann::json;

int RunEngines(bool as_json) {
  const EngineSet set = EngineSet::Make();
  int status = kAgreed;
  for (const auto& engine : set.engines()) {
    const EngineCard& card = engine->card();
    const std::string failure = SmokeTest(*engine);
    if (!failure.empty()) status = kDisagreed;
    if (as_json) {
      const json line = {{"id", card.id},
                         {"name", card.name},
                         {"version", card.version},
                         {"language", card.language},
                         {"reads", card.reads},
                         {"writes", card.writes},
                         {"protocols_read", card.protocols_read},
                         {"protocols_written", card.protocols_written},
                         {"smoke", failure.empty() ? "ok" : failure}};
      fmt::print("{}\n", line.dump());
    } else {
      fmt::print("{:<36} {:<30} {:<8} {:<7} {:<6} {:<6} {}\n", card.id, card.name, card.version,
                 card.language, card.reads ? "reads" : "", card.writes ? "writes" : "",
                 failure.empty() ? "ok" : failure);
    }
  }
  for (const std::string& missing : set.unavailable()) {
    const size_t colon = missing.find(':');
    if (as_json) {
      const json line = {{"id", missing.substr(0, colon)},
                         {"smoke", "unavailable" + missing.substr(colon)}};
      fmt::print("{}\n", line.dump(-1, ' ', false, json::error_handler_t::replace));
    } else {
      fmt::print("{:<36} unavailable{}\n", missing.substr(0, colon), missing.substr(colon));
    }
  }
  return status;
}

}  // namespace

void AddEngines(CLI::App& app, int* status) {
  auto as_json = std::make_shared<bool>(false);
  CLI::App* engines = app.add_subcommand(
      "engines", "List the engines and smoke-test them; exit status 1 where one fails");
  engines->add_flag("--json", *as_json, "One JSON object per engine");
  engines->callback([as_json, status] { *status = RunEngines(*as_json); });
}

}  // namespace pickleproof
