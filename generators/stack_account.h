#pragma once
// What a generator of programs knows of the machine that will run them: kinds of values, marks,
// memo. Apart from the generator because it makes no decisions.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "generators/opcode_rows.h"

namespace pickleproof {

class StackAccount {
 public:
  StackAccount() { Grow(); }
  StackAccount(const StackAccount&) = delete;
  StackAccount& operator=(const StackAccount&) = delete;

  void Clear() {
    ends_ = {bottom(), bottom()};
    slices_.assign(1, 0);
  }

  size_t size() const { return static_cast<size_t>(ends_[0] - bottom()); }
  size_t marks() const { return slices_.size() - 1; }
  StackValue at(size_t position) const { return bottom()[position]; }
  // kNothing below the bottom, up to four values deep.
  StackValue Top(int depth = 0) const { return *(ends_[0] - 1 - depth); }

  void Push(StackValue value) {
    *ends_[0] = value;
    if (++ends_[0] == end_) Grow();
  }
  void Drop(size_t count) { ends_[0] -= count; }

  void PushMark() {
    Push(StackValue::kMark);
    slices_.push_back(static_cast<uint32_t>(size()));
    ends_[1] = ends_[0];
  }

  // Of the values above the last mark, or of the whole stack.
  size_t SliceBegin() const { return slices_.back(); }

  // Every `step`th value of the slice.
  bool SliceIsHashable(size_t step) const {
    for (size_t i = SliceBegin(); i < size(); i += step) {
      if (!IsHashable(at(i))) return false;
    }
    return true;
  }

  // Drops the slice and its mark.
  void CutSlice() {
    ends_[0] = ends_[1] - 1;
    slices_.pop_back();
    ends_[1] = bottom() + slices_.back();
  }

  // How many operands of an opcode are not on the stack. Of one that takes a slice, the first is
  // the mark.
  unsigned Misfits(const OpcodeRow& row) const {
    const StackValue* const end = ends_[row.takes_slice ? 1 : 0];
    unsigned misfits = 0;
    for (size_t depth = 0; depth < row.accepts.size(); ++depth) {
      misfits += Contains(row.accepts[depth], end[-1 - static_cast<ptrdiff_t>(depth)]) ? 0 : 1;
    }
    return misfits;
  }

  bool AcceptsSlice(OpcodeRow::Slice slice) const {
    const size_t begin = SliceBegin();
    switch (slice) {
      case OpcodeRow::Slice::kAny: return true;
      case OpcodeRow::Slice::kHashable: return SliceIsHashable(1);
      case OpcodeRow::Slice::kPairs: return (size() - begin) % 2 == 0 && SliceIsHashable(2);
      case OpcodeRow::Slice::kInstance: return begin < size() && at(begin) == StackValue::kInert;
    }
    return false;
  }

  // Does what an opcode does that takes some values and pushes one or none, where they are hashable
  // what its argument says.
  void ApplyPlain(const OpcodeRow& row, StackValue pushed) {
    uint32_t values;
    std::memcpy(&values, ends_[0] - sizeof values, sizeof values);
    constexpr uint32_t kAll = 0x01010101U * kHashableBit;
    const bool hashable = ((values | row.ignored) & kAll) == kAll;
    ends_[0] -= row.takes;
    *ends_[0] = hashable ? pushed : row.pushed_of_unhashables;
    ends_[0] += row.pushes ? 1 : 0;
    if (ends_[0] == end_) Grow();
  }

  // The same for an opcode that takes a slice.
  void ApplySlice(const OpcodeRow& row) {
    const bool tuple = row.pushed != row.pushed_of_unhashables;
    const bool unhashable = tuple && !SliceIsHashable(1);
    CutSlice();
    if (row.pushes) Push(unhashable ? row.pushed_of_unhashables : row.pushed);
  }

  // How many instructions at most make one value of all that is there and end the program.
  size_t ClearingCost() const {
    // A tuple of two for each value but the first, and STOP; a value if there is none.
    if (marks() == 0) return std::max<size_t>(size(), 2);
    // A tuple for each mark, one of two for each value below the first, STOP, and a value if the
    // top is a mark.
    return marks() + slices_[1] + 1;
  }

 private:
  // So many values below the bottom that all operands can be looked at unasked.
  static constexpr int kBelow = 4;

  StackValue* bottom() { return values_.data() + kBelow; }
  const StackValue* bottom() const { return values_.data() + kBelow; }
  [[gnu::noinline]] void Grow() {
    const size_t depth = values_.empty() ? 0 : size();
    values_.resize(std::max<size_t>(512, 2 * values_.size()), StackValue::kNothing);
    ends_ = {bottom() + depth, bottom() + (slices_.empty() ? 0 : slices_.back())};
    end_ = values_.data() + values_.size();
  }

  std::vector<StackValue> values_;
  // Where the next one goes, and where the slice begins: side by side, to be chosen by a number.
  std::array<StackValue*, 2> ends_ = {};
  StackValue* end_ = nullptr;
  std::vector<uint32_t> slices_;  // where they begin, the whole stack first
};

// Which memo indices are set, and to what.
class MemoAccount {
 public:
  struct Entry {
    uint32_t index;
    StackValue value;
  };

  void Clear() {
    for (const Entry& entry : entries_) {
      if (entry.index < low_.size()) low_[entry.index] = 0;
    }
    entries_.clear();
    low_count_ = 0;
  }

  size_t size() const { return entries_.size(); }
  const Entry& at(size_t position) const { return entries_[position]; }

  void Set(uint32_t index, StackValue value) {
    if (Entry* entry = Find(index)) {
      entry->value = value;
      return;
    }
    entries_.push_back({index, value});
    if (index >= low_.size()) return;
    low_[index] = static_cast<uint32_t>(entries_.size());
    ++low_count_;
  }

 private:
  Entry* Find(uint32_t index) {
    if (index < low_.size()) return low_[index] == 0 ? nullptr : &entries_[low_[index] - 1];
    // Few are that high.
    for (size_t i = 0; entries_.size() != low_count_ && i < entries_.size(); ++i) {
      if (entries_[i].index == index) return &entries_[i];
    }
    return nullptr;
  }

  std::vector<Entry> entries_;
  std::array<uint32_t, 256> low_ = {};  // of a one-byte index, one more than its place in entries_
  size_t low_count_ = 0;
};

}  // namespace pickleproof
