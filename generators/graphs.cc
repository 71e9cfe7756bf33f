#include "generators/graphs.h"

#include <array>

#include "generators/graph_builder.h"

namespace pickleproof {

Budget DrawBudget(Choices& choices) {
  static constexpr std::array<uint32_t, 4> kWeights = {2, 12, 4, 1};
  switch (choices.Weighted(kWeights)) {
    case 0: return {.nodes = static_cast<uint32_t>(choices.Between(1, 5)), .depth = 6};
    case 1: return {.nodes = static_cast<uint32_t>(choices.Between(6, 30)), .depth = 8};
    case 2: return {.nodes = static_cast<uint32_t>(choices.Between(20, 60)), .depth = 12};
    default: return {.nodes = static_cast<uint32_t>(choices.Between(60, 300)), .depth = 24};
  }
}

Graph GenerateGraph(Choices& choices, const GraphCapabilities& capabilities, Budget budget) {
  return GraphBuilder(choices, capabilities, budget).Build();
}

Graph GraphFromSeed(uint64_t seed, const GraphCapabilities& capabilities) {
  RandomChoices choices(seed);
  const Budget budget = DrawBudget(choices);
  return GenerateGraph(choices, capabilities, budget);
}

}  // namespace pickleproof
