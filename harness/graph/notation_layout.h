#pragma once
// Breaks a line of nested brackets into lines of bounded width. Knows nothing of graphs: the
// printer of the notation tells it where the brackets are.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pickleproof {

// A place in the text: after an opening bracket, at the space after a comma, before a closing
// bracket.
struct LayoutMark {
  enum class Kind : uint8_t { kOpen, kSeparator, kClose };
  Kind kind;
  size_t offset;
};

// Gives each item of a bracket a line of its own, indented by `indent` spaces a level but at most
// half of `width`, where the whole bracket does not fit into `width` bytes. Linear in the length of
// the result. Marks are in order; brackets that the end of the text cuts off need no kClose.
std::string BreakLines(std::string_view text, const std::vector<LayoutMark>& marks, size_t width,
                       size_t indent);

}  // namespace pickleproof
