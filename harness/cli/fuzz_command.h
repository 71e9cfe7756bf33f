#pragma once
// How the program of a fuzz target is called: to hunt, to look at one input again, to merge a
// corpus. The first word of each command is the program.

#include <string>
#include <vector>

#include "harness/cli/fuzz_campaign.h"
#include "harness/history/state_folder.h"

namespace pickleproof {

std::string TargetBinary(const FuzzPlan& plan);

// Grows the corpus of the state for so many seconds, reading seeds besides where the plan says so.
std::vector<std::string> HuntCommand(const FuzzPlan& plan, const StateFolder& state,
                                     double seconds);

// Runs on one file and ends.
std::vector<std::string> ConfirmCommand(const FuzzPlan& plan, const StateFolder& state,
                                        const std::string& file);

// Copies what is needed of `from` for what all of it covers to `to`.
std::vector<std::string> MergeCommand(const FuzzPlan& plan, const StateFolder& state,
                                      const std::string& to, const std::string& from);

}  // namespace pickleproof
