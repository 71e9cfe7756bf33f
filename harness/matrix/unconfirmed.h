#pragma once
// What becomes of a difference that did not happen again alone in a fresh process: it is no
// finding. Apart from the campaigns, which confirm in different ways and settle it alike.

#include "harness/matrix/record.h"

namespace pickleproof {

// Moves the unexplained difference of this signature, which must be there, to the reason
// "unconfirmed".
void SettleUnconfirmed(RunRecord& record, const Signature& signature);

}  // namespace pickleproof
