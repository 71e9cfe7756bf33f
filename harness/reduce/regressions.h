#pragma once
// corpus/regressions: inputs that readers once parted on, each with what every reader answered and
// why, replayed from then on. One index for all.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/reduce/judge.h"
#include "harness/reduce/versions.h"

namespace pickleproof {

struct Regression {
  std::string slug;  // also the file, slug.pkl
  std::string signature;
  std::string explanation;
  std::map<std::string, std::string> answers;  // RecordedAnswer by engine id
  std::vector<VersionShow> versions = {};      // that were tried, may be empty
};

// What a signature is called in the corpus: "pickle-pickle-py-value-int".
std::string SlugOf(std::string_view signature);

// folder/index.json, by slug; empty where there is none. kSyntax and kIo with the path.
Result<std::vector<Regression>> ReadRegressions(const std::string& folder);

// Adds the entry and its file, or replaces those of the same slug.
Result<void> AddRegression(const std::string& folder, const Regression& regression,
                           std::string_view stream);

// What is no longer as recorded, a line each: an engine that answers otherwise, a divergence that
// is gone, or a new one without a reason. Engines that are not recorded (other versions of CPython)
// are held to what our machine says of them: nothing may differ between the two.
std::vector<std::string> CheckRegression(Judge& judge, const Regression& regression,
                                         std::string_view stream);

}  // namespace pickleproof
