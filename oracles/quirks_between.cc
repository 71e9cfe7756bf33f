#include "oracles/quirks_between.h"

namespace pickleproof {

std::vector<const QuirkInfo*> QuirksBetween(
    const Profile& left, const Profile& right, const std::function<Outcome(const Profile&)>& load,
    const std::function<bool(const Outcome&, const Outcome&)>& same) {
  const Outcome as_right = load(right);
  Profile profile = right;
  std::vector<const QuirkInfo*> needed;
  for (const QuirkInfo& info : AllQuirks()) {
    if (left.has(info.quirk) == right.has(info.quirk)) continue;
    Profile without = profile;
    without.set(info.quirk, left.has(info.quirk));
    if (same(load(without), as_right)) {
      profile = without;
    } else {
      needed.push_back(&info);
    }
  }
  return needed;
}

}  // namespace pickleproof
