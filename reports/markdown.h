#pragma once
// The report as a page of Markdown with tables, as code hosting sites show it: for the summary of a
// build step or a comment.

#include <string>
#include <string_view>

#include "harness/matrix/record.h"

namespace pickleproof {

// Shows at most `differences` findings.
std::string MarkdownReport(const RunRecord& record, size_t differences = 20);

// Text for one cell of a table: markup escaped, line breaks as spaces.
std::string EscapeMarkdown(std::string_view text);

// The same as code, without markup inside.
std::string MarkdownCode(std::string_view text);

}  // namespace pickleproof
