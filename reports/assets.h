#pragma once
// The files of the HTML report, compiled in by reports/CMakeLists.txt.

#include <string_view>

namespace pickleproof {

extern const std::string_view kPage;
extern const std::string_view kStyle;
extern const std::string_view kScript;

}  // namespace pickleproof
