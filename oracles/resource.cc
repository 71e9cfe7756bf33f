#include "oracles/resource.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "harness/pickle/decoder.h"

namespace pickleproof {
namespace {

// Memory that a reader may need whatever the input, and for each of its bytes.
constexpr uint64_t kFreeMemory = uint64_t{1} << 20;
constexpr uint64_t kMemoryPerByte = 1000;
// Growth counts from these sizes on.
constexpr double kLeastMemory = 1 << 18;
constexpr double kLeastUnfolded = 1 << 12;
constexpr double kLeastSeconds = 0.02;
// In proportion is 1; allocators that double and caches that end give a little more.
constexpr double kMostExponent = 1.5;
constexpr size_t kTimes = 8;
constexpr uint64_t kMostUnfolded = uint64_t{1} << 62;

// The offsets of the instructions up to STOP, and of what follows them.
std::vector<size_t> Boundaries(std::string_view pickle) {
  std::vector<size_t> offsets;
  Decoder decoder(pickle);
  while (true) {
    offsets.push_back(decoder.position());
    const auto next = decoder.Next();
    if (!next || !*next || (**next).opcode == Opcode::STOP) return offsets;
  }
}

std::optional<double> Exponent(std::array<double, 3> values, std::span<const Cost, 3> costs,
                               double least) {
  if (values[0] <= 0 || values[2] < least) return std::nullopt;
  double smallest = HUGE_VAL;
  for (size_t i = 1; i < 3; ++i) {
    const double growth = static_cast<double>(costs[i].input) /
                          static_cast<double>(std::max<uint64_t>(costs[i - 1].input, 1));
    if (growth <= 1.2) return std::nullopt;
    smallest = std::min(smallest, std::log(values[i] / values[i - 1]) / std::log(growth));
  }
  return smallest;
}

}  // namespace

std::optional<Amplification> JudgeCost(const Cost& cost) {
  if (cost.memory <= kFreeMemory + kMemoryPerByte * cost.input) return std::nullopt;
  return Amplification{.measure = "memory",
                       .exponent = 0,
                       .per_byte = static_cast<double>(cost.memory) /
                                   static_cast<double>(std::max<uint64_t>(cost.input, 1)),
                       .witness = {}};
}

std::optional<Amplification> JudgeGrowth(std::span<const Cost, 3> costs) {
  const auto all = [&](auto member) {
    return std::array<double, 3>{static_cast<double>(costs[0].*member),
                                 static_cast<double>(costs[1].*member),
                                 static_cast<double>(costs[2].*member)};
  };
  struct Measure {
    const char* name;
    std::array<double, 3> values;
    double least;
  };
  const Measure measures[] = {{"memory", all(&Cost::memory), kLeastMemory},
                              {"unfolded", all(&Cost::unfolded), kLeastUnfolded},
                              {"seconds", all(&Cost::seconds), kLeastSeconds}};
  for (const Measure& measure : measures) {
    const auto exponent = Exponent(measure.values, costs, measure.least);
    if (!exponent || *exponent <= kMostExponent) continue;
    return Amplification{.measure = measure.name,
                         .exponent = *exponent,
                         .per_byte = measure.values[2] / static_cast<double>(costs[2].input),
                         .witness = {}};
  }
  return std::nullopt;
}

std::optional<std::string> Grow(std::string_view pickle, size_t begin, size_t end, size_t times) {
  const std::vector<size_t> offsets = Boundaries(pickle);
  if (begin >= end || end >= offsets.size()) return std::nullopt;
  const std::string_view run = pickle.substr(offsets[begin], offsets[end] - offsets[begin]);
  std::string grown(pickle.substr(0, offsets[begin]));
  grown.reserve(pickle.size() + run.size() * times);
  for (; times > 0; --times) grown += run;
  grown += pickle.substr(offsets[end]);
  return grown;
}

std::optional<Amplification> FindAmplification(
    std::string_view pickle,
    const std::function<std::optional<Cost>(std::string_view input)>& measure, size_t longest_run,
    size_t trials) {
  const size_t count = Boundaries(pickle).size() - 1;
  for (size_t length = 1; length <= std::min(longest_run, count); ++length) {
    for (size_t begin = 0; begin + length <= count; ++begin) {
      std::array<Cost, 3> costs;
      std::string grown;
      bool measured = true;
      for (size_t i = 0; measured && i < costs.size(); ++i) {
        if (trials-- == 0) return std::nullopt;
        grown = *Grow(pickle, begin, begin + length, kTimes << i);
        const auto cost = measure(grown);
        measured = cost.has_value();
        if (!measured) break;
        costs[i] = *cost;
        if (auto found = JudgeCost(*cost)) {
          found->witness = grown;
          return found;
        }
      }
      auto found = measured ? JudgeGrowth(costs) : std::nullopt;
      if (!found) continue;
      found->witness = grown;
      return found;
    }
  }
  return std::nullopt;
}

uint64_t UnfoldedSize(const Graph& graph) {
  // 0: not met; kOpen: on the path at hand.
  constexpr uint64_t kOpen = ~uint64_t{0};
  std::vector<uint64_t> sizes(graph.size(), 0);
  std::vector<NodeId> path = {graph.root()};
  while (!path.empty()) {
    const NodeId id = path.back();
    if (sizes[id] == 0) {
      sizes[id] = kOpen;
      graph.ForEachChild(id, [&](NodeId child) {
        if (sizes[child] == 0) path.push_back(child);
      });
      continue;
    }
    path.pop_back();
    if (sizes[id] != kOpen) continue;  // pushed more than once
    uint64_t size = 1;
    graph.ForEachChild(id, [&](NodeId child) {
      const bool counted = sizes[child] != kOpen && sizes[child] != 0;
      size = std::min(size + (counted ? sizes[child] : 1), kMostUnfolded);
    });
    sizes[id] = size;
  }
  return sizes[graph.root()];
}

}  // namespace pickleproof
