#include "harness/history/state_folder.h"

#include <algorithm>
#include <filesystem>

namespace pickleproof {

Result<void> StateFolder::Make() const {
  for (const std::string& folder : {Findings(), path_ + "/corpus", path_ + "/merged", Stats(),
                                    Candidates(), Crashes(), Logs()}) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return Fail(ErrorCode::kIo, folder + ": can't be made: " + error.message());
  }
  return {};
}

bool IsFindingId(std::string_view word) {
  return word.size() == 12 && std::ranges::all_of(word, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace pickleproof
