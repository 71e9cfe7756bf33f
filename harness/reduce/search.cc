#include "harness/reduce/search.h"

namespace pickleproof {

bool ShortlexLess(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size();
  return a < b;  // char_traits<char> compares as unsigned
}

bool ReductionSearch::Try(std::string candidate) {
  if (candidate.empty() || !ShortlexLess(candidate, best_) || refused_.contains(candidate) ||
      !budget_.Take()) {
    return false;
  }
  if (!shows_(candidate)) {
    refused_.insert(std::move(candidate));
    return false;
  }
  best_ = std::move(candidate);
  return true;
}

}  // namespace pickleproof
