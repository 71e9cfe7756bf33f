#pragma once
// The report for build servers: JUnit XML as they read it (testsuites, testsuite, testcase,
// failure, skipped).

#include <string>
#include <string_view>

#include "harness/matrix/record.h"

namespace pickleproof {

// One suite for the smoke tests, one per group of cells and one per group of pairs. A test is one
// cell or one pair; it fails where a difference is unexplained, and is skipped where nothing was
// compared.
std::string JunitReport(const RunRecord& record);

// Text for an element or a quoted attribute of XML 1.0. What XML can't carry (control characters,
// what is no UTF-8) becomes U+FFFD.
std::string EscapeXml(std::string_view text);

}  // namespace pickleproof
