// Question: does any reader spend out of proportion to what it reads?
// Input:    a pickle, or anything else.
// Oracle:   what our machine reads is put to it, to _pickle and to pickle.py with one of its parts
//           repeated n, 2n and 4n times: memory, unfolded size and CPU time must grow no faster.
// Seeds:    fuzz/seeds/pickle

#include <set>

#include <fmt/format.h>

#include "fuzz/fuzz_options.h"
#include "fuzz/guard.h"
#include "fuzz/target.h"
#include "harness/base/check.h"
#include "harness/graph/mix.h"
#include "harness/pickle/unpickler.h"
#include "harness/reduce/cost_judge.h"
#include "harness/reduce/first_instruction.h"

namespace pickleproof {
namespace {

// A request for more is refused, and counted all the same.
constexpr size_t kLargestAllocation = size_t{16} << 20;

class ResourceTarget final : public FuzzTarget {
 public:
  explicit ResourceTarget(const TargetContext& context)
      : context_(context),
        engines_(EngineSet::Make({.largest_allocation = kLargestAllocation})),
        readers_(CostReadersOf(engines_)) {
    PICKLEPROOF_CHECK(readers_.size() == 3);
  }

  void Run(std::string_view input) override {
    if (const auto loaded = LoadOurs(input); loaded.verdict != Verdict::kAccept) {
      context_.tally.Failed(IsLateFailure(input, loaded.error->offset));
    } else {
      context_.tally.Accepted();
    }
    TallyInstructions(input, input.size(), context_.tally);
    // One way to grow for each input, as its content says: mutants try the others.
    const std::vector<Growth> growths = GrowthsOf(input);
    if (growths.empty()) return;
    const uint64_t dice = MixBytes(input, 0);
    const Growth& growth = growths[dice % growths.size()];
    // The larger scale costs a hundred times as much.
    const GrowthScale& scale = kGrowthScales[(dice >> 32U) % 8 == 0 ? 1 : 0];
    const std::string name = NameOf(input, growth);
    for (const CostReader& reader : readers_) {
      // What was told once for this reader stays away from it.
      if (told_.contains({reader.name, name}) || CostsTooMuch(reader, input)) continue;
      GrowthCosts costs;
      costs.reader = reader.name;
      Measure(reader, input, growth, growth.argument ? scale.arguments : scale.runs, costs);
      JudgeGrowthCosts(costs);
      if (costs.found) Tell(reader, name, costs.found->measure, input);
    }
  }

 private:
  Unpickler::Loaded LoadOurs(std::string_view input) {
    unpickler_.Reset();
    return unpickler_.Load(input);
  }

  // As it is. What grows then says nothing.
  bool CostsTooMuch(const CostReader& reader, std::string_view input) {
    Stated stated = Stated::kNo;
    const auto too_much = [&](std::string_view front) {
      const auto cost = MeasureLoad(reader, front, FuzzLoadOptions());
      if (cost && front.size() == input.size()) stated = cost->stated;
      return cost && JudgeCost(*cost);
    };
    const Unpickler::Loaded ours = LoadOurs(input);
    if (guard_.Judge(input, ours.verdict, unpickler_.graph())) return reader.engine != nullptr;
    if (!too_much(input)) return false;
    const std::string cause = stated == Stated::kNo ? FindFirstInstruction(input, too_much).opcode
                                                    : std::string(Name(stated));
    Tell(reader, "alone " + cause, "memory", input);
    return true;
  }

  void Measure(const CostReader& reader, std::string_view input, const Growth& growth, size_t times,
               GrowthCosts& costs) {
    for (size_t i = 0; i < costs.costs.size(); ++i) {
      const auto grown = Grow(input, growth, times << i);
      if (!grown) return;
      const Unpickler::Loaded ours = LoadOurs(*grown);
      // What would take CPython for ever is a candidate unseen; alone in its process it is seen.
      const auto cause = guard_.Judge(*grown, ours.verdict, unpickler_.graph());
      if (cause && reader.engine != nullptr) {
        context_.tally.Poisoned(Name(*cause));
        if (*cause == GuardCause::kExponentialHash || *cause == GuardCause::kQuadraticInt) {
          Tell(reader, NameOf(input, growth), Name(*cause), input);
        }
        return;
      }
      const auto cost = MeasureLoad(reader, *grown, FuzzLoadOptions());
      if (!cost) return;
      costs.costs[costs.measured++] = *cost;
    }
  }

  void Tell(const CostReader& reader, const std::string& name, std::string_view measure,
            std::string_view input) {
    if (!told_.insert({reader.name, name}).second) return;
    context_.tally.Explained(measure);  // whether it is known, those who confirm it say
    context_.candidates.Add(fmt::format("resource | {} | {} | {}", reader.name, measure, name),
                            input, "grows faster than the input", true);
  }

  TargetContext context_;
  EngineSet engines_;
  std::vector<CostReader> readers_;
  Unpickler unpickler_{FuzzLoadOptions()};
  Guard guard_;
  std::set<std::pair<std::string, std::string>> told_;  // reader, what grows
};

}  // namespace

std::unique_ptr<FuzzTarget> MakeTarget(const TargetContext& context) {
  return std::make_unique<ResourceTarget>(context);
}

}  // namespace pickleproof
