#pragma once
// A record made up for tests: every field is set, and some texts are hostile to HTML. Apart from
// record.h because only tests may link it.

#include "harness/matrix/record.h"

namespace pickleproof {

// Six engines, of which one failed its smoke test and one writes nothing; generated graphs and one
// corpus group; two unexplained differences and one that is explained.
RunRecord SampleRecord();

}  // namespace pickleproof
