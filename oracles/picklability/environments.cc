#include "oracles/picklability/environments.h"

#include <chrono>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "oracles/picklability/child_process.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;
using std::chrono_literals::operator""s;

// A folder is for one kind of libraries, and has an environment for each version of Python.
fs::path FolderOf(Libraries libraries) {
  return fs::path(PICKLEPROOF_SOURCE_DIR) / "build" /
         (libraries == Libraries::kNewest ? "python" : "python-oldest");
}

std::string FolderOrNone(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? path : "";
}

std::string FirstLine(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

std::string_view Name(Libraries libraries) {
  switch (libraries) {
    case Libraries::kNewest: return "newest";
    case Libraries::kOldest: return "oldest";
  }
  return "";
}

std::string ScriptsFolder() { return PICKLEPROOF_SOURCE_DIR "/oracles"; }

std::string EmbeddedPython() { return PICKLEPROOF_PYTHON_PROGRAM; }

std::string ModuleFolder() { return FolderOrNone(PICKLEPROOF_MODULE_FOLDER); }

std::string ModuleFolderOf(const PythonVersion& version) {
  return FolderOrNone(fmt::format("{}/build/module/{}.{}/harness/python/module",
                                  PICKLEPROOF_SOURCE_DIR, version.major, version.minor));
}

void PrepareEnvironments(std::vector<PythonProgram>* interpreters, Libraries libraries) {
  const fs::path folder = FolderOf(libraries);
  std::vector<std::string> command = {"bash", ScriptsFolder() + "/picklability/setup.sh"};
  if (libraries == Libraries::kOldest) command.emplace_back("--oldest");
  command.push_back(folder);
  const size_t without = command.size();
  for (const PythonProgram& interpreter : *interpreters) {
    if (interpreter.unavailable.empty()) command.push_back(interpreter.path);
  }
  if (command.size() == without) return;
  auto process = ChildProcess::Start(command);
  const bool ran = process && process->Finish(1200s);
  for (PythonProgram& interpreter : *interpreters) {
    if (!interpreter.unavailable.empty()) continue;
    const fs::path base = folder / ToString(interpreter.version);
    const fs::path python = base / "bin" / "python";
    std::error_code ignored;
    if (fs::exists(python, ignored)) {
      interpreter.environment_python = python;
      continue;
    }
    const std::string reason = FirstLine(base.string() + ".failed");
    interpreter.environment_missing = !reason.empty() ? reason
                                      : ran ? "cloudpickle and dill could not be installed"
                                            : "setup.sh did not come to an end";
  }
}

std::string SitePackages(const PythonVersion& version, Libraries libraries) {
  return fmt::format("{}/{}/lib/python{}.{}/site-packages", FolderOf(libraries).string(),
                     ToString(version), version.major, version.minor);
}

}  // namespace pickleproof
