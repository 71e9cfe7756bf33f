#pragma once
// A fuzz target alone with one input, in a process of its own: does it end there, does it say that
// a law is broken, and is there a smaller input that breaks it too?

#include <string>

#include "harness/base/error.h"
#include "harness/cli/fuzz_campaign.h"
#include "harness/history/state_folder.h"

namespace pickleproof {

struct Alone {
  bool ended = false;   // by a signal, a sanitizer, an abort, or because it took too long
  bool hangs = false;   // because it took too long
  std::string summary;  // of a sanitizer or libFuzzer; "" without one
  std::string law;      // the signature of the first disagreement without a reason, or ""
};

// `file` holds the input as the target takes it.
Result<Alone> RunAlone(const FuzzPlan& plan, const StateFolder& state, const std::string& file);

// Where the target takes pickles: makes the file as small as some hundreds of processes allow,
// while the target says the same.
Result<void> ReduceAlone(const FuzzPlan& plan, const StateFolder& state, const std::string& file,
                         const std::string& law);

// The text with every blank made "_", as a word of a signature.
std::string OneWord(std::string text);

}  // namespace pickleproof
