#pragma once
// One input, every reader: does our machine, asked to behave like a reader of CPython, answer as
// that reader does, and do the readers answer alike? Apart from the target, because puzzles ask the
// same of a machine with a planted bug.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/guard.h"
#include "fuzz/target.h"
#include "harness/pickle/unpickler.h"
#include "oracles/differential.h"

namespace pickleproof {

class ReaderComparison {
 public:
  // `readers` are engines with a profile. Those of one profile are held to one machine of ours.
  ReaderComparison(const TargetContext& context, const std::vector<Engine*>& readers);

  // Whether everybody agreed, or the reason why not is known. Disagreements are counted, and kept
  // where they are of a new kind.
  bool Run(std::string_view input);

 private:
  // Our machine as the readers of one profile behave.
  struct Lane {
    std::string name;  // of its first reader
    std::vector<Engine*> readers;
    LoadOptions options;
    std::unique_ptr<Unpickler> unpickler;
    Outcome ours;
  };
  struct Sides {
    std::string_view left, right;
    const EngineCard* left_card;
    const EngineCard* right_card;
  };

  void LoadOurs(Lane& lane, std::string_view input);
  static void GiveBack(Lane& lane);
  // False where the readers must not see the input.
  bool Admit(std::string_view input);
  bool Readers(Lane& lane, std::string_view input);
  bool Compare(const Sides& sides, const Outcome& left, const Outcome& right,
               const CompareOptions& options, std::string_view input);
  // Why the sides differ, where that is known; empty where it isn't.
  std::string Reason(const Sides& sides, const Outcome& left, const Outcome& right,
                     const Comparison& comparison, std::string_view input);

  TargetContext context_;
  std::vector<Lane> lanes_;
  DifferentialOracle oracle_;
  Guard guard_;
  std::map<std::string, std::string> reasons_;  // by signature
};

}  // namespace pickleproof
