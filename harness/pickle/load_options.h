#pragma once
// How a pickle is to be read, for every engine alike.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/pickle/limits.h"
#include "harness/pickle/profile.h"

namespace pickleproof {

// Extension codes and what they stand for (copyreg.add_extension): code -> (module, name).
using ExtensionRegistry = std::map<uint32_t, std::pair<std::string, std::string>>;

struct LoadOptions {
  // For STRING, BINSTRING and SHORT_BINSTRING. "bytes" gives bytes nodes; "keep" gives py2str nodes
  // (engines that can't tell them from bytes give bytes). Our VM knows ASCII, latin-1 (latin1,
  // iso-8859-1), UTF-8 and these two; engines say `unsupported` to encodings they don't know.
  std::string encoding = "ASCII";
  // "strict", "ignore", "replace", "surrogateescape", "surrogatepass", "backslashreplace".
  std::string errors = "strict";
  bool fix_imports = true;
  // Out-of-band buffers in order; true means read-only. NEXT_BUFFER beyond them is an error.
  std::vector<bool> buffers;
  bool has_buffers = false;  // whether `buffers` was given at all
  // Where set, codes are looked up here and unknown ones are errors. Where not, every positive code
  // is an extension node.
  const ExtensionRegistry* extensions = nullptr;
  bool persistent_ids = true;  // false: they are errors, as without a persistent_load
  Limits limits;               // for our own VM
  Profile profile;             // for our own VM
};

}  // namespace pickleproof
