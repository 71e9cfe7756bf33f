#include "fuzz/candidates.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "harness/base/bytes.h"

namespace pickleproof {

Candidates::Candidates(std::string target, std::string state, bool abort_at_first)
    : target_(std::move(target)), abort_at_first_(abort_at_first) {
  if (state.empty()) return;
  folder_ = state + "/candidates";
  std::error_code ignored;
  std::filesystem::create_directories(folder_, ignored);
}

bool Candidates::Add(std::string_view signature, std::string_view input, std::string_view what,
                     bool known) {
  if (signatures_.contains(signature) || signatures_.size() >= kMostSignatures) return false;
  signatures_.emplace(signature);
  const bool aborts = abort_at_first_ && !known;
  if (folder_.empty() || aborts) {
    fmt::print(stderr, "disagreement: {}\n  {}\n  ./pickleproof load --width 0 --hex {}\n",
               signature, what, ToHex(input));
    if (aborts) std::abort();
    return true;
  }
  const std::string path =
      fmt::format("{}/{}-{}{}.pkl", folder_, target_, ContentName(input), known ? ".known" : "");
  const std::string temporary = fmt::format("{}.{}.new", path, getpid());
  {
    std::ofstream file(temporary, std::ios::binary);
    file.write(input.data(), static_cast<std::streamsize>(input.size()));
  }
  std::error_code ignored;
  std::filesystem::rename(temporary, path, ignored);
  return true;
}

std::string ContentName(std::string_view input) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : input) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

}  // namespace pickleproof
