#include "generators/shrink.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "harness/base/bytes.h"
#include "harness/base/utf8.h"

namespace pickleproof {
namespace {

constexpr NodeId kFirstOwnNode = kSmallIntNode + 256;
constexpr uint64_t kPythonNan = 0x7ff8000000000000;

using What = ShrinkEdit::What;

// ---- How plain leaves are.

uint64_t OddText(std::string_view text) {
  return static_cast<uint64_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return c != 'a'; }));
}

// 0.0, 1.0, the infinity, float('nan'), everything else.
uint64_t OddFloat(uint64_t bits) {
  if (bits == 0) return 0;
  if (bits == std::bit_cast<uint64_t>(1.0)) return 1;
  if (bits == std::bit_cast<uint64_t>(HUGE_VAL)) return 2;
  if (bits == kPythonNan) return 3;
  return 4 + static_cast<uint64_t>(std::popcount(bits));
}

// Twice the magnitude, and one more for a minus.
uint64_t OddInt(int64_t value) {
  const uint64_t magnitude =
      value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value);
  const uint64_t capped = std::min(magnitude, uint64_t{1} << 40);
  return 2 * capped + (value < 0 ? 1 : 0);
}

std::string IntBytes(int64_t value) {
  std::string bytes;
  AppendLittle(bytes, value);
  return bytes;
}

uint64_t IntSize(int64_t value) {
  const uint64_t magnitude =
      value < 0 ? ~static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  return static_cast<uint64_t>(std::bit_width(magnitude) + 7) / 8;
}

void MeasureLeaf(const Graph& graph, NodeId id, GraphMeasure& measure) {
  const Kind kind = graph.kind(id);
  if (IsText(kind)) {
    measure.bytes += graph.Text(id).size();
    measure.odd += OddText(graph.Text(id));
  } else if (kind == Kind::kInt && graph.IsSmallInt(id)) {
    measure.bytes += IntSize(graph.SmallInt(id));
    measure.odd += OddInt(graph.SmallInt(id));
  } else if (kind == Kind::kInt) {
    measure.bytes += graph.BigInt(id).size();
    measure.odd += OddText(graph.BigInt(id));
  } else if (kind == Kind::kFloat) {
    measure.odd += OddFloat(graph.FloatBits(id));
  } else if (kind == Kind::kBool) {
    measure.odd += graph.BoolValue(id) ? 1 : 0;
  } else if (kind == Kind::kGlobal) {
    measure.bytes += graph.Module(id).size() + graph.QualifiedName(id).size();
    measure.odd += graph.Module(id) == "m" && graph.QualifiedName(id) == "f" ? 0 : 1;
  } else if (kind == Kind::kExtension) {
    measure.odd += graph.ExtensionCode(id);
  } else if (kind == Kind::kObject) {
    measure.odd += graph.how(id) == How::kReduce ? 0 : 1;
  }
}

// ---- Edits.

// Chunks of `count` entries, large ones first: the whole, halves, quarters, ... single ones.
template <typename F>
void ForEachChunk(size_t count, F visit) {
  for (size_t size = count; size > 0; size /= 2) {
    for (size_t begin = 0; begin + size <= count; begin += size) visit(begin, size);
    const size_t rest = count % size;
    if (rest != 0) visit(count - rest, rest);
  }
}

// Code points of a str, else bytes, so that what is left stays well formed.
std::vector<size_t> Boundaries(Kind kind, std::string_view text) {
  std::vector<size_t> boundaries;
  for (size_t offset = 0; offset < text.size();) {
    boundaries.push_back(offset);
    if (kind == Kind::kStr) {
      NextCodePoint(text, &offset);
    } else {
      ++offset;
    }
  }
  boundaries.push_back(text.size());
  return boundaries;
}

void TextEdits(const Graph& graph, NodeId id, std::vector<ShrinkEdit>& edits) {
  const std::string_view text = graph.Text(id);
  const std::vector<size_t> at = Boundaries(graph.kind(id), text);
  ForEachChunk(at.size() - 1, [&](size_t begin, size_t count) {
    std::string shorter(text.substr(0, at[begin]));
    shorter += text.substr(at[begin + count]);
    edits.push_back({.what = What::kText, .node = id, .text = std::move(shorter)});
  });
  ForEachChunk(at.size() - 1, [&](size_t begin, size_t count) {
    std::string plainer(text.substr(0, at[begin]));
    plainer.append(at[begin + count] - at[begin], 'a');
    plainer += text.substr(at[begin + count]);
    edits.push_back({.what = What::kText, .node = id, .text = std::move(plainer)});
  });
}

void NumberEdits(const Graph& graph, NodeId id, std::vector<ShrinkEdit>& edits) {
  const auto add = [&](std::string bytes, uint64_t bits) {
    edits.push_back({.what = What::kNumber, .node = id, .text = std::move(bytes), .bits = bits});
  };
  if (graph.kind(id) == Kind::kFloat) {
    for (const double value : {0.0, 1.0, HUGE_VAL}) add({}, std::bit_cast<uint64_t>(value));
    add({}, kPythonNan);
    const double value = graph.FloatValue(id);
    add({}, std::bit_cast<uint64_t>(std::trunc(value)));
    add({}, std::bit_cast<uint64_t>(std::fabs(value)));
    // Bits that the value can do without, one by one.
    for (int bit = 0; bit < 64; ++bit) add({}, graph.FloatBits(id) & ~(uint64_t{1} << bit));
    return;
  }
  add(IntBytes(0), 0);
  if (!graph.IsSmallInt(id)) {
    const std::string_view bytes = graph.BigInt(id);
    for (const int64_t value : {int64_t{1}, INT64_MAX, INT64_MIN}) add(IntBytes(value), 0);
    for (size_t size = bytes.size() / 2; size > 0; size /= 2) {
      add(std::string(bytes.substr(size)), 0);
    }
    return;
  }
  const int64_t value = graph.SmallInt(id);
  if (value < 0 && value != INT64_MIN) add(IntBytes(-value), 0);
  for (int shift = 56; shift > 0; shift -= 8) add(IntBytes(value >> shift), 0);
  for (int64_t part = value / 2; part != 0; part /= 2) add(IntBytes(value - part), 0);
  if (value != 0) add(IntBytes(value > 0 ? value - 1 : value + 1), 0);
}

// What an edit is about, from drastic to fine. Each stage is gone through to its end before the
// next.
enum class Stage : uint8_t { kRoots, kNodes, kEntries, kSingleEntries, kLeaves };
constexpr auto kStages = std::to_array<Stage>(
    {Stage::kRoots, Stage::kNodes, Stage::kEntries, Stage::kSingleEntries, Stage::kLeaves});

// Members of a set can't all become None.
void PlainEdits(const Graph& graph, NodeId id, std::vector<ShrinkEdit>& edits) {
  if (graph.kind(id) <= Kind::kBool || id == kSmallIntNode + 2) return;
  for (const NodeId plain : {kFalseNode, kTrueNode, kSmallIntNode + 2}) {
    edits.push_back({.what = What::kReplace, .node = id, .to = plain});
  }
}

void NodeEdits(const Graph& graph, NodeId id, std::vector<ShrinkEdit>& edits) {
  if (id == kNoneNode) return;
  edits.push_back({.what = What::kReplace, .node = id, .to = kNoneNode});
  std::vector<NodeId> children;
  graph.ForEachChild(id, [&](NodeId child) {
    if (child != id && child != kNoneNode && children.size() < 4 &&
        std::find(children.begin(), children.end(), child) == children.end()) {
      children.push_back(child);
    }
  });
  for (const NodeId child : children) {
    edits.push_back({.what = What::kReplace, .node = id, .to = child});
  }
  const Kind kind = graph.kind(id);
  if (kind == Kind::kDict || kind == Kind::kObject) {
    edits.push_back({.what = What::kList, .node = id});
    edits.push_back({.what = What::kList, .node = id, .count = 1});
  }
  if (kind == Kind::kObject && graph.how(id) != How::kReduce) {
    edits.push_back({.what = What::kReduce, .node = id});
  }
}

void EntryEdits(const Graph& graph, NodeId id, std::vector<ShrinkEdit>& edits) {
  const std::vector<GraphEntry> entries = Entries(graph, id);
  for (size_t i = 0; i < entries.size(); ++i) {
    const NodeId target = entries[i].second == kNoNode ? entries[i].first : entries[i].second;
    if (target == kNoneNode) continue;
    edits.push_back({.what = What::kReplaceEntry, .node = id, .to = kNoneNode, .begin = i});
  }
}

void LeafEdits(const Graph& graph, NodeId id, std::vector<ShrinkEdit>& edits) {
  const Kind kind = graph.kind(id);
  if (IsText(kind)) {
    TextEdits(graph, id, edits);
  } else if (kind == Kind::kInt || kind == Kind::kFloat) {
    NumberEdits(graph, id, edits);
  } else if (kind == Kind::kGlobal || kind == Kind::kExtension) {
    edits.push_back({.what = What::kName, .node = id});
  }
}

std::vector<ShrinkEdit> EditsOf(const Graph& graph, Stage stage) {
  std::vector<ShrinkEdit> edits;
  for (const NodeId id : Reachable(graph, graph.root())) {
    switch (stage) {
      case Stage::kRoots:
        if (id != graph.root()) edits.push_back({.what = What::kRoot, .to = id});
        break;
      case Stage::kNodes: NodeEdits(graph, id, edits); break;
      case Stage::kEntries:
        ForEachChunk(Entries(graph, id).size(), [&](size_t begin, size_t count) {
          edits.push_back({.what = What::kDropEntries, .node = id, .begin = begin, .count = count});
        });
        break;
      case Stage::kSingleEntries: EntryEdits(graph, id, edits); break;
      case Stage::kLeaves:
        LeafEdits(graph, id, edits);
        PlainEdits(graph, id, edits);
        break;
    }
  }
  // The smallest subgraphs first: a leaf that will do needs no detour.
  if (stage == Stage::kRoots) std::reverse(edits.begin(), edits.end());
  return edits;
}

}  // namespace

GraphMeasure Measure(const Graph& graph) {
  GraphMeasure measure;
  for (const NodeId id : Reachable(graph, graph.root())) {
    measure.nodes += id >= kFirstOwnNode;
    graph.ForEachChild(id, [&](NodeId child) {
      ++measure.edges;
      measure.weight += child != kNoneNode;
    });
    MeasureLeaf(graph, id, measure);
  }
  if (graph.root() != kNoneNode) ++measure.weight;
  return measure;
}

GraphShrinks::GraphShrinks(const Graph& graph) : graph_(graph), measure_(Measure(graph)) {
  for (const Stage stage : kStages) {
    std::vector<ShrinkEdit> edits = EditsOf(graph_, stage);
    std::move(edits.begin(), edits.end(), std::back_inserter(edits_));
  }
}

std::optional<Graph> GraphShrinks::Next() {
  while (next_ < edits_.size()) {
    std::optional<Graph> smaller = Apply(graph_, edits_[next_++]);
    if (smaller && Measure(*smaller) < measure_) return smaller;
  }
  return std::nullopt;
}

Graph ShrinkGraph(const Graph& graph, const std::function<bool(const Graph&)>& still_fails,
                  uint64_t max_tries) {
  Graph best = graph;
  GraphMeasure measure = Measure(best);
  bool progress = true;
  while (progress) {
    progress = false;
    for (const Stage stage : kStages) {
      std::vector<ShrinkEdit> edits = EditsOf(best, stage);
      for (size_t i = 0; i < edits.size();) {
        std::optional<Graph> smaller = Apply(best, edits[i]);
        if (!smaller || Measure(*smaller) >= measure) {
          ++i;
          continue;
        }
        if (max_tries-- == 0) return best;
        if (!still_fails(*smaller)) {
          ++i;
          continue;
        }
        best = *std::move(smaller);
        measure = Measure(best);
        edits = EditsOf(best, stage);
        progress = true;
      }
    }
  }
  return best;
}

}  // namespace pickleproof
