// The pickler of this project promises to write what CPython's two picklers write, byte for byte.
// Put to CPython itself: every generated graph is made a Python object, written, and the graph of
// that very object is written by ours.

#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "generators/capability_check.h"
#include "generators/exhaustive.h"
#include "generators/graphs.h"
#include "generators/shrink.h"
#include "harness/base/bytes.h"
#include "harness/graph/notation.h"
#include "harness/pickle/disassembler.h"
#include "harness/pickle/pickler.h"
#include "harness/python/realize.h"

namespace pickleproof {
namespace {

constexpr std::string_view kImplementations[] = {"_pickle", "pickle.py"};

class ByteIdentity : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto started = Interpreter::Start();
    ASSERT_TRUE(started) << ToString(started.error());
    interpreter = std::move(*started).release();
  }
  static void TearDownTestSuite() {
    delete interpreter;
    interpreter = nullptr;
  }

  static DumpOptions OptionsOf(std::string_view implementation, int protocol) {
    DumpOptions options;
    options.protocol = protocol;
    const auto policy = EncodingPolicy::OfCPython(implementation, interpreter->minor());
    EXPECT_TRUE(policy) << "no policy for CPython 3." << interpreter->minor();
    if (policy) options.policy = *policy;
    return options;
  }

  enum class Verdict : uint8_t { kSame, kOther, kUnwritten };
  struct Comparison {
    Verdict verdict = Verdict::kSame;
    std::string message;
    size_t bytes = 0;
  };

  static Comparison Compare(const Graph& graph, std::string_view implementation, int protocol,
                            Channel channel = Channel::kBytesIo) {
    const auto written = WriteRealized(*interpreter, implementation, channel, graph, protocol);
    if (!written) return {Verdict::kUnwritten, ToString(written.error())};
    const auto ours = Dump(written->graph, OptionsOf(implementation, protocol));
    if (!ours) return {Verdict::kOther, "ours fails: " + ToString(ours.error())};
    if (*ours == written->bytes) return {Verdict::kSame, "", ours->size()};
    return {Verdict::kOther,
            "ours:\n" + Disassemble(*ours) + "theirs:\n" + Disassemble(written->bytes)};
  }

  // Fails with the smallest graph that shows the difference.
  static void Report(const Graph& graph, std::string_view implementation, int protocol,
                     const GraphCapabilities& capabilities) {
    const Comparison first = Compare(graph, implementation, protocol);
    const Graph smallest = ShrinkGraph(
        graph,
        [&](const Graph& g) {
          if (!IsWithin(g, capabilities)) return false;
          const Comparison again = Compare(g, implementation, protocol);
          return again.verdict == first.verdict &&
                 (first.verdict == Verdict::kOther || again.message == first.message);
        },
        3000);
    ADD_FAILURE() << implementation << " at protocol " << protocol << ": "
                  << ToNotation(smallest, {.max_length = 2000}) << "\n"
                  << Compare(smallest, implementation, protocol).message.substr(0, 4000);
  }

  static Interpreter* interpreter;
};

Interpreter* ByteIdentity::interpreter = nullptr;

// ---- Generated graphs.

constexpr int kMaxReports = 3;

struct Tally {
  uint64_t graphs = 0, streams = 0, bytes = 0, nodes = 0;
};

// What CPython can write, also where reading it does not give the same graph back: that is no
// matter here.
GraphCapabilities CapabilitiesOf(int protocol, uint64_t seed) {
  GraphCapabilities capabilities = PicklableByCPython(
      protocol,
      {.persistent_ids = seed % 3 == 0, .extensions = seed % 3 == 1, .buffers = seed % 2 == 1});
  capabilities.steps_on_recursive_args = capabilities.shared_escaped_text = true;
  capabilities.merge_interned = false;
  return capabilities;
}

TEST_F(ByteIdentity, OfEveryGeneratedGraphAtEveryProtocol) {
  constexpr uint64_t kGraphsForEachProtocol = 3000;
  Tally tally;
  int reports = 0;
  for (int made_for = 0; made_for <= 5 && reports < kMaxReports; ++made_for) {
    for (uint64_t seed = 0; seed < kGraphsForEachProtocol && reports < kMaxReports; ++seed) {
      const GraphCapabilities capabilities = CapabilitiesOf(made_for, seed);
      const Graph graph = GraphFromSeed(seed * 6 + static_cast<uint64_t>(made_for), capabilities);
      ++tally.graphs;
      tally.nodes += Reachable(graph, graph.root()).size();
      // What is made for a protocol is writable there; at the others too where they have it all.
      for (const std::string_view implementation : kImplementations) {
        for (int protocol = 0; protocol <= 5; ++protocol) {
          const Comparison comparison = Compare(graph, implementation, protocol);
          if (comparison.verdict == Verdict::kUnwritten && protocol != made_for) continue;
          if (comparison.verdict != Verdict::kSame && reports++ < kMaxReports) {
            SCOPED_TRACE(fmt::format("seed {} for protocol {}: {}", seed, made_for,
                                     comparison.message.substr(0, 200)));
            Report(graph, implementation, protocol, capabilities);
          }
          ++tally.streams;
          tally.bytes += comparison.bytes;
        }
      }
    }
  }
  std::cout << fmt::format("{} graphs of {} nodes, {} streams of {} bytes compared\n", tally.graphs,
                           tally.nodes, tally.streams, tally.bytes);
}

TEST_F(ByteIdentity, OfEverySmallGraphAtEveryProtocol) {
  Tally tally;
  int reports = 0;
  tally.graphs = ForEachSmallGraph(4, [&](const Graph& graph) {
    for (const std::string_view implementation : kImplementations) {
      for (int protocol = 0; protocol <= 5; ++protocol) {
        const Comparison comparison = Compare(graph, implementation, protocol);
        ++tally.streams;
        if (comparison.verdict == Verdict::kSame || reports++ >= kMaxReports) continue;
        ADD_FAILURE() << implementation << " at protocol " << protocol << ": " << ToNotation(graph)
                      << "\n"
                      << comparison.message;
      }
    }
  });
  EXPECT_EQ(reports, 0);
  std::cout << fmt::format("{} graphs, {} streams compared\n", tally.graphs, tally.streams);
}

// ---- Where picklers change their ways: batches of 1000, frames of 64 KiB.

TEST_F(ByteIdentity, OfContainersAroundTheirBatches) {
  constexpr size_t kSizes[] = {0, 1, 2, 3, 999, 1000, 1001, 1002, 1999, 2000, 2001, 3000};
  constexpr Kind kKinds[] = {Kind::kTuple, Kind::kList, Kind::kDict, Kind::kSet, Kind::kFrozenSet};
  for (const size_t size : kSizes) {
    Graph graph;
    std::vector<NodeId> all;
    for (const Kind kind : kKinds) {
      const NodeId container = graph.Empty(kind);
      std::vector<NodeId> items;
      items.reserve(size);
      for (size_t i = 0; i < size; ++i) {
        items.push_back(i % 2 == 0 ? graph.Int(static_cast<int64_t>(i))
                                   : graph.Str(std::to_string(i)));
      }
      if (kind == Kind::kTuple) graph.FillTuple(container, items);
      if (kind == Kind::kList) graph.Extend(container, items);
      for (const NodeId item : items) {
        if (kind == Kind::kDict) graph.SetItem(container, item, graph.List());
        if (IsSetLike(kind)) graph.AddMember(container, item);
      }
      all.push_back(container);
      // The same from the items of an object, which are batched by other code.
      const NodeId object = graph.Object(How::kReduce, graph.Global("m", "f"), graph.Tuple({}));
      if (kind == Kind::kList) graph.AddStep(object, StepKind::kAppend, items);
      if (kind == Kind::kDict) {
        graph.AddStep(object, StepKind::kSetItems, std::span(items).first(items.size() / 2 * 2));
      }
      all.push_back(object);
    }
    graph.set_root(graph.Sequence(Kind::kList, all));
    for (const std::string_view implementation : kImplementations) {
      for (int protocol = 0; protocol <= 5; ++protocol) {
        SCOPED_TRACE(fmt::format("{} items, {}, protocol {}", size, implementation, protocol));
        const Comparison comparison = Compare(graph, implementation, protocol);
        EXPECT_EQ(comparison.verdict, Verdict::kSame) << comparison.message.substr(0, 2000);
      }
    }
  }
}

TEST_F(ByteIdentity, OfTextAroundTheSizeOfAFrame) {
  constexpr size_t kFrame = 65536;
  std::vector<size_t> sizes = {0, 1, 2, 3, 4, 255, 256, 65535 - 9};
  for (size_t size = kFrame - 16; size <= kFrame + 3; ++size) sizes.push_back(size);
  for (const Kind kind : {Kind::kStr, Kind::kBytes, Kind::kByteArray}) {
    for (const size_t size : sizes) {
      Graph graph;
      const auto text = [&](size_t length, char fill) {
        return graph.TextNode(kind, std::string(length, fill));
      };
      const NodeId whole = text(size, 'a');
      const NodeId parts[] = {text(3, 'b'), whole, text(size, 'c'),
                              text(4, 'd'), whole, text(kFrame - size % 100, 'e'),
                              text(5, 'f')};
      graph.set_root(graph.Sequence(Kind::kList, parts));
      Graph alone = graph;
      alone.set_root(whole);
      for (const std::string_view implementation : kImplementations) {
        for (int protocol = 3; protocol <= 5; ++protocol) {
          SCOPED_TRACE(fmt::format("{} of {} bytes, {}, protocol {}", Name(kind), size,
                                   implementation, protocol));
          for (const Channel channel : {Channel::kLoads, Channel::kBytesIo, Channel::kFile}) {
            SCOPED_TRACE(WriterName(channel));
            EXPECT_EQ(Compare(graph, implementation, protocol, channel).verdict, Verdict::kSame);
            EXPECT_EQ(Compare(alone, implementation, protocol, channel).verdict, Verdict::kSame);
          }
        }
      }
    }
  }
}

TEST_F(ByteIdentity, OfManySmallValuesAcrossFrames) {
  for (size_t shift = 0; shift < 40; ++shift) {
    Graph graph;
    std::vector<NodeId> items = {graph.Str(std::string(shift, 'x'))};
    for (int i = 0; i < 14'000; ++i) {
      const NodeId part[] = {graph.Int(int64_t{300} * i), graph.Str(std::to_string(i))};
      items.push_back(i % 7 == 0 ? graph.Tuple(part) : part[i % 2]);
    }
    graph.set_root(graph.Sequence(Kind::kList, items));
    for (const std::string_view implementation : kImplementations) {
      EXPECT_EQ(Compare(graph, implementation, 4).verdict, Verdict::kSame)
          << implementation << ", shifted by " << shift;
    }
  }
}

// ---- One pickler object, several dumps.

// Reads `streams`, lists of roots, and writes the roots of each by one pickler: all with one memo,
// then cleared between them, then without a memo. One line each: three groups of hex, or '-' where
// the pickler refuses.
constexpr std::string_view kSeveralDumps = R"(
import io, pickle, _pickle
def dumps(roots, protocol, mode):
    file = io.BytesIO()
    pickler = PICKLER(file, protocol)
    pickler.fast = mode == 'fast'
    parts = []
    for root in roots:
        if mode == 'clear':
            pickler.clear_memo()
        start = file.tell()
        try:
            pickler.dump(root)
        except (ValueError, RecursionError):
            return '-'
        parts.append(file.getvalue()[start:].hex())
    return ' '.join(parts)
result = '\n'.join(
    dumps(pickle.loads(bytes.fromhex(stream)), PROTOCOL, mode)
    for stream in STREAMS.split() for mode in ('memo', 'clear', 'fast'))
)";

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// The same by ours.
std::string SeveralDumps(const Graph& graph, std::string_view mode, DumpOptions options) {
  options.fast = mode == "fast";
  Pickler pickler(options);
  std::string all;
  for (const NodeId root : graph.Items(graph.root())) {
    if (mode == "clear") pickler.ClearMemo();
    std::string bytes;
    if (!pickler.Dump(graph, root, bytes)) return "-";
    if (!all.empty()) all += ' ';
    all += ToHex(bytes);
  }
  return all;
}

// Graphs whose objects an unpickler makes as they are: no stand-ins, and nothing whose order is
// Python's.
std::vector<Graph> PlainListsOfRoots(uint64_t count) {
  GraphCapabilities plain = PicklableByCPython(0);
  plain.Forbid({Kind::kSet, Kind::kFrozenSet, Kind::kGlobal, Kind::kObject});
  plain.nan_payloads = false;
  plain.large_containers = false;
  plain.max_depth = 40;
  std::vector<Graph> graphs;
  for (uint64_t seed = 0; graphs.size() < count; ++seed) {
    Graph graph = GraphFromSeed(seed, plain);
    if (graph.kind(graph.root()) != Kind::kList || graph.Length(graph.root()) == 0) continue;
    graphs.push_back(std::move(graph));
  }
  return graphs;
}

TEST_F(ByteIdentity, OfSeveralDumpsByOnePicklerWithAndWithoutItsMemo) {
  constexpr std::string_view kModes[] = {"memo", "clear", "fast"};
  const std::vector<Graph> graphs = PlainListsOfRoots(400);
  std::string streams = "'";
  for (const Graph& graph : graphs) streams.append(ToHex(*Dump(graph))).append(" ");
  streams += "'";
  uint64_t compared = 0, refused = 0;
  for (const auto& [implementation, name] :
       {std::pair("_pickle", "_pickle.Pickler"), std::pair("pickle.py", "pickle._Pickler")}) {
    for (int protocol = 0; protocol <= 5; ++protocol) {
      SCOPED_TRACE(fmt::format("{} at protocol {}", implementation, protocol));
      std::string source = Replaced(std::string(kSeveralDumps), "PICKLER", name);
      source = Replaced(std::move(source), "PROTOCOL", std::to_string(protocol));
      source = Replaced(std::move(source), "STREAMS", streams);
      const auto answer = interpreter->Ask(source);
      ASSERT_TRUE(answer) << ToString(answer.error());
      std::string_view rest = *answer;
      for (const Graph& graph : graphs) {
        for (const std::string_view mode : kModes) {
          const std::string_view theirs = rest.substr(0, rest.find('\n'));
          rest.remove_prefix(std::min(rest.size(), theirs.size() + 1));
          const std::string ours = SeveralDumps(graph, mode, OptionsOf(implementation, protocol));
          ASSERT_EQ(ours, theirs) << mode << ": " << ToNotation(graph);
          ++(ours == "-" ? refused : compared);
        }
      }
    }
  }
  std::cout << fmt::format("{} sequences of dumps compared, {} refused by both\n", compared,
                           refused);
  EXPECT_GT(compared, 2 * refused);
}

}  // namespace
}  // namespace pickleproof
