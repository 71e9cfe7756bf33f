#pragma once
// Which readers spend out of proportion to what they read: the same pickle, some of its
// instructions or one of its arguments repeated n, 2n and 4n times, put to each reader. Apart from
// the judge of answers, because it asks each reader alone, hundreds of times, in processes that may
// hang.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/adapter/engine.h"
#include "harness/matrix/engine_set.h"
#include "harness/reduce/divergence.h"
#include "oracles/resource.h"

namespace pickleproof {

// A reader by the name that signatures have for it; our machine has no engine here.
struct CostReader {
  std::string name;  // "pickleproof", "_pickle", "pickle.py"
  std::string id;    // of the engine
  Engine* engine = nullptr;
};

// Our machine, and CPython's readers of this set over BytesIO.
std::vector<CostReader> CostReadersOf(const EngineSet& set);

// What one load costs in this process: memory, unfolded size (of what our machine made), CPU time.
// Of our machine the memory is what graph, stack and memo hold; of CPython's readers all bytes that
// they asked their allocator for, also where it refused. Nothing where the input is refused for any
// other reason.
std::optional<Cost> MeasureLoad(const CostReader& reader, std::string_view input,
                                const LoadOptions& options);

// From how many repetitions on.
struct GrowthScale {
  size_t runs, arguments;
};
// What is exponential shows at once, what is quadratic later.
inline constexpr std::array<GrowthScale, 2> kGrowthScales = {{{8, 64}, {512, 16384}}};

// One pickle, grown in one way, put to one reader.
struct GrowthCosts {
  std::string reader, engine, grown;  // grown: what is repeated, NameOf()
  size_t times = 0;                   // of the first of the three
  std::array<Cost, 3> costs;
  size_t measured = 0;  // that many of them; fewer where the reader refused or did not come back
  bool hangs = false;   // the one behind those took more than kMostSeconds of CPU time
  std::optional<Amplification> found;
};
inline constexpr unsigned kMostSeconds = 2;

// Judges `costs` and writes `found`: nothing where an input states what was asked for. A hang
// counts by the time of the one before it.
void JudgeGrowthCosts(GrowthCosts& costs);

// Everything that can be grown of the pickle, in each reader, in processes of their own. `wanted`
// says which readers and names are worth asking for.
std::vector<GrowthCosts> MeasureGrowth(
    const std::vector<CostReader>& readers, std::string_view pickle,
    const std::function<bool(const CostReader&, std::string_view grown)>& wanted =
        [](const auto&, auto) { return true; });

// One divergence of the class kAmplification for each reader and measure: right is empty, detail is
// the measure, opcode what grows. Where one load of the pickle as it is costs too much already, the
// opcode is the first at which it does, or, where that says nothing, "length" or "memo-index".
std::vector<Divergence> JudgeCosts(const EngineSet& set, std::string_view pickle);
// The same of what MeasureGrowth said.
std::vector<Divergence> JudgeCosts(const std::vector<CostReader>& readers, std::string_view pickle,
                                   const std::vector<GrowthCosts>& rows);
bool ShowsCost(const EngineSet& set, std::string_view pickle, const DivergenceSignature& signature);

// Why this is no news, where it isn't.
std::optional<DivergenceReason> ReasonForCost(const DivergenceSignature& signature);

}  // namespace pickleproof
