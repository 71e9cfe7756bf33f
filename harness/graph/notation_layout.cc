#include "harness/graph/notation_layout.h"

#include <algorithm>

namespace pickleproof {
namespace {

// Of each kOpen, the offset of its kClose; of the others, nothing of meaning.
std::vector<size_t> MatchingCloses(const std::vector<LayoutMark>& marks, size_t end) {
  std::vector<size_t> closes(marks.size(), end);
  std::vector<size_t> open;
  for (size_t i = 0; i < marks.size(); ++i) {
    if (marks[i].kind == LayoutMark::Kind::kOpen) open.push_back(i);
    if (marks[i].kind != LayoutMark::Kind::kClose) continue;
    closes[open.back()] = marks[i].offset;
    open.pop_back();
  }
  return closes;
}

class Breaker {
 public:
  Breaker(std::string_view text, size_t width, size_t indent)
      : text_(text), width_(width), indent_(indent) {}

  void Open(size_t offset, size_t close) {
    CopyTo(offset);
    // After the closing bracket comes at most a comma on the same line.
    const bool broken = close > offset && out_.size() - line_ + (close - offset) + 2 > width_;
    broken_.push_back(broken);
    if (!broken) return;
    ++depth_;
    NewLine();
  }

  void Separate(size_t offset) {
    CopyTo(offset);
    if (!broken_.back()) return;
    at_ = offset + 1;
    NewLine();
  }

  void Close(size_t offset) {
    CopyTo(offset);
    const bool broken = broken_.back();
    broken_.pop_back();
    if (!broken) return;
    --depth_;
    NewLine();
  }

  std::string Finish() {
    CopyTo(text_.size());
    return std::move(out_);
  }

 private:
  void CopyTo(size_t offset) {
    out_ += text_.substr(at_, offset - at_);
    at_ = offset;
  }

  void NewLine() {
    out_ += '\n';
    line_ = out_.size();
    out_.append(std::min(depth_ * indent_, width_ / 2), ' ');
  }

  std::string_view text_;
  size_t width_;
  size_t indent_;
  std::string out_;
  size_t at_ = 0;     // copied up to here
  size_t line_ = 0;   // where the line starts
  size_t depth_ = 0;  // broken brackets around
  std::vector<bool> broken_;
};

}  // namespace

std::string BreakLines(std::string_view text, const std::vector<LayoutMark>& marks, size_t width,
                       size_t indent) {
  const std::vector<size_t> closes = MatchingCloses(marks, text.size());
  Breaker breaker(text, width, indent);
  for (size_t i = 0; i < marks.size(); ++i) {
    switch (marks[i].kind) {
      case LayoutMark::Kind::kOpen: breaker.Open(marks[i].offset, closes[i]); break;
      case LayoutMark::Kind::kSeparator: breaker.Separate(marks[i].offset); break;
      case LayoutMark::Kind::kClose: breaker.Close(marks[i].offset); break;
    }
  }
  return breaker.Finish();
}

}  // namespace pickleproof
