#include "harness/adapter/pickleproof_engine.h"

#include <set>

#include <gtest/gtest.h>

#include "harness/graph/compare.h"

namespace pickleproof {
namespace {

Graph SomeGraph(size_t strings) {
  Graph graph;
  const NodeId list = graph.List();
  graph.Append(list, list);
  for (size_t i = 0; i < strings; ++i) graph.Append(list, graph.Str("x"));
  graph.set_root(list);
  return graph;
}

TEST(PickleproofEngines, ReadBackWhatEachOfThemWritesAtEveryProtocol) {
  const auto engines = MakePickleproofEngines(11);
  const Graph graph = SomeGraph(3);
  for (const auto& writer : engines) {
    for (const int protocol : writer->card().protocols_written) {
      const auto stream = writer->Dump(graph, protocol);
      ASSERT_TRUE(stream) << writer->card().id << ToString(stream.error());
      for (const auto& reader : engines) {
        if (!reader->card().reads) continue;
        const Outcome outcome = reader->Load(*stream, {});
        ASSERT_EQ(outcome.verdict, Verdict::kAccept) << reader->card().id;
        EXPECT_EQ(FirstDifference(graph, outcome.graph), std::nullopt);
        EXPECT_EQ(outcome.consumed, stream->size());
      }
    }
  }
}

TEST(PickleproofEngines, TheVariedWriterVaries) {
  const auto engines = MakePickleproofEngines(11);
  std::set<bool> same_as_c;
  for (size_t strings = 0; strings < 20; ++strings) {
    const Graph graph = SomeGraph(strings);
    same_as_c.insert(*engines[2]->Dump(graph, 4) == *engines[0]->Dump(graph, 4));
  }
  EXPECT_TRUE(same_as_c.contains(false));
}

TEST(PickleproofEngines, UnknownPoliciesAndReadersGiveNoEngine) {
  EXPECT_EQ(MakePickleproofEngine("x", "nonsense", "_pickle", 11), nullptr);
  EXPECT_EQ(MakePickleproofEngine("x", "_pickle", "nonsense", 11), nullptr);
}

}  // namespace
}  // namespace pickleproof
