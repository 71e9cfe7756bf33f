#include "generators/graph_capabilities.h"

namespace pickleproof {

GraphCapabilities& GraphCapabilities::Allow(std::initializer_list<Kind> more) {
  for (const Kind kind : more) kinds |= 1U << static_cast<int>(kind);
  return *this;
}

GraphCapabilities& GraphCapabilities::Forbid(std::initializer_list<Kind> fewer) {
  for (const Kind kind : fewer) kinds &= ~(1U << static_cast<int>(kind));
  return *this;
}

GraphCapabilities EverythingWeHave() {
  GraphCapabilities all;
  all.kinds = (1U << kKindCount) - 1;
  return all.Forbid({Kind::kPy2Str, Kind::kBuffer, Kind::kExtension});
}

GraphCapabilities PicklableByCPython(int protocol, const CPythonExtras& extras) {
  GraphCapabilities some = EverythingWeHave();
  if (!extras.persistent_ids) some.Forbid({Kind::kPersistentId});
  if (extras.extensions && protocol >= 2) some.Allow({Kind::kExtension});
  if (extras.buffers && protocol >= 5) some.Allow({Kind::kBuffer});
  some.nan_payloads = protocol >= 1;
  some.global_protocol = protocol;
  some.ascii_persistent_ids = protocol == 0;
  some.local_names = false;
  some.none_persistent_ids = false;
  some.merge_interned = true;
  some.shared_escaped_text = protocol >= 1;
  some.cycles_through_sets = protocol >= 4;
  some.steps_on_recursive_args = false;
  some.shared_args = false;
  some.shared_persistent_ids = false;
  some.newobj_ex = protocol >= 4;
  some.any_callable = false;
  some.instances_of_getattr = false;
  some.any_step_order = false;
  return some;
}

}  // namespace pickleproof
