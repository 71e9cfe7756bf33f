#pragma once
// The real-world pickles of corpus/real: what lies there, as its index tells.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/error.h"

namespace pickleproof {

struct RealPickle {
  std::string path;    // within corpus/real: "numpy/scalar-p4-cpython3.11.pkl"
  std::string group;   // its first folder
  std::string sha256;  // in hex, of the stream
  uint64_t size = 0;
  int protocol = 0;
  std::string writer;
  std::vector<bool> buffers;  // the out-of-band buffers it refers to; true: read-only
  std::string what;           // one sentence
};

// The index of the folder, in its order. kIo where it can't be read; kSyntax with the line where it
// is not as corpus/real/README.md says.
Result<std::vector<RealPickle>> ReadRealPickles(const std::filesystem::path& folder);

}  // namespace pickleproof
