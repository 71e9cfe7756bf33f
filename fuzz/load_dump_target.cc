// Question: does what a pickle means survive being written again, at every protocol and in every
//           legal encoding?
// Input:    two bytes (protocol, encoding policy), then a pickle.
// Oracle:   load, dump, load: the second graph is the first, except for what a protocol can't carry
//           (oracles/known_loss.h).
// Seeds:    fuzz/seeds/load_dump

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "fuzz/extra_counters.h"
#include "fuzz/fuzz_options.h"
#include "fuzz/target.h"
#include "generators/policies.h"
#include "harness/pickle/name_mapping.h"
#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"
#include "oracles/known_difference.h"

namespace pickleproof {
namespace {

constexpr size_t kHeader = 2;

class LoadDumpTarget final : public FuzzTarget {
 public:
  explicit LoadDumpTarget(const TargetContext& context) : context_(context) {
    card_.id = "pickleproof";
    options_ = FuzzLoadOptions();
  }

  void Run(std::string_view input) override {
    if (input.size() < kHeader) return;
    const auto first = static_cast<unsigned char>(input[0]);
    const auto second = static_cast<unsigned char>(input[1]);
    DumpOptions dump;
    dump.protocol = first % (kHighestProtocol + 1);
    dump.policy = PolicyFromSeed(uint64_t{first} << 8U | second);
    dump.max_bytes = kFuzzLimits.bytes;
    unpickler_.Reset();
    const Unpickler::Loaded loaded = unpickler_.Load(input.substr(kHeader));
    if (loaded.verdict != Verdict::kAccept) {
      context_.tally.Failed(IsLateFailure(input.substr(kHeader), loaded.error->offset));
      return;
    }
    context_.tally.Accepted();
    const Result<std::string> written = Dump(unpickler_.graph(), dump);
    if (!written) {
      // What the protocol can't express, and what this pickler refuses.
      context_.tally.Poisoned(Name(written.error().code));
      return;
    }
    CountEvent(uint64_t{first} << 32U | written->size());
    Check(input, *written, dump.protocol);
  }

 private:
  void Check(std::string_view input, const std::string& written, int protocol) {
    const Outcome read = Load(written, options_);
    const CompareOptions compare;
    const Comparison comparison =
        oracle_.CompareWithOriginal(unpickler_.graph(), read, written.size(), compare);
    if (comparison.agreement != Agreement::kDiffer) return;
    Disagreement disagreement;
    disagreement.stream = written;
    disagreement.options = &options_;
    disagreement.protocol = protocol;
    disagreement.writer = disagreement.right = &card_;
    disagreement.left_graph = &unpickler_.graph();
    disagreement.right_graph = read.verdict == Verdict::kAccept ? &read.graph : nullptr;
    disagreement.comparison = &comparison;
    if (const auto explanation = Explain(disagreement)) {
      context_.tally.Explained(explanation->name);
      return;
    }
    if (LeavesNamesBehind(unpickler_.graph(), protocol)) {
      context_.tally.Poisoned("steps of a name");
      return;
    }
    context_.tally.Disagreed();
    context_.candidates.Add(fmt::format("load_dump | {} | protocol {}", comparison.kind, protocol),
                            input, fmt::format("{} | {}", comparison.left, comparison.right));
  }

  // Whether something was done to a global that the law can't follow: a call made for its effect on
  // a mere name (effects.h guesses them by what is dropped, and a name is often only an argument),
  // or steps of two names that come back as one and mix.
  static bool LeavesNamesBehind(const Graph& graph, int protocol) {
    std::map<std::pair<std::string, std::string>, int> names;
    bool steps = false;
    for (const NodeId id : Reachable(graph, graph.root())) {
      if (!IsInert(graph.kind(id)) || graph.kind(id) == Kind::kObject) continue;
      for (NodeId step = graph.FirstStep(id); step != kNoNode; step = graph.NextStep(step)) {
        if (graph.StepAt(step).kind == StepKind::kCall) return true;
        steps = true;
      }
      if (graph.kind(id) != Kind::kGlobal || protocol >= 3) continue;
      const GlobalName back = ToPython3(ToPython2({graph.Module(id), graph.QualifiedName(id)}));
      ++names[{std::string(back.module), std::string(back.name)}];
    }
    return steps && std::ranges::any_of(names, [](const auto& name) { return name.second > 1; });
  }

  TargetContext context_;
  LoadOptions options_;
  EngineCard card_;
  Unpickler unpickler_{FuzzLoadOptions()};
  DifferentialOracle oracle_;
};

}  // namespace

std::unique_ptr<FuzzTarget> MakeTarget(const TargetContext& context) {
  return std::make_unique<LoadDumpTarget>(context);
}

}  // namespace pickleproof
