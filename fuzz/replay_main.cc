// Runs a target over files and folders, without libFuzzer: in ctest over the seeds, and by hand
// over one input. Prints a line at the end; the exit status is 1 where the target disagreed and 2
// where something could not be read.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "fuzz/target.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

std::string Environment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::string() : std::string(text);
}

// The files of a folder in the order of their paths, or the file itself.
std::vector<fs::path> FilesOf(const fs::path& path, std::error_code& error) {
  if (!fs::is_directory(path, error)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

int Replay(const std::vector<std::string>& paths) {
  const std::string state = Environment("PICKLEPROOF_FUZZ_STATE");
  Tally tally(PICKLEPROOF_TARGET, state);
  Candidates candidates(PICKLEPROOF_TARGET, state, Environment("PICKLEPROOF_FUZZ_ABORT") == "1");
  const auto target = MakeTarget({tally, candidates});
  for (const std::string& path : paths) {
    std::error_code error;
    for (const fs::path& file : FilesOf(path, error)) {
      std::ifstream stream(file, std::ios::binary);
      if (error || !stream) {
        fmt::print(stderr, "{}: can't be read\n", file.string());
        return 2;
      }
      const std::string input{std::istreambuf_iterator<char>(stream), {}};
      tally.Begin();
      target->Run(input);
    }
  }
  fmt::print("{}: {} inputs, {} accepted, {} disagreements of {} kinds\n", PICKLEPROOF_TARGET,
             tally.executions(), tally.accepted(), tally.disagreements(),
             candidates.signatures().size());
  for (const auto& [cause, count] : tally.poisoned()) fmt::print("  {} x {}\n", count, cause);
  for (const auto& [reason, count] : tally.explained()) fmt::print("  {} x {}\n", count, reason);
  return tally.disagreements() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace pickleproof

int main(int argc, char** argv) {
  std::vector<std::string> paths(argv + 1, argv + argc);
  // libFuzzer's options mean nothing here, so that one command line serves both.
  std::erase_if(paths, [](const std::string& path) { return path.starts_with('-'); });
  if (paths.empty()) {
    fmt::print(stderr, "usage: {} FILE|FOLDER...\n", argv[0]);
    return 2;
  }
  return pickleproof::Replay(paths);
}
