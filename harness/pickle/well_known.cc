#include "harness/pickle/well_known.h"

namespace pickleproof {

std::optional<WellKnown> FindWellKnown(std::string_view module, std::string_view name) {
#define PICKLE_WELL_KNOWN(enumerator, row_module, row_name, form, makes) \
  if (module == row_module && name == row_name) return WellKnown::k##enumerator;
#include "harness/pickle/well_known.def"
  return std::nullopt;
}

}  // namespace pickleproof
