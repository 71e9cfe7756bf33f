#pragma once
// Facts of the machine that a run took place on. Apart from record.h because it asks the operating
// system, and a record can be read anywhere.

#include "harness/matrix/record.h"

namespace pickleproof {

// Nothing that names a host or a person. Facts that can't be found stay empty.
Host ThisMachine();

}  // namespace pickleproof
