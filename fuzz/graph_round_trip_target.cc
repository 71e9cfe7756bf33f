// Question: is every graph read back as what it was written from?
// Input:    the decisions of the graph generator: protocol, encoding policy, graph.
// Oracle:   dump, load: the same graph, with the identity of every kind, and nothing left over.
// Seeds:    fuzz/seeds/graph_round_trip

#include <fmt/format.h>

#include "fuzz/extra_counters.h"
#include "fuzz/fuzz_options.h"
#include "fuzz/target.h"
#include "generators/graphs.h"
#include "generators/policies.h"
#include "harness/graph/compare.h"
#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

class GraphRoundTripTarget final : public FuzzTarget {
 public:
  explicit GraphRoundTripTarget(const TargetContext& context) : context_(context) {}

  void Run(std::string_view input) override {
    ByteChoices choices(input);
    DumpOptions dump;
    dump.protocol = kHighestProtocol - static_cast<int>(choices.Below(kHighestProtocol + 1));
    dump.policy = GeneratePolicy(choices);
    const GraphCapabilities capabilities = PicklableByCPython(
        dump.protocol, {.persistent_ids = true, .extensions = true, .buffers = true});
    const Graph graph = GenerateGraph(choices, capabilities, DrawBudget(choices));
    dump.policy.early_tuple2 = !choices.Chance(1, 2);
    // What to do with an object that its own arguments have saved meanwhile.
    dump.policy.make_twice = !choices.Chance(1, 2);
    Result<std::string> written = Dump(graph, dump);
    if (!written && written.error().code == ErrorCode::kUnsupported && !dump.policy.proto_header) {
      // Names that only Python 2 has need a PROTO to be kept.
      dump.policy.proto_header = true;
      written = Dump(graph, dump);
    }
    if (!written) return Report("dump", dump.protocol, input, ToString(written.error()));
    LoadOptions options = FuzzLoadOptions();
    options.buffers = BuffersOf(graph);
    const Outcome read = Load(*written, options);
    CountEvent(uint64_t{static_cast<unsigned>(dump.protocol)} << 32U | written->size());
    if (read.verdict != Verdict::kAccept) {
      return Report("load", dump.protocol, input, read.error ? ToString(*read.error) : "");
    }
    context_.tally.Accepted();
    TallyInstructions(*written, written->size(), context_.tally);
    if (read.consumed != written->size()) {
      return Report("consumed", dump.protocol, input, "bytes are left over");
    }
    const auto difference =
        comparer_.FirstDifference(graph, read.graph, {.strictness = Strictness::kAllIdentity});
    if (difference) Report("graph", dump.protocol, input, difference->ToString());
  }

 private:
  static std::vector<bool> BuffersOf(const Graph& graph) {
    std::vector<bool> buffers;
    for (const NodeId id : Reachable(graph, graph.root())) {
      if (graph.kind(id) != Kind::kBuffer) continue;
      const size_t index = graph.BufferIndex(id);
      if (buffers.size() <= index) buffers.resize(index + 1);
      buffers[index] = graph.BufferReadOnly(id);
    }
    return buffers;
  }
  void Report(std::string_view where, int protocol, std::string_view input,
              const std::string& what) {
    context_.tally.Disagreed();
    context_.candidates.Add(fmt::format("graph_round_trip | {} | protocol {}", where, protocol),
                            input, what);
  }

  TargetContext context_;
  Comparer comparer_;
};

}  // namespace

std::unique_ptr<FuzzTarget> MakeTarget(const TargetContext& context) {
  return std::make_unique<GraphRoundTripTarget>(context);
}

}  // namespace pickleproof
