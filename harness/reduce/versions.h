#pragma once
// In which versions of CPython a finding shows. A value, kept apart from the judges that find it
// out, because the history and the reports only carry it.

#include <string>
#include <string_view>
#include <vector>

#include "harness/reduce/divergence.h"

namespace pickleproof {

struct VersionShow {
  std::string version;  // "3.9"
  bool shows = false;
  friend bool operator==(const VersionShow&, const VersionShow&) = default;
};

// "shows in 3.9 3.10; not in 3.11 3.12", in the order given; "" where no version was tried.
std::string ToText(const std::vector<VersionShow>& versions);

// Whether versions can part on it at all: what ends one of our own programs has none.
bool DependsOnVersion(const DivergenceSignature& signature);

// The same signature as this version has it: readers that end their process are named with theirs,
// "cpython-3.9/_pickle/loads".
DivergenceSignature InVersion(DivergenceSignature signature, std::string_view version);

}  // namespace pickleproof
