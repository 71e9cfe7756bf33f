#pragma once
// One way in which readers part on one input, and its signature: what makes two of them the same
// finding. Kept apart from the judge, because history, reports and command lines need it without an
// engine.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/error.h"

namespace pickleproof {

// From what weighs most to what weighs least.
enum class DivergenceClass : uint8_t {
  kCrash,          // a reader ended its process
  kHang,           // a reader did not come back
  kStackOverflow,  // a reader ran out of stack where another answers
  kOutOfMemory,    // a reader asked for more memory than it may have where another answers
  kAmplification,  // a reader spends out of proportion to the input (cost_judge.h)
  kLaw,            // our own machine breaks a law that a fuzz target holds it to
  kVerdict,        // one accepts, the other refuses
  kValue,          // both accept, with different graphs
  kIdentity,       // graphs that differ in what is one object
  kTrace,          // they look up or call something else on the way
  kConsumed,       // one value, but they stop at different bytes
  kStaticGlobal,   // a loader looks up a global that pickletools does not show
  kStaticEnd,      // a loader stops elsewhere than pickletools
  kStaticRefusal,  // a loader accepts what pickletools refuses
  kError,          // both refuse, with different exceptions: of the second level
};
inline constexpr size_t kDivergenceClassCount = 15;

// "crash", "hang", "stack-overflow", "out-of-memory", "amplification", "law", "verdict", "value",
// "identity", "trace", "consumed", "static-global", "static-end", "static-refusal", "error".
std::string_view Name(DivergenceClass what);
std::optional<DivergenceClass> DivergenceClassOf(std::string_view name);

struct DivergenceSignature {
  // The reader, or reader and channel where channels part: "_pickle", "_pickle/load-file",
  // "pickle.py", "pickleproof", "pickletools".
  std::string left, right;
  DivergenceClass what = DivergenceClass::kVerdict;
  // "accept|ValueError" of a verdict, "EOFError|UnpicklingError" of an error, what pickletools
  // refuses, what is out of proportion; empty where the class says it all.
  std::string detail;
  // Of the first instruction whose meaning differs: the opcode; "frame-end/fixed" and the like
  // where the instruction is any that crosses the end of a frame; "byte" where it is none.
  std::string opcode;
  friend auto operator<=>(const DivergenceSignature&, const DivergenceSignature&) = default;
};

// Five words with spaces between them, "-" for an empty one: `_pickle pickle.py value - INT`.
// Stable: databases and file names depend on it.
std::string ToText(const DivergenceSignature& signature);
// kSyntax where the text is none of those.
Result<DivergenceSignature> ParseDivergenceSignature(std::string_view text);

// Twelve hex digits that depend on the signature alone.
std::string Id(const DivergenceSignature& signature);

// Why a divergence is no bug to be reported.
struct DivergenceReason {
  std::string name, text, link;
  friend bool operator==(const DivergenceReason&, const DivergenceReason&) = default;
};

struct Divergence {
  DivergenceSignature signature;
  std::string left_engine, right_engine;  // ids: "cpython-3.11/_pickle/loads"
  std::string left_says, right_says;      // a line each
  std::string path;                       // of the first difference of two graphs, "$[0]"
  uint64_t offset = kNoOffset;            // of the first instruction whose meaning differs
  std::optional<DivergenceReason> known;
};

// One sentence for people: who says what, at which instruction, and why where that is known.
std::string Sentence(const Divergence& divergence);

}  // namespace pickleproof
