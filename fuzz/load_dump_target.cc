// Question: does what a pickle means survive being written again, at every protocol and in every
//           legal encoding?
// Input:    two bytes (protocol, encoding policy), then a pickle.
// Oracle:   load, dump, load: the second graph is the first, except for what a protocol can't carry
//           (oracles/known_loss.h).
// Seeds:    fuzz/seeds/load_dump

#include <fmt/format.h>

#include "fuzz/extra_counters.h"
#include "fuzz/fuzz_options.h"
#include "fuzz/target.h"
#include "generators/policies.h"
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
    context_.tally.Disagreed();
    context_.candidates.Add(fmt::format("load_dump | {} | protocol {}", comparison.kind, protocol),
                            input, fmt::format("{} | {}", comparison.left, comparison.right));
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
