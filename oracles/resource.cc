#include "oracles/resource.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/pickle/decoder.h"
#include "harness/pickle/program.h"

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
// Below it a request is nothing to wonder about.
constexpr uint64_t kLeastStated = uint64_t{1} << 16;
// What a bytes object has in front of its bytes and behind, at most.
constexpr uint64_t kObjectHeader = 64;
// Two pointers for each entry up to the index.
constexpr uint64_t kMemoEntry = 16;
constexpr uint64_t kMostUnfolded = uint64_t{1} << 62;

// The instructions in front of STOP, and how many bytes they are.
std::vector<Instruction> InstructionsOf(std::string_view pickle) {
  std::vector<Instruction> instructions;
  Decoder decoder(pickle);
  while (true) {
    const auto next = decoder.Next();
    if (!next || !*next || (**next).opcode == Opcode::STOP) return instructions;
    instructions.push_back(**next);
  }
}

bool HasText(const Instruction& instruction) {
  const ArgLayout::Form form =
      LayoutOf(FindOpcode(static_cast<uint8_t>(instruction.opcode))->arg).form;
  return (form == ArgLayout::Form::kCounted || form == ArgLayout::Form::kLine) &&
         !instruction.argument.empty();
}

// Whether it only moves values that are there already.
bool OnlyMoves(std::string_view name) {
  return name == "MARK" || name == "DUP" || name == "MEMOIZE" || name.starts_with("POP") ||
         name.ends_with("PUT") || name.ends_with("GET");
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

std::string_view Name(Stated stated) {
  switch (stated) {
    case Stated::kNo: return "";
    case Stated::kLength: return "length";
    case Stated::kMemoIndex: return "memo-index";
  }
  return "";
}

Stated WhatStates(std::string_view input, uint64_t request) {
  if (request < kLeastStated) return Stated::kNo;
  const auto judge = [&](uint64_t number) {
    if (number <= request && request - number <= kObjectHeader) return Stated::kLength;
    // The array is made twice as long as the index asks for.
    const bool memo = number <= request / kMemoEntry && request / kMemoEntry - number <= 1;
    return memo ? Stated::kMemoIndex : Stated::kNo;
  };
  uint64_t decimal = 0;
  for (size_t at = 0; at < input.size(); ++at) {
    const auto digit = static_cast<unsigned char>(input[at] - '0');
    decimal = digit < 10 ? decimal * 10 + digit : 0;
    if (const Stated stated = judge(decimal); stated != Stated::kNo) return stated;
    uint64_t number = 0;
    for (size_t i = 0; i < sizeof number && at + i < input.size(); ++i) {
      number |= uint64_t{static_cast<unsigned char>(input[at + i])} << (8 * i);
      if (i != 3 && i != 7) continue;
      if (const Stated stated = judge(number); stated != Stated::kNo) return stated;
    }
  }
  return Stated::kNo;
}

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

std::vector<Growth> GrowthsOf(std::string_view pickle, size_t longest_run, size_t most) {
  const std::vector<Instruction> instructions = InstructionsOf(pickle);
  const size_t count = instructions.size();
  std::vector<Growth> growths;
  const auto add = [&](const Growth& growth) {
    if (growths.size() < most) growths.push_back(growth);
  };
  for (size_t i = 0; i < count; ++i) {
    if (HasText(instructions[i])) add({i, i + 1, true});
  }
  for (size_t length = 1; length <= std::min(longest_run, count); ++length) {
    for (size_t begin = 0; begin + length <= count; ++begin) add({begin, begin + length, false});
  }
  return growths;
}

std::optional<std::string> Grow(std::string_view pickle, const Growth& growth, size_t times) {
  const std::vector<Instruction> instructions = InstructionsOf(pickle);
  if (growth.begin >= growth.end || growth.end > instructions.size()) return std::nullopt;
  const Instruction& first = instructions[growth.begin];
  const Instruction& last = instructions[growth.end - 1];
  const size_t begin = first.offset;
  const size_t end = last.offset + last.raw.size();
  const std::string_view repeated =
      growth.argument ? first.argument : pickle.substr(begin, end - begin);
  std::string text;
  text.reserve(repeated.size() * times);
  for (size_t i = 0; i < times; ++i) text += repeated;
  std::string grown(pickle.substr(0, begin));
  if (growth.argument) {
    if (!HasText(first) || !ArgumentFits(first.opcode, text)) return std::nullopt;
    AppendInstruction(grown, first.opcode, text);
  } else {
    grown += text;
  }
  grown += pickle.substr(end);
  return grown;
}

std::string NameOf(std::string_view pickle, const Growth& growth) {
  const std::vector<Instruction> instructions = InstructionsOf(pickle);
  std::set<std::string_view> all;
  std::set<std::string_view> telling;
  for (size_t i = growth.begin; i < std::min(growth.end, instructions.size()); ++i) {
    const std::string_view name = Name(instructions[i].opcode);
    all.insert(name);
    const bool consumes = !FindOpcode(name)->before.empty();
    if (consumes && !OnlyMoves(name)) telling.insert(name);
  }
  std::string text = fmt::format("{}", fmt::join(telling.empty() ? all : telling, "+"));
  return growth.argument ? text + "(argument)" : text;
}

std::optional<Amplification> FindAmplification(
    std::string_view pickle,
    const std::function<std::optional<Cost>(std::string_view input)>& measure) {
  for (const Growth& growth : GrowthsOf(pickle)) {
    std::array<Cost, 3> costs;
    std::string grown;
    bool measured = true;
    for (size_t i = 0; measured && i < costs.size(); ++i) {
      auto larger = Grow(pickle, growth, kTimes << i);
      const auto cost = larger ? measure(*larger) : std::nullopt;
      measured = cost.has_value();
      if (!measured) break;
      grown = std::move(*larger);
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
