#include "harness/adapter/pickleproof_engine.h"

#include <utility>

#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

EngineCard CardOf(std::string id, std::string name, bool reads) {
  EngineCard card;
  card.id = std::move(id);
  card.name = std::move(name);
  card.version = PICKLEPROOF_VERSION;
  card.language = "C++";
  card.reads = reads;
  card.writes = true;
  if (reads) card.protocols_read = {0, 1, 2, 3, 4, 5};
  card.protocols_written = {0, 1, 2, 3, 4, 5};
  return card;
}

class PickleproofEngine final : public Engine {
 public:
  PickleproofEngine(EngineCard card, std::vector<EncodingPolicy> policies, Profile profile)
      : card_(std::move(card)), policies_(std::move(policies)), profile_(profile) {
    card_.profile = profile;
  }

  const EngineCard& card() const override { return card_; }

  Outcome Load(std::string_view data, const LoadOptions& options) override {
    LoadOptions mine = options;
    mine.profile = profile_;
    return pickleproof::Load(data, mine);
  }

  Result<std::string> Dump(const Graph& graph, int protocol) override {
    const size_t choice = graph.size() + static_cast<size_t>(protocol);
    DumpOptions options;
    options.protocol = protocol;
    options.policy = policies_[choice % policies_.size()];
    return pickleproof::Dump(graph, options);
  }

 private:
  EngineCard card_;
  std::vector<EncodingPolicy> policies_;
  Profile profile_;
};

}  // namespace

std::unique_ptr<Engine> MakePickleproofEngine(std::string id, std::string_view policy,
                                              std::string_view reader, int minor) {
  const auto named = EncodingPolicy::Named(policy);
  const auto profile = Profile::Of(reader, minor);
  if (!named || !profile) return nullptr;
  const std::string name = "pickleproof as " + std::string(policy);
  return std::make_unique<PickleproofEngine>(CardOf(std::move(id), name, true), std::vector{*named},
                                             *profile);
}

std::vector<std::unique_ptr<Engine>> MakePickleproofEngines(int minor) {
  std::vector<std::unique_ptr<Engine>> engines;
  engines.push_back(MakePickleproofEngine("pickleproof", "_pickle", "_pickle", minor));
  engines.push_back(
      MakePickleproofEngine("pickleproof/pickle.py", "pickle.py", "pickle.py", minor));
  std::vector<EncodingPolicy> others;
  for (const std::string_view name : EncodingPolicy::Names()) {
    if (name != "_pickle" && name != "pickle.py") others.push_back(*EncodingPolicy::Named(name));
  }
  engines.push_back(std::make_unique<PickleproofEngine>(
      CardOf("pickleproof/varied", "pickleproof in other encodings", false), std::move(others),
      Profile()));
  return engines;
}

}  // namespace pickleproof
