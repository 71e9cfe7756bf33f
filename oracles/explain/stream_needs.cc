#include "oracles/explain/stream_needs.h"

#include <filesystem>

#include <fmt/format.h>

namespace pickleproof {
namespace {

// dill's name for the dictionary of __main__, the name of Python 2's builtins at every protocol.
bool IsMainDictionary(const StreamGlobal& global) {
  return (global.module == "builtins" || global.module == "__builtin__") &&
         global.name == "__main__";
}

std::string_view Top(std::string_view module) { return module.substr(0, module.find('.')); }

std::string TextOf(const std::string& module, const ModuleOrigin& origin) {
  if (module == "__main__") return "what __main__ defines";
  if (origin.kind == "distribution") {
    const std::string release = fmt::format("{} {}", origin.distribution, origin.version);
    return module == origin.distribution ? release : fmt::format("{} ({})", module, release);
  }
  if (origin.kind == "python") return fmt::format("{} (Python's own)", module);
  const std::string file = std::filesystem::path(origin.file).filename();
  return file.empty() ? "module " + module : fmt::format("module {} ({})", module, file);
}

}  // namespace

StreamNeeds NeedsOf(const StreamContents& contents, const ExplainResult& result) {
  StreamNeeds needs;
  const auto add = [&](std::string_view module) {
    const std::string top(Top(module));
    const auto known = result.modules.find(top);
    needs.modules[top] =
        known == result.modules.end() ? ModuleOrigin{"unknown", "", "", ""} : known->second;
  };
  for (const StreamGlobal& global : contents.globals) {
    if (IsMainDictionary(global)) {
      add("__main__");
    } else {
      add(global.module == "__builtin__" ? "builtins" : std::string_view(global.module));
    }
  }
  for (const std::string& module : contents.modules) add(module);
  if (contents.bytecode) needs.python = result.python.substr(0, result.python.rfind('.'));
  return needs;
}

std::vector<std::string> ReferencesOf(const StreamContents& contents) {
  std::vector<std::string> names;
  for (const StreamGlobal& global : contents.globals) {
    if (IsMainDictionary(global)) {
      names.emplace_back("all of __main__");
    } else if (!IsMachinery(global.module) ||
               (contents.by_reference && contents.globals.size() == 1 &&
                contents.modules.empty())) {
      names.push_back(fmt::format("{}.{}", global.module, global.name));
    }
  }
  for (const std::string& module : contents.modules) names.push_back("module " + module);
  return names;
}

std::vector<std::string> NeedsText(const StreamNeeds& needs, bool all) {
  std::vector<std::string> texts;
  for (const auto& [module, origin] : needs.modules) {
    if (all || origin.kind != "python") texts.push_back(TextOf(module, origin));
  }
  if (!needs.python.empty()) texts.push_back(fmt::format("Python {} (bytecode)", needs.python));
  if (texts.empty()) texts.emplace_back("Python alone");
  return texts;
}

}  // namespace pickleproof
