#pragma once
// Disagreements that a target saw, one input for each signature: the raw material of findings.
// Coarse on purpose; whoever collects the files confirms, reduces and names them.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace pickleproof {

class Candidates {
 public:
  // New disagreements go to state/candidates/<target>-<hash of the input>.pkl, or .known.pkl. Where
  // `state` is empty they are printed to standard error, with a line that reproduces each. With
  // `abort_at_first` the first one without a known reason is printed, and the process aborts, so
  // that libFuzzer keeps the input.
  explicit Candidates(std::string target, std::string state = {}, bool abort_at_first = false);

  // Keeps the input where no earlier one had this signature, and says whether that is so. `what` is
  // one line for people. `known`: there is a reason, or whoever takes the candidates up finds out.
  // Never fails: a file that can't be written is a candidate lost, no more.
  bool Add(std::string_view signature, std::string_view input, std::string_view what,
           bool known = false);

  const std::set<std::string, std::less<>>& signatures() const { return signatures_; }

 private:
  // Beyond so many kinds the signature is too fine, and the folder would fill up.
  static constexpr size_t kMostSignatures = 4000;

  std::string target_, folder_;
  bool abort_at_first_;
  std::set<std::string, std::less<>> signatures_;
};

// 16 hex digits of the content (FNV-1a, 64 bits).
std::string ContentName(std::string_view input);

}  // namespace pickleproof
