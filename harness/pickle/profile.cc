#include "harness/pickle/profile.h"

namespace pickleproof {
namespace {

constexpr QuirkInfo kQuirks[] = {
#define PICKLE_QUIRK(name, readers, since, until, reason) \
  {Quirk::k##name, #name, readers, since, until, reason},
#include "harness/pickle/quirk.def"
};

bool Shows(const QuirkInfo& quirk, std::string_view reader) {
  std::string_view readers = quirk.readers;
  while (!readers.empty()) {
    const size_t space = readers.find(' ');
    if (readers.substr(0, space) == reader) return true;
    if (space == std::string_view::npos) return false;
    readers.remove_prefix(space + 1);
  }
  return false;
}

}  // namespace

std::span<const QuirkInfo> AllQuirks() { return kQuirks; }

Profile::Profile() = default;

std::optional<Profile> Profile::Of(std::string_view reader, int minor) {
  if (reader != "_pickle" && reader != "_pickle/file" && reader != "pickle.py") return std::nullopt;
  Profile profile;
  for (const QuirkInfo& quirk : kQuirks) {
    if (Shows(quirk, reader) && minor >= quirk.since && minor <= quirk.until) {
      profile.set(quirk.quirk, true);
    }
  }
  return profile;
}

}  // namespace pickleproof
