#include "harness/cli/load_arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pickleproof {

void LoadArguments::AddTo(CLI::App& verb) {
  verb.add_option("--encoding", encoding,
                  "Of Python 2 strings: ASCII, latin-1, UTF-8, bytes, or keep")
      ->capture_default_str();
  verb.add_option("--errors", errors, "What to do with text that is not in the encoding")
      ->capture_default_str();
  verb.add_flag("--no-fix-imports", no_fix_imports, "Keep Python 2's names of globals");
  verb.add_flag("--no-persistent-ids", no_persistent_ids, "Refuse persistent ids");
  verb.add_option("--buffers", buffers, "Out-of-band buffers, a letter each: r (read-only) or w");
}

Result<LoadOptions> LoadArguments::ToOptions() const {
  LoadOptions options;
  options.encoding = encoding;
  options.errors = errors;
  options.fix_imports = !no_fix_imports;
  options.persistent_ids = !no_persistent_ids;
  options.has_buffers = !buffers.empty();
  for (const char letter : buffers) {
    if (letter != 'r' && letter != 'w') {
      return Fail(ErrorCode::kUsage, "--buffers takes letters r and w, such as rwr");
    }
    options.buffers.push_back(letter == 'r');
  }
  return options;
}

Result<std::vector<Engine*>> ReadersNamed(const EngineSet& set,
                                          const std::vector<std::string>& ids) {
  if (ids.empty()) return set.Readers();
  std::vector<Engine*> readers;
  for (const std::string& id : ids) {
    Engine* engine = set.Find(id);
    if (engine == nullptr || !engine->card().reads) {
      std::vector<std::string> known;
      for (const Engine* reader : set.Readers()) known.push_back(reader->card().id);
      return Fail(ErrorCode::kUsage, fmt::format("no engine '{}' that reads; there are {}", id,
                                                 fmt::join(known, ", ")));
    }
    readers.push_back(engine);
  }
  return readers;
}

}  // namespace pickleproof
