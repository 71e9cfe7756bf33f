#pragma once
// Where implementations legitimately part. Each quirk is a row of quirk.def with the reason and the
// implementations that show it; a profile is a set of quirks, so that the machine can be asked to
// behave like either. The default is CPython's `_pickle`.

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace pickleproof {

enum class Quirk : uint8_t {
#define PICKLE_QUIRK(name, readers, since, until, reason) k##name,
#include "harness/pickle/quirk.def"
};

struct QuirkInfo {
  Quirk quirk;
  std::string_view name;     // "StrictNumberText"
  std::string_view readers;  // which of "_pickle", "_pickle/file", "pickle.py" show it
  int since, until;          // CPython minor versions 3.x that show it, both ends included
  std::string_view reason;   // one sentence, with its source
};
std::span<const QuirkInfo> AllQuirks();

class Profile {
 public:
  Profile();  // _pickle.loads, which shows no quirk: the others are told by how they differ from it
  // `reader` is "_pickle", "_pickle/file" or "pickle.py"; `minor` the x of CPython 3.x.
  static std::optional<Profile> Of(std::string_view reader, int minor);

  bool has(Quirk quirk) const { return quirks_[static_cast<size_t>(quirk)]; }
  void set(Quirk quirk, bool on) { quirks_[static_cast<size_t>(quirk)] = on; }

 private:
  std::bitset<64> quirks_;
};

}  // namespace pickleproof
