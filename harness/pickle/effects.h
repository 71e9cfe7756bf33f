#pragma once
// Calls made for their effect. Kept apart from the machine because every inert reader, ours and
// CPython's stand-ins, must place them by the same rule.

#include <span>

#include "harness/graph/graph.h"

namespace pickleproof {

// How many arguments a call made for its effect has: (object, state) of a state setter, or
// (object, name, value) of setattr.
constexpr bool MayBeEffect(size_t arguments) { return arguments == 2 || arguments == 3; }

// Keeps the calls that only changed something: an object made by REDUCE, OBJ or INST with two or
// three arguments, that nothing reachable from `root` refers to, and whose first argument is inert
// and reachable, becomes a kCall step of that argument, behind its other steps. This is how a state
// setter is applied (the sixth item of a reduce tuple, bpo-35900), and how dill fills the cells of
// closures: the result is dropped by POP.
//
// A call of builtins.getattr with a str sets nothing and is never kept. A call that a reachable
// object was made by too, with the same arguments, is not kept: it is how picklers write an object
// whose arguments lead back to it.
//
// `calls` are object nodes in the order in which they were made. An attached call makes its own
// parts reachable, so that further calls may follow; a later call is looked at before an earlier
// one, since it may use the earlier one's result. The steps of one node are in call order.
//
// Costs nothing where no call has that form; else linear in the graph, up to the logarithm of the
// number of such calls. False where the graph's limit is hit.
bool AttachEffects(Graph& graph, NodeId root, std::span<const NodeId> calls);

}  // namespace pickleproof
