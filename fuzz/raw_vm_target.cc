// Question: does any byte string make our unpickler crash, hang, leak or exceed its limits?
// Input:    a pickle, or anything else.
// Oracle:   the sanitizers; what it costs is bounded by Limits; what was read twice is read alike.
// Seeds:    fuzz/seeds/pickle

#include "fuzz/extra_counters.h"
#include "fuzz/fuzz_options.h"
#include "fuzz/target.h"
#include "harness/base/check.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

class RawVmTarget final : public FuzzTarget {
 public:
  explicit RawVmTarget(const TargetContext& context) : context_(context) {}

  void Run(std::string_view input) override {
    unpickler_.Reset();
    const Unpickler::Loaded loaded = unpickler_.Load(input);
    PICKLEPROOF_CHECK(loaded.consumed <= input.size());
    PICKLEPROOF_CHECK(unpickler_.graph().size() <= kFuzzLimits.nodes);
    if (loaded.verdict == Verdict::kAccept) {
      context_.tally.Accepted();
    } else {
      const uint64_t offset = loaded.error->offset;
      context_.tally.Failed(IsLateFailure(input, offset));
      const uint64_t opcode = offset < input.size() ? static_cast<unsigned char>(input[offset]) : 0;
      CountEvent(opcode << 8U | static_cast<uint64_t>(loaded.error->code));
    }
    // Counting each time would cost as much as loading.
    if (context_.tally.executions() % 8 == 0) {
      TallyInstructions(input, loaded.consumed, context_.tally);
    }
  }

 private:
  TargetContext context_;
  Unpickler unpickler_{FuzzLoadOptions()};
};

}  // namespace

std::unique_ptr<FuzzTarget> MakeTarget(const TargetContext& context) {
  return std::make_unique<RawVmTarget>(context);
}

}  // namespace pickleproof
