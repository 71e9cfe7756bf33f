#include "oracles/known_difference.h"

#include <algorithm>

#include "harness/pickle/unpickler.h"
#include "oracles/known_loss.h"
#include "oracles/quirks_between.h"
#include "oracles/repeated_steps.h"

namespace pickleproof {
namespace {

template <typename F>
bool AnyNode(const Graph* graph, F holds) {
  return graph != nullptr && std::ranges::any_of(Reachable(*graph, graph->root()),
                                                 [&](NodeId id) { return holds(*graph, id); });
}

bool PersistentIdAnew(const Disagreement& d) {
  return d.writer != nullptr && AnyNode(d.left_graph, [](const Graph& graph, NodeId id) {
           return graph.kind(id) == Kind::kPersistentId;
         });
}

bool EscapedTextAnew(const Disagreement& d) {
  const bool python = d.writer != nullptr && d.writer->id.find("pickle.py") != std::string::npos;
  return python && d.protocol == 0 && AnyNode(d.left_graph, [](const Graph& graph, NodeId id) {
           constexpr std::string_view kEscaped("\\\0\n\r\x1a", 5);
           return graph.kind(id) == Kind::kStr &&
                  graph.Text(id).find_first_of(kEscaped) != std::string_view::npos;
         });
}

bool NewobjArgsAnew(const Disagreement& d) {
  return d.writer != nullptr && d.protocol < 4 &&
         AnyNode(
             d.left_graph,
             [&](const Graph& graph, NodeId id) {
               if (graph.kind(id) != Kind::kObject) return false;
               return graph.how(id) == How::kNewObjEx ||
                      (graph.how(id) == How::kNewObj && d.protocol < 2);
             });
}

constexpr KnownDifference kKnown[] = {
    {"persistent-id-anew",
     "A pickler writes a persistent id wherever the object is referred to, at protocol 0 as plain "
     "text; that all references give one object is the business of persistent_load. So neither the "
     "identity of the object nor that of its id is in the stream.",
     "https://docs.python.org/3/library/pickle.html#persistence-of-external-objects",
     PersistentIdAnew},
    {"escaped-text-anew",
     "At protocol 0 pickle.py memoizes the escaped copy of a str that holds a backslash, NUL, "
     "newline, carriage return or U+001A, not the str itself, so that the next reference writes it "
     "anew (Lib/pickle.py, save_str). _pickle memoizes the str.",
     "https://github.com/python/cpython/blob/3.11/Lib/pickle.py", EscapedTextAnew},
    {"newobj-args-anew",
     "Where the protocol lacks NEWOBJ (below 2) or NEWOBJ_EX (below 4), a call of "
     "copyreg.__newobj__ "
     "or copyreg.__newobj_ex__ stands for it, whose arguments are put together anew, so that other "
     "references to the argument tuple are to another tuple.",
     "https://peps.python.org/pep-0307/", NewobjArgsAnew},
};

// What a stream written at some protocol does not say, so that a reader can't give it back: values
// (known_loss.h), then the identity of immutable values.
std::optional<Explanation> ExplainByWriter(const Disagreement& d) {
  if (d.writer == nullptr || d.left_graph == nullptr || d.right_graph == nullptr) {
    return std::nullopt;
  }
  CompareOptions options;
  options.py2str_is_bytes = options.merge_obj_with_reduce = true;
  std::optional<LossyGraph> lossy;
  bool same = false;
  for (const DottedParents parents : {DottedParents::kEach, DottedParents::kShared}) {
    lossy = AsItComesBack(*d.left_graph, d.protocol, parents);
    same = Isomorphic(lossy ? lossy->graph : *d.left_graph, *d.right_graph, options);
    if (same || !lossy) break;
  }
  if (!same) return std::nullopt;
  if (d.comparison->kind == "identity") {
    for (const KnownDifference& known : kKnown) {
      if (known.explains(d)) return Explanation{known.name, known.reason, known.link};
    }
  }
  if (!lossy) return std::nullopt;
  const KnownLoss& loss = *lossy->losses.front();
  return Explanation{loss.name, loss.reason, loss.link};
}

// Whether the arguments of an object that something was done to lead back to it.
bool HasRecursiveArguments(const Graph& graph) {
  return AnyNode(&graph, [](const Graph& all, NodeId id) {
    if (all.kind(id) != Kind::kObject || !all.HasSteps(id)) return false;
    const auto leads_back = [&](NodeId part) {
      const std::vector<NodeId> inside = Reachable(all, part);
      return std::ranges::find(inside, id) != inside.end();
    };
    return leads_back(all.Args(id)) || leads_back(all.Callable(id)) ||
           (all.Kwargs(id) != kNoNode && leads_back(all.Kwargs(id)));
  });
}

// Both sides without repeated steps; equal then, and not before, and pickle.py wrote it.
std::optional<Explanation> ExplainByRepeatedSteps(const Disagreement& d) {
  if (d.writer == nullptr || d.left_graph == nullptr || d.right_graph == nullptr ||
      d.writer->id.find("pickle.py") == std::string::npos ||
      !HasRecursiveArguments(*d.left_graph)) {
    return std::nullopt;
  }
  CompareOptions options;
  options.py2str_is_bytes = options.merge_obj_with_reduce = true;
  const auto lossy = AsItComesBack(*d.left_graph, d.protocol);
  const Graph& expected = lossy ? lossy->graph : *d.left_graph;
  const auto right = WithoutRepeatedSteps(*d.right_graph);
  if (!right) return std::nullopt;
  const auto left = WithoutRepeatedSteps(expected);
  if (!Isomorphic(left ? *left : expected, *right, options)) return std::nullopt;
  return Explanation{
      "steps-twice",
      "Where the arguments of an object lead back to it, pickle.py writes what is done to it (list "
      "items, dict items, state) within its arguments and once more behind them (Lib/pickle.py, "
      "save_reduce); _pickle writes it once. Lists so restored have their items twice.",
      "https://github.com/python/cpython/blob/3.11/Lib/pickle.py"};
}

bool SameOutcome(const Outcome& a, const Outcome& b, const CompareOptions& options) {
  DifferentialOracle oracle;
  const Agreement agreement = oracle.Compare(a, b, options).agreement;
  return agreement == Agreement::kAgree || agreement == Agreement::kBothReject;
}

Outcome LoadWith(const Disagreement& d, const Profile& profile) {
  LoadOptions options = d.options != nullptr ? *d.options : LoadOptions();
  options.profile = profile;
  return Load(d.stream, options);
}

// The quirks that only one of the two readers has, and that make our machine read the stream
// differently. Where it takes several, the first stands for them.
std::optional<Explanation> ExplainByQuirk(const Disagreement& d) {
  const Profile left = d.left != nullptr && d.left->profile ? *d.left->profile : Profile();
  if (d.right == nullptr || !d.right->profile) return std::nullopt;
  const Outcome plain = LoadWith(d, left);
  CompareOptions options;
  options.py2str_is_bytes = options.merge_obj_with_reduce = true;
  // Our machine must agree with both sides as far as their graphs and verdicts are known.
  const auto fits = [&](const Outcome& outcome, const Graph* graph) {
    if ((outcome.verdict == Verdict::kAccept) != (graph != nullptr)) return false;
    return graph == nullptr || Isomorphic(outcome.graph, *graph, options);
  };
  // What the writer did not say comes on top of what the readers make of it.
  std::optional<Explanation> by_writer;
  if (!fits(plain, d.left_graph)) {
    if (plain.verdict != Verdict::kAccept || d.left_graph == nullptr) return std::nullopt;
    Disagreement without = d;
    without.right_graph = &plain.graph;
    by_writer = ExplainByWriter(without);
    if (!by_writer) by_writer = ExplainByRepeatedSteps(without);
    if (!by_writer) return std::nullopt;
  }
  const Outcome other = LoadWith(d, *d.right->profile);
  if (!fits(other, d.right_graph)) return std::nullopt;
  const auto quirks = QuirksBetween(
      left, *d.right->profile, [&](const Profile& profile) { return LoadWith(d, profile); },
      [&](const Outcome& a, const Outcome& b) { return SameOutcome(a, b, options); });
  if (quirks.empty()) return std::nullopt;
  return Explanation{quirks.front()->name, quirks.front()->reason, ""};
}

}  // namespace

std::span<const KnownDifference> AllKnownDifferences() { return kKnown; }

std::optional<Explanation> Explain(const Disagreement& disagreement) {
  if (auto explanation = ExplainByWriter(disagreement)) return explanation;
  if (auto explanation = ExplainByRepeatedSteps(disagreement)) return explanation;
  return ExplainByQuirk(disagreement);
}

}  // namespace pickleproof
