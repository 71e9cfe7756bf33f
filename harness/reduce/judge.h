#pragma once
// Decides what differs: the one function over all readers of this process that campaigns, reduction
// and the verbs share. It compares
//   our machine, asked to read as each reader of CPython does, with that reader;
//   `_pickle` with `pickle.py`, channel by channel;
//   the channels of one implementation: the same bytes must mean the same;
//   what pickletools shows of a pickle (static_view.h) with what loaders do.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/adapter/engine.h"
#include "harness/matrix/engine_set.h"
#include "harness/reduce/divergence.h"

namespace pickleproof {

// How every pickle of a campaign is read: the defaults; two out-of-band buffers, of which the
// second is read-only, where the bytes hold a NEXT_BUFFER; and a bound on our memo, so that an
// index that takes CPython gigabytes is poisoned on both sides.
LoadOptions OptionsOfFindings(std::string_view stream);

class Judge {
 public:
  // Uses the readers of `set`, which must outlive it. kForeign where CPython's are missing.
  static Result<Judge> Make(const EngineSet& set);

  Judge(Judge&&) noexcept;
  Judge& operator=(Judge&&) noexcept;
  ~Judge();

  // Everything that differs on this input, each signature once, the weightiest class first.
  std::vector<Divergence> Look(std::string_view stream);

  // What readers spend out of proportion (cost_judge.h): hundreds of loads, in processes of their
  // own, so it is asked apart.
  std::vector<Divergence> LookAtCosts(std::string_view stream);

  // Whether this signature is among them, of either kind; much cheaper where it is not.
  bool Shows(std::string_view stream, const DivergenceSignature& signature);

  // What each reader answers, by the id of its engine: our machine first.
  std::vector<std::pair<std::string, Outcome>> Answers(std::string_view stream);

 private:
  struct Impl;
  explicit Judge(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// "accept 8", "reject UnpicklingError: ...": an outcome in a line.
std::string Briefly(const Outcome& outcome);

}  // namespace pickleproof
