#pragma once
// What a target counts while it runs, and the file in which others can watch it: monotonic
// counters, so that a reader may come and go, and a killed process loses a second at most.

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "harness/pickle/opcode.h"
#include "harness/pickle/outcome.h"

namespace pickleproof {

class Tally {
 public:
  // `target` is the name of targets.txt. Where `state` is not empty, the counters are written to
  // state/stats/<target>-<pid>.json about once a second and at the end.
  explicit Tally(std::string target, const std::string& state = {});
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;
  ~Tally();

  // One execution begins. Writes the file where it is time.
  void Begin() {
    if ((++executions_ & kClockMask) == 0) [[unlikely]]
      WriteIfDue();
  }
  // How the input ended, as the target's main engine sees it.
  void Accepted() { ++accepted_; }
  // `late`: only at one of its last instructions (IsLateFailure).
  void Failed(bool late) { failed_late_ += late ? 1 : 0; }
  // An instruction of a pickle that stated this protocol was reached.
  void Reached(int protocol, Opcode opcode) {
    ++reached_[static_cast<size_t>(protocol)][static_cast<size_t>(opcode)];
  }
  void Verdicted(std::string_view engine, Verdict verdict);
  // An engine was not asked, or its answer means nothing, for this reason.
  void Poisoned(std::string_view cause) { Increment(poisoned_, cause); }
  // What can't be tried in this process took so long in one of its own, by the wall clock.
  void SpentInChild(std::chrono::duration<double> time) { in_children_ += time; }
  // A disagreement that nobody can explain, and one for which there is a known reason.
  void Disagreed() { ++disagreements_; }
  void Explained(std::string_view reason) { Increment(explained_, reason); }

  uint64_t executions() const { return executions_; }
  uint64_t accepted() const { return accepted_; }
  uint64_t failed_late() const { return failed_late_; }
  uint64_t disagreements() const { return disagreements_; }
  uint64_t reached(int protocol, Opcode opcode) const {
    return reached_[static_cast<size_t>(protocol)][static_cast<size_t>(opcode)];
  }
  const std::map<std::string, uint64_t, std::less<>>& poisoned() const { return poisoned_; }
  const std::map<std::string, uint64_t, std::less<>>& explained() const { return explained_; }

  // The counters as one JSON object; fuzz/README.md documents it.
  std::string ToJson() const;

 private:
  static constexpr uint64_t kClockMask = 63;
  static constexpr size_t kVerdicts = static_cast<size_t>(Verdict::kProtocolError) + 1;
  using Verdicts = std::array<uint64_t, kVerdicts>;

  using Counts = std::map<std::string, uint64_t, std::less<>>;

  static void Increment(Counts& counts, std::string_view name);
  void WriteIfDue();
  void Write() const;

  std::string target_, path_;
  std::chrono::steady_clock::time_point begin_, due_;
  uint64_t executions_ = 0, accepted_ = 0, failed_late_ = 0, disagreements_ = 0;
  std::array<std::array<uint64_t, 256>, kHighestProtocol + 1> reached_{};
  std::map<std::string, Verdicts, std::less<>> verdicts_;
  Counts poisoned_, explained_;
  std::chrono::duration<double> in_children_{};
};

// Walks the instructions of the input up to `consumed` and counts them as reached.
void TallyInstructions(std::string_view input, uint64_t consumed, Tally& tally);

// Whether a load that failed at `offset` had at most two instructions left, the failing one among
// them.
bool IsLateFailure(std::string_view input, uint64_t offset);

}  // namespace pickleproof
