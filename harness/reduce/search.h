#pragma once
// The state of a reduction that its passes share: the smallest input so far, the question that
// every candidate is asked again, and how often it may be asked.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace pickleproof {

// Shorter first, then bytewise as unsigned.
bool ShortlexLess(std::string_view a, std::string_view b);

// How many candidates may be tried. One budget serves all passes of a reduction, or several.
class StepBudget {
 public:
  explicit StepBudget(uint64_t steps) : left_(steps) {}
  // Whether there was one left, which is then taken.
  bool Take() {
    if (left_ == 0) return false;
    --left_;
    ++taken_;
    return true;
  }
  uint64_t taken() const { return taken_; }
  bool exhausted() const { return left_ == 0; }

 private:
  uint64_t left_;
  uint64_t taken_ = 0;
};

class ReductionSearch {
 public:
  // `shows` must be true of `stream`, outlive the search, and answer the same always.
  ReductionSearch(std::string stream, const std::function<bool(std::string_view)>& shows,
                  StepBudget& budget)
      : best_(std::move(stream)), shows_(shows), budget_(budget) {}

  const std::string& best() const { return best_; }
  const StepBudget& budget() const { return budget_; }

  // Takes the candidate for the best where it is smaller (shortlex) and shows the same. A candidate
  // that was refused before costs nothing.
  bool Try(std::string candidate);

 private:
  std::string best_;
  const std::function<bool(std::string_view)>& shows_;
  StepBudget& budget_;
  std::unordered_set<std::string> refused_;
};

}  // namespace pickleproof
