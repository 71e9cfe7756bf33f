#pragma once
// Well-known constructions: calls that inert readers evaluate, because picklers write them where a
// protocol lacks an opcode. Our VM and CPython's stand-ins are both expanded from this table.
//
// A call is evaluated only when its arguments have exactly the form of its row: a `list` is a list
// node, a `class` any inert node (global, object, persistent id, extension code). In every other
// case the call stays an inert object. The errors of the real constructor count: an unhashable
// member, or a code point above 255, rejects.

#include <cstdint>
#include <optional>
#include <string_view>

namespace pickleproof {

enum class WellKnown : uint8_t {
#define PICKLE_WELL_KNOWN(name, module, qualified_name, form, makes) k##name,
#include "harness/pickle/well_known.def"
};

// The row of a global under its Python 3 name, or nothing.
std::optional<WellKnown> FindWellKnown(std::string_view module, std::string_view name);

}  // namespace pickleproof
