#pragma once
// The judges of all versions of CPython that were built (judge_service.h), running beside this
// process: what one version shows is tried in the others. A resource.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "harness/reduce/versions.h"
#include "oracles/picklability/child_process.h"

namespace pickleproof {

// What one version says of one pickle.
struct VersionAnswer {
  std::string version;
  std::vector<std::string> shows;                            // signatures
  std::vector<std::pair<std::string, std::string>> answers;  // recorded, by engine id
};

// In which versions it shows, by their answers to a request without a signature or with this one.
std::vector<VersionShow> ShowsIn(const DivergenceSignature& signature,
                                 const std::vector<VersionAnswer>& answers);

class VersionJudges {
 public:
  // The folder of judges that this program was built with.
  static std::string BuiltFolder();
  // Starts every judge in the folder. One that does not start is unavailable, never an error.
  static VersionJudges Start(const std::string& folder = BuiltFolder());

  std::vector<std::string> versions() const;  // of those that run: 3.9 before 3.10
  // A line for each version that is missing: why.
  const std::vector<std::string>& unavailable() const { return unavailable_; }

  // Asks all of them at once; everything that differs where no signature is given. A judge that
  // does not answer is unavailable from then on.
  std::vector<VersionAnswer> Ask(std::string_view stream,
                                 const DivergenceSignature* signature = nullptr);

 private:
  struct Running {
    std::string version;
    ChildProcess process;
  };

  void Greet(const std::string& program, ChildProcess process);
  void Drop(size_t index, const std::string& why);

  std::vector<Running> running_;
  std::vector<std::string> unavailable_;
};

}  // namespace pickleproof
