#pragma once
// The report as one HTML file that needs nothing else: no network, no other file. The page's text
// lies in page.html, page.css and the scripts beside this header and is compiled in.

#include <string>
#include <string_view>

#include "harness/matrix/record.h"

namespace pickleproof {

std::string HtmlReport(const RunRecord& record);

// Text for an element or a quoted attribute.
std::string EscapeHtml(std::string_view text);

// JSON for a script element: nothing in it can end the element, open a comment or be an entity. It
// stays the same JSON.
std::string EscapeJsonForScript(std::string_view json);

}  // namespace pickleproof
