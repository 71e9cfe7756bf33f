#include "harness/reduce/coarse_difference.h"

#include <utility>

namespace pickleproof {
namespace {

bool RanOut(const Outcome& outcome) {
  return outcome.verdict == Verdict::kOutOfMemory || outcome.verdict == Verdict::kStackOverflow;
}

// "accept", the exception, or the name of the verdict.
std::string Word(const Outcome& outcome) {
  if (outcome.verdict == Verdict::kReject && outcome.error && !outcome.error->exception.empty()) {
    return outcome.error->exception;
  }
  return std::string(Name(outcome.verdict));
}

DivergenceClass ClassOf(const Comparison& comparison) {
  return DivergenceClassOf(comparison.kind).value_or(DivergenceClass::kVerdict);
}

}  // namespace

std::optional<Coarse> CompareCoarsely(DifferentialOracle& oracle, const Outcome& left,
                                      const Outcome& right, const CompareOptions& options) {
  Comparison comparison = oracle.Compare(left, right, options);
  switch (comparison.agreement) {
    case Agreement::kAgree:
    case Agreement::kUnsupported: return std::nullopt;
    case Agreement::kDiffer: {
      const DivergenceClass what = ClassOf(comparison);
      std::string detail;
      if (what == DivergenceClass::kVerdict) detail = Word(left) + "|" + Word(right);
      return Coarse{what, std::move(detail), std::move(comparison)};
    }
    case Agreement::kPoisoned: {
      if (RanOut(left) == RanOut(right)) return std::nullopt;
      const Verdict verdict = RanOut(left) ? left.verdict : right.verdict;
      return Coarse{verdict == Verdict::kOutOfMemory ? DivergenceClass::kOutOfMemory
                                                     : DivergenceClass::kStackOverflow,
                    "", std::move(comparison)};
    }
    case Agreement::kBothReject: break;
  }
  if (!left.error || !right.error || left.error->exception == right.error->exception) {
    return std::nullopt;
  }
  return Coarse{DivergenceClass::kError, Word(left) + "|" + Word(right), std::move(comparison)};
}

}  // namespace pickleproof
