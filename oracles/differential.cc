#include "oracles/differential.h"

#include <algorithm>

#include <fmt/format.h>

namespace pickleproof {
namespace {

bool IsPoisoned(Verdict verdict) {
  return verdict == Verdict::kOutOfMemory || verdict == Verdict::kStackOverflow ||
         verdict == Verdict::kHang;
}

std::string Describe(const Outcome& outcome) {
  if (outcome.verdict == Verdict::kAccept) return "accept";
  std::string text(Name(outcome.verdict));
  if (outcome.error) text += ": " + ToString(*outcome.error);
  return text;
}

std::string Describe(const TraceEvent& event) {
  return fmt::format("{} {}", Name(event.kind), event.target);
}

// The agreement that verdicts alone decide, or kAgree where both accepted.
Agreement OfVerdicts(Verdict left, Verdict right) {
  if (IsPoisoned(left) || IsPoisoned(right)) return Agreement::kPoisoned;
  if (left == Verdict::kUnsupported || right == Verdict::kUnsupported) {
    return Agreement::kUnsupported;
  }
  if (left != right) return Agreement::kDiffer;
  if (left == Verdict::kReject) return Agreement::kBothReject;
  return left == Verdict::kAccept ? Agreement::kAgree : Agreement::kDiffer;
}

Comparison GraphsDiffer(const Difference& difference) {
  const bool identity = difference.left.find("separate object") != std::string::npos ||
                        difference.right.find("separate object") != std::string::npos;
  return {Agreement::kDiffer, identity ? "identity" : "value", difference.path, difference.left,
          difference.right};
}

Comparison ConsumedDiffers(uint64_t left, uint64_t right) {
  return {Agreement::kDiffer, "consumed", "", fmt::format("{} bytes", left),
          fmt::format("{} bytes", right)};
}

bool SameEnd(uint64_t left, uint64_t right) {
  return left == right || left == kNoOffset || right == kNoOffset;
}

}  // namespace

std::string_view Name(Agreement agreement) {
  switch (agreement) {
    case Agreement::kAgree: return "agree";
    case Agreement::kDiffer: return "differ";
    case Agreement::kBothReject: return "both reject";
    case Agreement::kPoisoned: return "poisoned";
    case Agreement::kUnsupported: return "unsupported";
  }
  return "invalid";
}

CompareOptions MeetOf(const Distinctions& a, const Distinctions& b) {
  CompareOptions options;
  options.strictness =
      a.atom_identity && b.atom_identity ? Strictness::kAllIdentity : Strictness::kMutableIdentity;
  options.py2str_is_bytes = !a.py2str || !b.py2str;
  options.merge_obj_with_reduce = !a.obj_from_reduce || !b.obj_from_reduce;
  options.set_order = a.set_order && b.set_order;
  return options;
}

Comparison DifferentialOracle::Compare(const Outcome& left, const Outcome& right,
                                       const CompareOptions& options) {
  const Agreement verdicts = OfVerdicts(left.verdict, right.verdict);
  if (verdicts == Agreement::kDiffer) {
    return {verdicts, "verdict", "", Describe(left), Describe(right)};
  }
  if (verdicts == Agreement::kPoisoned || verdicts == Agreement::kUnsupported) {
    return {verdicts, "", "", "", ""};
  }
  if (left.trace != right.trace) {
    const auto [l, r] =
        std::mismatch(left.trace.begin(), left.trace.end(), right.trace.begin(), right.trace.end());
    return {Agreement::kDiffer, "trace", "", l == left.trace.end() ? "nothing more" : Describe(*l),
            r == right.trace.end() ? "nothing more" : Describe(*r)};
  }
  if (verdicts == Agreement::kBothReject) return {verdicts, "", "", "", ""};
  if (const auto difference = comparer_.FirstDifference(left.graph, right.graph, options)) {
    return GraphsDiffer(*difference);
  }
  if (!SameEnd(left.consumed, right.consumed)) {
    return ConsumedDiffers(left.consumed, right.consumed);
  }
  return {};
}

Comparison DifferentialOracle::CompareWithOriginal(const Graph& original, const Outcome& read,
                                                   uint64_t stream_size,
                                                   const CompareOptions& options) {
  const Agreement verdicts = OfVerdicts(Verdict::kAccept, read.verdict);
  if (verdicts != Agreement::kAgree) {
    return {verdicts, "verdict", "", "accept", Describe(read)};
  }
  if (const auto difference = comparer_.FirstDifference(original, read.graph, options)) {
    return GraphsDiffer(*difference);
  }
  if (!SameEnd(stream_size, read.consumed)) return ConsumedDiffers(stream_size, read.consumed);
  return {};
}

}  // namespace pickleproof
