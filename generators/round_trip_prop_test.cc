// Whatever is written is read as what it was: every protocol, every legal encoding.

#include <gtest/gtest.h>

#include "generators/exhaustive.h"
#include "generators/policies.h"
#include "generators/rapidcheck_choices.h"
#include "harness/base/bytes.h"
#include "harness/graph/compare.h"
#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

LoadOptions GivenBuffersOf(const Graph& graph) {
  LoadOptions options;
  options.has_buffers = true;
  for (const NodeId id : Reachable(graph, graph.root())) {
    if (graph.kind(id) != Kind::kBuffer) continue;
    if (options.buffers.size() <= graph.BufferIndex(id)) {
      options.buffers.resize(graph.BufferIndex(id) + 1);
    }
    options.buffers[graph.BufferIndex(id)] = graph.BufferReadOnly(id);
  }
  return options;
}

// Empty where the graph comes back, else what went wrong.
std::string RoundTrip(const Graph& graph, const DumpOptions& options) {
  Result<std::string> bytes = Dump(graph, options);
  if (!bytes && bytes.error().code == ErrorCode::kUnsupported && !options.policy.proto_header) {
    // Names that only Python 2 has need a PROTO to be kept.
    DumpOptions with_header = options;
    with_header.policy.proto_header = true;
    bytes = Dump(graph, with_header);
  }
  if (!bytes) return "dump: " + ToString(bytes.error());
  const Outcome outcome = Load(*bytes, GivenBuffersOf(graph));
  if (outcome.verdict != Verdict::kAccept) {
    return "load: " + (outcome.error ? ToString(*outcome.error) : "") + "\n" + ToHex(*bytes);
  }
  if (outcome.consumed != bytes->size()) return "bytes are left over";
  Comparer comparer;
  const auto difference =
      comparer.FirstDifference(graph, outcome.graph, {.strictness = Strictness::kAllIdentity});
  return difference ? difference->ToString() + "\n" + ToHex(*bytes) : "";
}

GraphCapabilities AtProtocol(int protocol) {
  return PicklableByCPython(protocol,
                            {.persistent_ids = true, .extensions = true, .buffers = true});
}

class RoundTripAtProtocol : public testing::TestWithParam<int> {};

TEST_P(RoundTripAtProtocol, GraphsOfCPythonComeBackFromEveryPolicy) {
  const int protocol = GetParam();
  EXPECT_TRUE(rc::check([protocol] {
    const Graph graph = *Graphs(AtProtocol(protocol));
    const uint64_t seed = *rc::gen::arbitrary<uint64_t>();
    DumpOptions options{.protocol = protocol, .policy = PolicyFromSeed(seed)};
    const std::string wrong = RoundTrip(graph, options);
    if (!wrong.empty()) RC_FAIL(wrong);
  }));
}

TEST_P(RoundTripAtProtocol, SeedsComeBackFromBothOfCPythonsPolicies) {
  const int protocol = GetParam();
  for (const char* name : {"_pickle", "pickle.py"}) {
    SCOPED_TRACE(name);
    DumpOptions options{.protocol = protocol, .policy = *EncodingPolicy::Named(name)};
    for (uint64_t seed = 0; seed < 300; ++seed) {
      const Graph graph = GraphFromSeed(seed, AtProtocol(protocol));
      ASSERT_EQ(RoundTrip(graph, options), "") << "seed " << seed << "\n" << ToNotation(graph);
    }
  }
}

TEST_P(RoundTripAtProtocol, EverySmallGraphComesBack) {
  const int protocol = GetParam();
  DumpOptions options;
  options.protocol = protocol;
  int failures = 0;
  ForEachSmallGraph(3, [&](const Graph& graph) {
    const std::string wrong = RoundTrip(graph, options);
    if (!wrong.empty() && failures++ < 5) ADD_FAILURE() << ToNotation(graph) << ": " << wrong;
  });
  EXPECT_EQ(failures, 0);
}

INSTANTIATE_TEST_SUITE_P(, RoundTripAtProtocol, testing::Range(0, 6),
                         testing::PrintToStringParamName());

TEST(RoundTrip, EverythingWeHaveComesBackAtTheHighestProtocol) {
  EXPECT_TRUE(rc::check([] {
    GraphCapabilities all = EverythingWeHave();
    all.Allow({Kind::kExtension, Kind::kBuffer});
    const Graph graph = *Graphs(all);
    const uint64_t seed = *rc::gen::arbitrary<uint64_t>();
    const DumpOptions options{.protocol = 5, .policy = PolicyFromSeed(seed)};
    const std::string wrong = RoundTrip(graph, options);
    if (!wrong.empty()) RC_FAIL(wrong);
  }));
}

}  // namespace
}  // namespace pickleproof
