#include "oracles/live/test_python.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>

namespace pickleproof {
namespace {

constexpr const char* kScripts = PICKLEPROOF_SOURCE_DIR "/oracles/picklability";
constexpr const char* kEnvironments = PICKLEPROOF_SOURCE_DIR "/build/python";

// The environment that stands already, found without running a Python: that takes a while for all
// that there are.
std::optional<PythonProgram> Standing(const std::string& path) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(kEnvironments, ignored)) {
    const auto version = ParsePythonVersion(entry.path().filename().string());
    const std::filesystem::path python = entry.path() / "bin" / "python";
    if (!version || std::filesystem::canonical(python, ignored).string() != path) continue;
    PythonProgram found;
    found.path = path;
    found.version = *version;
    found.environment_python = python;
    return found;
  }
  return std::nullopt;
}

}  // namespace

PythonProgram PythonForTests() {
  const std::string path = std::filesystem::canonical(PICKLEPROOF_PYTHON_PROGRAM).string();
  if (const auto standing = Standing(path)) return *standing;
  std::vector<PythonProgram> found = FindInterpreters();
  std::erase_if(found, [&](const PythonProgram& one) { return one.path != path; });
  if (found.empty()) {
    PythonProgram none;
    none.unavailable = path + " does not run";
    return none;
  }
  PrepareEnvironments(kScripts, kEnvironments, &found);
  return found.front();
}

std::vector<PythonProgram> OtherPythonsForTests() {
  const int embedded = PythonForTests().version.minor;
  std::vector<PythonProgram> others;
  for (const PythonProgram& one : FindInterpreters()) {
    const int minor = one.version.minor;
    const bool known = !others.empty() && others.back().version.minor == minor;
    if (one.unavailable.empty() && minor != embedded && !known) others.push_back(one);
  }
  PrepareEnvironments(kScripts, kEnvironments, &others);
  std::erase_if(others, [](const PythonProgram& one) { return one.environment_python.empty(); });
  return others;
}

}  // namespace pickleproof
