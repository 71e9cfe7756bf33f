#pragma once
// Which quirks (quirk.def) are behind it where two profiles read one pickle differently. Apart from
// the known differences, since campaigns and reduction ask the same of streams that nobody wrote.

#include <functional>
#include <vector>

#include "harness/pickle/outcome.h"
#include "harness/pickle/profile.h"

namespace pickleproof {

// As few of the quirks that only one of the profiles has as will do: a reader with `left`, changed
// in these, reads as one with `right`, and does so no more when one of them is left out. Empty
// where both read the same. `load` reads the pickle with a profile, `same` compares what came of
// it.
std::vector<const QuirkInfo*> QuirksBetween(
    const Profile& left, const Profile& right, const std::function<Outcome(const Profile&)>& load,
    const std::function<bool(const Outcome&, const Outcome&)>& same);

}  // namespace pickleproof
