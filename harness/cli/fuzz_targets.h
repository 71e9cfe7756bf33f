#pragma once
// The fuzz targets as fuzz/targets.txt lists them.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"

namespace pickleproof {

struct FuzzTargetEntry {
  std::string name;
  std::string input;  // "pickle", "header" (two bytes, then a pickle), "choices", "text"
  std::string engines;
  size_t max_len = 0;
  // Bytes before the pickle; nothing where the input is none.
  std::optional<size_t> PickleBegin() const;
  // Below fuzz/seeds. Targets with the same kind of input share them; choices mean something else
  // in each target.
  std::string Seeds() const;
};

// The name of the source of inputs that needs no binary: harness/reduce/generated_streams.h.
inline constexpr std::string_view kGeneratedTarget = "generated";

// kIo and kSyntax with the path.
Result<std::vector<FuzzTargetEntry>> ReadFuzzTargets();

// The target of this name; kUsage names the known ones.
Result<FuzzTargetEntry> FindFuzzTarget(const std::string& name);

// "90", "90s", "10m", "1h" as seconds; kUsage for anything else.
Result<double> ParseDuration(const std::string& text);

}  // namespace pickleproof
