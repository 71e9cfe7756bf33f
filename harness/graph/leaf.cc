#include "harness/graph/leaf.h"

#include <algorithm>

#include "harness/graph/mix.h"

namespace pickleproof {
namespace {

constexpr uint64_t kNan = 0x7ff8000000000000U;

uint64_t ContentHash(const Graph& graph, NodeId id, Kind kind, const CompareOptions& options) {
  const auto salt = static_cast<uint64_t>(kind) + 1;
  switch (kind) {
    case Kind::kNone: return salt;
    case Kind::kBool: return MixOne(graph.BoolValue(id) ? 1 : 0, salt);
    case Kind::kInt:
      return graph.IsSmallInt(id) ? MixOne(static_cast<uint64_t>(graph.SmallInt(id)), salt)
                                  : MixBytes(graph.BigInt(id), salt);
    case Kind::kFloat:
      return MixOne(
          !options.nan_bits && std::isnan(graph.FloatValue(id)) ? kNan : graph.FloatBits(id), salt);
    case Kind::kStr:
    case Kind::kBytes:
    case Kind::kByteArray:
    case Kind::kPy2Str: return MixBytes(graph.Text(id), salt);
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kFrozenSet: return MixOne(graph.Length(id), salt);
    case Kind::kGlobal:
      return MixInto(MixBytes(graph.Module(id), salt), MixBytes(graph.QualifiedName(id), salt));
    case Kind::kObject:
      return MixOne(static_cast<uint64_t>(EffectiveHow(graph.how(id), options)) * 2 +
                        (graph.Kwargs(id) != kNoNode ? 1 : 0),
                    salt);
    case Kind::kPersistentId: return salt;
    case Kind::kExtension: return MixOne(graph.ExtensionCode(id), salt);
    case Kind::kBuffer:
      return MixOne(uint64_t{graph.BufferIndex(id)} * 2 + (graph.BufferReadOnly(id) ? 1 : 0), salt);
  }
  return salt;
}

}  // namespace

bool SameLeaf(const Graph& a, NodeId left, const Graph& b, NodeId right,
              const CompareOptions& options) {
  switch (a.kind(left)) {
    case Kind::kNone:
    case Kind::kPersistentId: return true;
    case Kind::kBool: return a.BoolValue(left) == b.BoolValue(right);
    case Kind::kInt: return SameInt(a, left, b, right);
    case Kind::kFloat: return SameFloat(a, left, b, right, options);
    case Kind::kStr:
    case Kind::kBytes:
    case Kind::kByteArray:
    case Kind::kPy2Str: return a.Text(left) == b.Text(right);
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kFrozenSet: return a.Length(left) == b.Length(right);
    case Kind::kGlobal:
      return a.Module(left) == b.Module(right) && a.QualifiedName(left) == b.QualifiedName(right);
    case Kind::kObject:
      return EffectiveHow(a.how(left), options) == EffectiveHow(b.how(right), options) &&
             (a.Kwargs(left) == kNoNode) == (b.Kwargs(right) == kNoNode);
    case Kind::kExtension: return a.ExtensionCode(left) == b.ExtensionCode(right);
    case Kind::kBuffer:
      return a.BufferIndex(left) == b.BufferIndex(right) &&
             a.BufferReadOnly(left) == b.BufferReadOnly(right);
  }
  return false;
}

uint64_t LeafHash(const Graph& graph, NodeId id, const CompareOptions& options) {
  const Kind kind = EffectiveKind(graph.kind(id), options);
  uint64_t hash = ContentHash(graph, id, kind, options);
  if (graph.HasSteps(id)) {
    graph.ForEachStep(id, [&](const Graph::Step& step) {
      hash = MixInto(hash, step.items.size() * 8 + static_cast<uint64_t>(step.kind));
    });
  }
  return hash;
}

bool SameStepShape(const Graph& a, NodeId left, const Graph& b, NodeId right) {
  const bool has_steps = a.HasSteps(left);
  if (has_steps != b.HasSteps(right)) return false;
  if (!has_steps) return true;
  const std::vector<Graph::Step> left_steps = a.Steps(left);
  const std::vector<Graph::Step> right_steps = b.Steps(right);
  return std::ranges::equal(left_steps, right_steps,
                            [](const Graph::Step& x, const Graph::Step& y) {
                              return x.kind == y.kind && x.items.size() == y.items.size();
                            });
}

}  // namespace pickleproof
