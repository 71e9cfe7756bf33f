// Question: does our machine take every well-formed program of opcodes, in all of its profiles, and
//           survive every malformed one?
// Input:    the decisions of the program generator: well formed or not, then the program.
// Oracle:   a well-formed program is accepted up to its last byte, whatever the profile; a program
//           decoded and encoded again has the same bytes.
// Seeds:    fuzz/seeds/opcode_program

#include <fmt/format.h>

#include "fuzz/extra_counters.h"
#include "fuzz/fuzz_options.h"
#include "fuzz/target.h"
#include "generators/opcode_programs.h"
#include "harness/base/bytes.h"
#include "harness/base/check.h"
#include "harness/pickle/program.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

constexpr int kMinor = 11;

class OpcodeProgramTarget final : public FuzzTarget {
 public:
  explicit OpcodeProgramTarget(const TargetContext& context) : context_(context) {
    for (const char* reader : {"_pickle", "_pickle/file", "pickle.py"}) {
      LoadOptions options = FuzzLoadOptions();
      options.profile = *Profile::Of(reader, kMinor);
      machines_.push_back({reader, Unpickler(options)});
    }
  }

  void Run(std::string_view input) override {
    ByteChoices choices(input);
    const bool malformed = choices.Chance(1, 4);
    program_.clear();
    if (malformed) {
      generator_.Malformed(choices, program_);
    } else {
      generator_.WellFormed(choices, program_);
    }
    PICKLEPROOF_CHECK(Encode(Decode(program_)) == program_);
    for (Machine& machine : machines_) {
      machine.unpickler.Reset();
      const Unpickler::Loaded loaded = machine.unpickler.Load(program_);
      const bool accepted = loaded.verdict == Verdict::kAccept;
      if (accepted && &machine == machines_.data()) context_.tally.Accepted();
      if (!accepted) CountEvent(MixEvent(loaded.error->code, machine));
      if (accepted || malformed) continue;
      context_.tally.Disagreed();
      context_.candidates.Add(
          fmt::format("opcode_program | {} | {}", machine.reader, Name(loaded.error->code)), input,
          fmt::format("{} refuses {}: {}", machine.reader, ToHex(program_),
                      ToString(*loaded.error)));
    }
    TallyInstructions(program_, program_.size(), context_.tally);
  }

 private:
  struct Machine {
    std::string_view reader;
    Unpickler unpickler;
  };
  uint64_t MixEvent(ErrorCode code, const Machine& machine) const {
    return static_cast<uint64_t>(code) << 8U | static_cast<uint64_t>(&machine - machines_.data());
  }

  TargetContext context_;
  ProgramGenerator generator_;
  std::vector<Machine> machines_;
  std::string program_;
};

}  // namespace

std::unique_ptr<FuzzTarget> MakeTarget(const TargetContext& context) {
  return std::make_unique<OpcodeProgramTarget>(context);
}

}  // namespace pickleproof
