#pragma once
// What the corpora of a night reach of the unpickler, the pickler and the decoder, as llvm-cov
// counts it: a value, its parser, and the run of fuzz/coverage that makes it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/history/state_folder.h"

namespace pickleproof {

struct CoverageCount {
  int64_t count = 0, covered = 0;
  double Percent() const {
    return count == 0 ? 100.0 : 100.0 * static_cast<double>(covered) / static_cast<double>(count);
  }
  friend bool operator==(const CoverageCount&, const CoverageCount&) = default;
};

struct FileCoverage {
  std::string file;  // below harness/pickle
  // A branch is one way out of one condition: what libFuzzer calls an edge.
  CoverageCount regions, lines, branches;
  friend bool operator==(const FileCoverage&, const FileCoverage&) = default;
};

struct NightCoverage {
  std::string unavailable;  // why there are no figures
  std::vector<FileCoverage> files;
  FileCoverage total;
};

// Of the JSON of `llvm-cov export -summary-only`; kSyntax where it is none.
Result<NightCoverage> ParseCoverage(std::string_view json);

// Replays the corpora of these targets with the programs in the folder `replays`, and leaves
// llvm-cov's page in `out`/html. What can't be measured is no error: `unavailable` says why.
NightCoverage MeasureCoverage(const std::string& replays, const StateFolder& state,
                              const std::vector<std::string>& targets, const std::string& out);

}  // namespace pickleproof
