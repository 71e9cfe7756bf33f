#pragma once
// What counts as equal. Kept apart because comparison (compare.h) and canonical form (canonical.h)
// must agree on it.

#include <cstdint>

#include "harness/graph/graph.h"

namespace pickleproof {

// How much of sharing must agree.
enum class Strictness : uint8_t {
  kValues,           // none: equal where the unfoldings are equal
  kMutableIdentity,  // that of mutable kinds (IsMutable), which a program can observe by changing
  kAllIdentity,      // that of every kind that carries identity
};

struct CompareOptions {
  Strictness strictness = Strictness::kMutableIdentity;
  bool py2str_is_bytes = false;        // a py2 str equals bytes of the same content
  bool merge_obj_with_reduce = false;  // OBJ, INST and REDUCE count as one way to make an object
  bool set_order = false;              // sets and frozensets must have one order too
  bool nan_bits = true;                // NaNs are compared by their bits, not as one value

  friend bool operator==(const CompareOptions&, const CompareOptions&) = default;
};

// Whether nodes of a kind must correspond one to one. Globals and extension codes always do, being
// one node for each name. The empty tuple never does, whatever is said here: CPython has only one
// and does not memoize it.
constexpr bool KindHasIdentity(Kind kind, Strictness strictness) {
  if (kind == Kind::kGlobal || kind == Kind::kExtension) return true;
  switch (strictness) {
    case Strictness::kValues: return false;
    case Strictness::kMutableIdentity: return IsMutable(kind);
    case Strictness::kAllIdentity: return CarriesIdentity(kind);
  }
  return false;
}

inline bool HasIdentity(const Graph& graph, NodeId id, Strictness strictness) {
  const Kind kind = graph.kind(id);
  return KindHasIdentity(kind, strictness) && !(kind == Kind::kTuple && graph.Length(id) == 0);
}

// The kind as it counts under the options.
inline Kind EffectiveKind(Kind kind, const CompareOptions& options) {
  return kind == Kind::kPy2Str && options.py2str_is_bytes ? Kind::kBytes : kind;
}

inline How EffectiveHow(How how, const CompareOptions& options) {
  return options.merge_obj_with_reduce && (how == How::kObj || how == How::kInst) ? How::kReduce
                                                                                  : how;
}

}  // namespace pickleproof
