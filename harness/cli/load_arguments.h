#pragma once
// The options of reading, as several verbs take them.

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "harness/adapter/engine.h"
#include "harness/base/error.h"
#include "harness/matrix/engine_set.h"
#include "harness/pickle/load_options.h"

namespace pickleproof {

struct LoadArguments {
  std::string encoding = "ASCII";
  std::string errors = "strict";
  bool no_fix_imports = false;
  bool no_persistent_ids = false;
  std::string buffers;  // a letter for each: r, w

  void AddTo(CLI::App& verb);
  Result<LoadOptions> ToOptions() const;
};

// The readers with these ids, all readers where none is named. kUsage names the known ones.
Result<std::vector<Engine*>> ReadersNamed(const EngineSet& set,
                                          const std::vector<std::string>& ids);

}  // namespace pickleproof
