#pragma once
// What lies where in the folder that campaigns keep between runs. The names are known here only.

#include <string>
#include <string_view>

#include "harness/base/error.h"

namespace pickleproof {

class StateFolder {
 public:
  explicit StateFolder(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string Database() const { return path_ + "/history.sqlite"; }
  // A folder for each finding, by its id, and the reduced input in it.
  std::string Findings() const { return path_ + "/findings"; }
  std::string Finding(std::string_view id) const { return Findings() + "/" + std::string(id); }
  std::string FindingInput(std::string_view id) const { return Finding(id) + "/input.pkl"; }
  // What a fuzz target collects, and the smaller corpus that a merge makes of it.
  std::string Corpus(std::string_view target) const {
    return path_ + "/corpus/" + std::string(target);
  }
  std::string MergedCorpus(std::string_view target) const {
    return path_ + "/merged/" + std::string(target);
  }
  // What PICKLEPROOF_FUZZ_STATE names: targets write stats/ and candidates/ below it.
  std::string Fuzz() const { return path_ + "/fuzz"; }
  std::string Stats() const { return Fuzz() + "/stats"; }
  std::string Candidates() const { return Fuzz() + "/candidates"; }
  // Where libFuzzer leaves what ended a target.
  std::string Crashes() const { return path_ + "/crashes"; }
  std::string Logs() const { return path_ + "/logs"; }

  // Makes all of them. kIo with the path where that can't be.
  Result<void> Make() const;

 private:
  std::string path_;
};

// Whether the word has the form of a finding's id: twelve hex digits in lower case.
bool IsFindingId(std::string_view word);

}  // namespace pickleproof
