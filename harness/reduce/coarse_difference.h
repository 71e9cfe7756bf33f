#pragma once
// What two answers to one pickle part on, as a finding has it, before anybody looks for the
// instruction that is behind it. Apart from the judge, which asks it of many pairs and fronts.

#include <optional>
#include <string>

#include "harness/reduce/divergence.h"
#include "oracles/differential.h"

namespace pickleproof {

struct Coarse {
  DivergenceClass what = DivergenceClass::kVerdict;
  std::string detail;  // DivergenceSignature::detail
  Comparison comparison;
};

// Nothing where they agree, one of them can't answer, or both ran out of the same. Two refusals
// differ by their exceptions, at the second level (kError).
std::optional<Coarse> CompareCoarsely(DifferentialOracle& oracle, const Outcome& left,
                                      const Outcome& right, const CompareOptions& options);

}  // namespace pickleproof
