#pragma once
// The live half of cross and report: which Python is asked, and with what. Kept apart from the
// verbs because both run it.

#include <cstdint>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "harness/base/error.h"
#include "harness/matrix/live_campaign.h"

namespace pickleproof {

// Which releases of cloudpickle and dill are asked.
enum class LiveLibraries {
  kNewest,
  kOldest,  // in place of the newest
  kBoth,    // the newest, and across both with the oldest
};

struct LiveArguments {
  uint64_t sources = 100;
  bool shrink = false;
  // "embedded", "all", or versions with commas between them: "3.9,3.13".
  std::string interpreters = "embedded";
  LiveLibraries libraries = LiveLibraries::kNewest;
  uint64_t versions_every = 1;  // each so manieth source goes across versions

  void AddTo(CLI::App& verb);
  // What the command line says beside sources and seed, with a space in front: " --interpreters
  // all".
  std::string Text() const;
};

// Runs the sources from `first` on with the interpreter that is embedded, in an environment with
// cloudpickle and dill, which is made where it is missing. Without libraries what needs them is
// named in the record as unavailable. kForeign where nothing can be run.
Result<LiveRun> RunLive(const LiveArguments& arguments, uint64_t seed, uint64_t first,
                        size_t processes, const std::string& command_line);

// Prints the smallest source that still shows what the first of the sources shows.
Result<void> PrintShrunk(const LiveArguments& arguments, uint64_t seed, uint64_t first);

}  // namespace pickleproof
