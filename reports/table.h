#pragma once
// Columns of text, aligned, with colours that take no room. Apart from text.h so that the layout
// can be tested without a record.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pickleproof {

enum class Colour : uint8_t { kNone, kGreen, kYellow, kRed, kDim, kBold };

// `text` between the escape sequences of a colour, or as it is where `enabled` is false.
std::string Paint(std::string_view text, Colour colour, bool enabled);

// Columns on a terminal, escape sequences not counted; one per code point.
size_t Columns(std::string_view text);

class Table {
 public:
  // One entry per column: true where it is aligned to the right.
  explicit Table(std::vector<bool> right) : right_(std::move(right)) {}

  // Missing cells at the end stay empty.
  void Row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // Each line starts with two spaces, has two between columns, none at its end.
  std::string Text() const;

 private:
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace pickleproof
