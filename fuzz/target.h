#pragma once
// What a fuzz target is: one question asked of any bytes. Kept apart from libFuzzer, so that the
// same targets replay files and run in tests.
//
// Each target is a file <name>_target.cc that defines MakeTarget(), and its name stands in
// targets.txt. Everything around it is common: fuzzer_entry.cc for libFuzzer, replay_main.cc for
// files, tally.h for what is counted, candidates.h for disagreements.

#include <memory>
#include <string_view>

#include "fuzz/candidates.h"
#include "fuzz/tally.h"

namespace pickleproof {

// What a target reports to. Both outlive it.
struct TargetContext {
  Tally& tally;
  Candidates& candidates;
};

class FuzzTarget {
 public:
  FuzzTarget() = default;
  FuzzTarget(const FuzzTarget&) = delete;
  FuzzTarget& operator=(const FuzzTarget&) = delete;
  virtual ~FuzzTarget() = default;

  // Never throws; a PICKLEPROOF_CHECK that fails is a crash of ours, and a finding.
  virtual void Run(std::string_view input) = 0;
};

// The one target of this program.
std::unique_ptr<FuzzTarget> MakeTarget(const TargetContext& context);

}  // namespace pickleproof
