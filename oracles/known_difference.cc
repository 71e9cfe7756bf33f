#include "oracles/known_difference.h"

#include <algorithm>
#include <cmath>

#include "harness/graph/describe.h"
#include "harness/pickle/name_mapping.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

template <typename F>
bool AnyNode(const Graph* graph, F holds) {
  return graph != nullptr && std::ranges::any_of(Reachable(*graph, graph->root()),
                                                 [&](NodeId id) { return holds(*graph, id); });
}

bool NanAsText(const Disagreement& d) {
  const bool unusual_nan = AnyNode(d.left_graph, [](const Graph& graph, NodeId id) {
    return graph.kind(id) == Kind::kFloat && std::isnan(graph.FloatValue(id)) &&
           graph.FloatBits(id) != 0x7ff8000000000000U;
  });
  return d.protocol == 0 && unusual_nan && d.comparison->left.starts_with("nan") &&
         d.comparison->right.find("nan") != std::string::npos;
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

// Whether the difference is at a global that comes back from Python 2's names under another name.
bool NameOfPython2(const Disagreement& d) {
  if (d.writer == nullptr || d.protocol >= 3) return false;
  return AnyNode(d.left_graph, [&](const Graph& graph, NodeId id) {
    if (graph.kind(id) != Kind::kGlobal) return false;
    const GlobalName name = {graph.Module(id), graph.QualifiedName(id)};
    const GlobalName back = ToPython3(ToPython2(name));
    if (back == name) return false;
    Graph other;
    const NodeId other_id = other.Global(back.module, back.name);
    return d.comparison->left.find(Describe(graph, id)) != std::string::npos &&
           d.comparison->right.find(Describe(other, other_id)) != std::string::npos;
  });
}

bool DottedNameAsGetattr(const Disagreement& d) {
  if (d.writer == nullptr || d.protocol >= 4) return false;
  return AnyNode(d.left_graph, [&](const Graph& graph, NodeId id) {
    return graph.kind(id) == Kind::kGlobal &&
           graph.QualifiedName(id).find('.') != std::string_view::npos &&
           d.comparison->left.find(Describe(graph, id)) != std::string::npos &&
           d.comparison->right.find("builtins.getattr(") != std::string::npos;
  });
}

constexpr KnownDifference kKnown[] = {
    {"nan-as-text",
     "Protocol 0 writes a float as its repr, and the repr of every NaN is 'nan': its sign and "
     "payload do not survive. From protocol 1 on they do.",
     "https://docs.python.org/3/library/pickle.html#data-stream-format", Concerns::kValue,
     NanAsText},
    {"persistent-id-anew",
     "A pickler writes a persistent id wherever the object is referred to, at protocol 0 as plain "
     "text; that all references give one object is the business of persistent_load. So neither the "
     "identity of the object nor that of its id is in the stream.",
     "https://docs.python.org/3/library/pickle.html#persistence-of-external-objects",
     Concerns::kAtomIdentity, PersistentIdAnew},
    {"escaped-text-anew",
     "At protocol 0 pickle.py memoizes the escaped copy of a str that holds a backslash, NUL, "
     "newline, carriage return or U+001A, not the str itself, so that the next reference writes it "
     "anew (Lib/pickle.py, save_str). _pickle memoizes the str.",
     "https://github.com/python/cpython/blob/3.11/Lib/pickle.py", Concerns::kAtomIdentity,
     EscapedTextAnew},
    {"dotted-name-as-getattr",
     "Below protocol 4 there is no opcode for a qualified name with dots; picklers write a call of "
     "getattr on what stands before the last dot, and inert readers leave calls as they are.",
     "https://peps.python.org/pep-3154/#qualname-support", Concerns::kValue, DottedNameAsGetattr},
    {"newobj-args-anew",
     "Where the protocol lacks NEWOBJ (below 2) or NEWOBJ_EX (below 4), a call of "
     "copyreg.__newobj__ "
     "or copyreg.__newobj_ex__ stands for it, whose arguments are put together anew, so that other "
     "references to the argument tuple are to another tuple.",
     "https://peps.python.org/pep-0307/", Concerns::kAtomIdentity, NewobjArgsAnew},
    {"name-of-python-2",
     "Below protocol 3 globals are written under the names of Python 2, and some names of Python 3 "
     "share one: builtins.ModuleNotFoundError comes back as builtins.ImportError "
     "(Lib/_compat_pickle.py).",
     "https://docs.python.org/3/library/pickle.html#pickle.Pickler", Concerns::kValue,
     NameOfPython2},
};

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

// The quirk that only one of the two readers has, and that alone makes our machine read the stream
// differently.
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
  if (!fits(plain, d.left_graph)) return std::nullopt;
  const Outcome other = LoadWith(d, *d.right->profile);
  if (!fits(other, d.right_graph)) return std::nullopt;
  for (const QuirkInfo& info : AllQuirks()) {
    if (left.has(info.quirk) == d.right->profile->has(info.quirk)) continue;
    Profile toggled = left;
    toggled.set(info.quirk, !left.has(info.quirk));
    const Outcome outcome = LoadWith(d, toggled);
    if (!SameOutcome(plain, outcome, options) && SameOutcome(other, outcome, options)) {
      return Explanation{info.name, info.reason, ""};
    }
  }
  return std::nullopt;
}

// Whether nothing else differs once the identity of immutable values is left out of it, or only
// what is known too.
bool RestIsExplained(const Disagreement& d) {
  CompareOptions options;
  options.py2str_is_bytes = options.merge_obj_with_reduce = true;
  const auto rest = FirstDifference(*d.left_graph, *d.right_graph, options);
  if (!rest) return true;
  const Comparison comparison = {Agreement::kDiffer, "value", rest->path, rest->left, rest->right};
  Disagreement remaining = d;
  remaining.comparison = &comparison;
  for (const KnownDifference& known : kKnown) {
    if (known.concerns == Concerns::kValue && known.explains(remaining)) return true;
  }
  return false;
}

}  // namespace

std::span<const KnownDifference> AllKnownDifferences() { return kKnown; }

std::optional<Explanation> Explain(const Disagreement& disagreement) {
  const Comparison& comparison = *disagreement.comparison;
  for (const KnownDifference& known : kKnown) {
    const bool identity = known.concerns == Concerns::kAtomIdentity;
    if (comparison.kind != (identity ? "identity" : "value")) continue;
    if (!known.explains(disagreement)) continue;
    if (identity && !RestIsExplained(disagreement)) continue;
    return Explanation{known.name, known.reason, known.link};
  }
  return ExplainByQuirk(disagreement);
}

}  // namespace pickleproof
