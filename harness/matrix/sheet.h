#pragma once
// A table of answers that are no comparisons of graphs: what was asked in rows, who was asked in
// columns, and in every cell what came out and whether that is what should. The picklability table
// and the requirements are sheets, and every report draws both by the same code.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pickleproof {

enum class SheetVerdict : uint8_t {
  kAgree,
  kExplained,      // not as it should be, for a reason that the detail states
  kDiffer,         // not as it should be, and nobody can say why: a finding
  kUnavailable,    // who was to be asked is missing; the detail says what
  kNotApplicable,  // there is nothing to ask here
};
// "agree", "explained", "differ", "unavailable", "not-applicable".
std::string_view Name(SheetVerdict verdict);

struct SheetCell {
  std::string text;  // what came out, in one short line
  SheetVerdict verdict = SheetVerdict::kNotApplicable;
  std::string detail;  // what was expected, a message, a reason; may be empty, or have lines
  friend auto operator<=>(const SheetCell&, const SheetCell&) = default;
};

// Columns of one group stand side by side, and a page may show the group as one column. The group
// may be empty; group and label together are unique.
struct SheetColumn {
  std::string group;  // "cloudpickle"
  std::string label;  // "3.12.1"
  friend auto operator<=>(const SheetColumn&, const SheetColumn&) = default;
};

struct SheetRow {
  std::string id;                // unique in the sheet
  std::string label;             // what was asked
  std::string note;              // where it is from, what it consists of; may be empty
  std::vector<SheetCell> cells;  // as many as there are columns
  friend auto operator<=>(const SheetRow&, const SheetRow&) = default;
};

struct Sheet {
  std::string name;   // unique in the record: "picklability"
  std::string title;  // for people
  std::string note;   // how to read its cells
  std::vector<SheetColumn> columns;
  std::vector<SheetRow> rows;
  friend auto operator<=>(const Sheet&, const Sheet&) = default;
};

// How many cells came out in which way.
struct SheetCounts {
  uint64_t agree = 0;
  uint64_t explained = 0;
  uint64_t differ = 0;
  uint64_t unavailable = 0;
  uint64_t not_applicable = 0;

  uint64_t Answered() const { return agree + explained + differ; }
  uint64_t Total() const { return Answered() + unavailable + not_applicable; }
  void Add(SheetVerdict verdict);
  SheetCounts& operator+=(const SheetCounts& other);
  friend bool operator==(const SheetCounts&, const SheetCounts&) = default;
};

SheetCounts CountsOf(const SheetRow& row);
SheetCounts CountsOf(const Sheet& sheet);

// "12 agree, 1 explained", without those that are 0; "nothing was asked" for none.
std::string ToString(const SheetCounts& counts);

// "cloudpickle, 3.12.1", or the label alone where there is no group.
std::string Name(const SheetColumn& column);

}  // namespace pickleproof
