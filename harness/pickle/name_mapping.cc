#include "harness/pickle/name_mapping.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace pickleproof {
namespace {

struct ModuleRow {
  std::string_view from, to;
};
struct NameRow {
  GlobalName from, to;
};

constexpr ModuleRow kModulesTo3[] = {
#define PICKLE_MODULE_TO_3(from, to) {from, to},
#include "harness/pickle/name_mapping.def"
};
constexpr NameRow kNamesTo3[] = {
#define PICKLE_NAME_TO_3(from_module, from_name, to_module, to_name) \
  {{from_module, from_name}, {to_module, to_name}},
#include "harness/pickle/name_mapping.def"
};
constexpr ModuleRow kModulesTo2[] = {
#define PICKLE_MODULE_TO_2(from, to) {from, to},
#include "harness/pickle/name_mapping.def"
};
constexpr NameRow kNamesTo2[] = {
#define PICKLE_NAME_TO_2(from_module, from_name, to_module, to_name) \
  {{from_module, from_name}, {to_module, to_name}},
#include "harness/pickle/name_mapping.def"
};

constexpr bool Before(const ModuleRow& row, std::string_view module) { return row.from < module; }
constexpr bool Before(const NameRow& row, const GlobalName& name) {
  return std::tie(row.from.module, row.from.name) < std::tie(name.module, name.name);
}

template <typename Row, size_t N>
constexpr bool IsSorted(const Row (&rows)[N]) {
  for (size_t i = 1; i < N; ++i) {
    if (!Before(rows[i - 1], rows[i].from)) return false;
  }
  return true;
}
static_assert(IsSorted(kModulesTo3) && IsSorted(kNamesTo3));
static_assert(IsSorted(kModulesTo2) && IsSorted(kNamesTo2));

// The row whose `from` is `key`, or nullptr.
template <typename Row, size_t N, typename Key>
const Row* Find(const Row (&rows)[N], const Key& key) {
  const Row* row = std::lower_bound(std::begin(rows), std::end(rows), key,
                                    [](const Row& r, const Key& k) { return Before(r, k); });
  return row != std::end(rows) && row->from == key ? row : nullptr;
}

template <size_t N, size_t M>
GlobalName Rename(const NameRow (&names)[N], const ModuleRow (&modules)[M], GlobalName name) {
  if (const NameRow* row = Find(names, name)) return row->to;
  if (const ModuleRow* row = Find(modules, name.module)) return {row->to, name.name};
  return name;
}

}  // namespace

GlobalName ToPython3(GlobalName name) { return Rename(kNamesTo3, kModulesTo3, name); }

GlobalName ToPython2(GlobalName name) { return Rename(kNamesTo2, kModulesTo2, name); }

}  // namespace pickleproof
