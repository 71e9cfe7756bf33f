#pragma once
// The terms in which live_loss.h's predicates are written, for the files that have some.

#include <string>
#include <string_view>

#include "oracles/live/live_outcome.h"

namespace pickleproof {

inline constexpr std::string_view kCloudpickleHome = "https://github.com/cloudpipe/cloudpickle";
inline constexpr std::string_view kDillHome = "https://github.com/uqfoundation/dill";

inline bool ByStdlib(const LiveCell& cell) {
  return cell.writer == "_pickle" || cell.writer == "pickle.py";
}
inline bool ByDill(const LiveCell& cell) { return cell.writer.starts_with("dill"); }
// The project's own live pickler works with cloudpickle's reducers.
inline bool ByCloudpickle(const LiveCell& cell) {
  return cell.writer == "cloudpickle" || cell.writer == "pickleproof";
}

// Whether the library that wrote is known to be older than that.
inline bool WrittenBefore(const LiveCell& cell, const Release& release) {
  return cell.wrote != Release() && cell.wrote < release;
}
inline bool ReadBefore(const LiveCell& cell, const Release& release) {
  return cell.reads != Release() && cell.reads < release;
}

inline bool DumpSays(const LiveCell& cell, std::string_view error) {
  return cell.outcome->result == LiveResult::kDumpRefused && cell.outcome->error.contains(error);
}
inline bool LoadSays(const LiveCell& cell, std::string_view error) {
  return cell.outcome->result == LiveResult::kLoadRefused && cell.outcome->error.contains(error);
}
inline bool LoadMissesName(const LiveCell& cell) {
  return LoadSays(cell, "AttributeError: Can't get attribute") ||
         LoadSays(cell, "AttributeError: module '__main__' has no attribute");
}

inline bool SourceHas(const LiveCell& cell, SourceTraits traits) {
  return cell.source->traits().any(traits);
}
// Whether the probe asks something with one of the traits.
inline bool ProbeAsks(const LiveCell& cell, const ProbeDifference* difference,
                      SourceTraits traits) {
  return difference != nullptr && cell.source->probes[difference->probe].traits.any(traits);
}
// Whether the probe's expression has that text in it.
inline bool ProbeMentions(const LiveCell& cell, const ProbeDifference* difference,
                          std::string_view text) {
  return difference != nullptr && cell.source->probes[difference->probe].expression.contains(text);
}
inline bool ProbeRaises(const ProbeDifference* difference, std::string_view exception) {
  return difference != nullptr && difference->got == "raises " + std::string(exception);
}
// Whether the stream names the library's own functions, as those with code in them do.
inline bool StreamNames(const LiveCell& cell, std::string_view library) {
  return cell.stream.contains(library);
}

}  // namespace pickleproof
