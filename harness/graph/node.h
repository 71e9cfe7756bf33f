#pragma once
// What one node of a graph is made of. Kept apart from graph.h so that tables over kinds (notation,
// node table, capabilities) need not see the arena.

#include <cstdint>
#include <string_view>

namespace pickleproof {

using NodeId = uint32_t;
inline constexpr NodeId kNoNode = 0xffffffffU;

enum class Kind : uint8_t {
  kNone,
  kBool,
  kInt,
  kFloat,
  kStr,
  kBytes,
  kByteArray,
  kPy2Str,
  kTuple,
  kList,
  kDict,
  kSet,
  kFrozenSet,
  kGlobal,
  kObject,
  kPersistentId,
  kExtension,
  kBuffer,
};
inline constexpr int kKindCount = 18;

// The name of the kind in the node table: "none", "int", "py2str", "persid", ...
std::string_view Name(Kind kind);

// How an object was made.
enum class How : uint8_t { kReduce, kNewObj, kNewObjEx, kObj, kInst };
std::string_view Name(How how);

// What was done to an object after it was made. kCall is a call made for its effect, whose result
// nothing refers to and whose first argument is the object: how a state setter is applied (the
// sixth item of a reduce tuple, CPython bpo-35900). Beside it are the steps of the four opcodes.
enum class StepKind : uint8_t { kBuild, kAppend, kSetItems, kAdd, kCall };
std::string_view Name(StepKind kind);

// Kinds whose identity a program can observe by changing them.
constexpr bool IsMutable(Kind kind) {
  return kind == Kind::kByteArray || kind == Kind::kList || kind == Kind::kDict ||
         kind == Kind::kSet || kind == Kind::kObject;
}

// Kinds that picklers memoize. Numbers, None and bools carry no identity.
constexpr bool CarriesIdentity(Kind kind) { return kind > Kind::kFloat; }

// Kinds that stand for something unknown, made without running anything.
constexpr bool IsInert(Kind kind) { return kind >= Kind::kGlobal && kind <= Kind::kExtension; }

constexpr bool IsText(Kind kind) { return kind >= Kind::kStr && kind <= Kind::kPy2Str; }
constexpr bool IsContainer(Kind kind) { return kind >= Kind::kTuple && kind <= Kind::kFrozenSet; }
constexpr bool IsSequence(Kind kind) { return kind == Kind::kTuple || kind == Kind::kList; }
constexpr bool IsSetLike(Kind kind) { return kind == Kind::kSet || kind == Kind::kFrozenSet; }

}  // namespace pickleproof
