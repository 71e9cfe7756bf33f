#include "oracles/live/test_python.h"

#include <filesystem>
#include <string>
#include <utility>

namespace pickleproof {

PythonProgram PythonForTests(Libraries libraries) {
  // Its name alone is asked: to run all Pythons that there are takes a while.
  const std::string path = std::filesystem::canonical(EmbeddedPython()).string();
  auto found = InterpreterAt(path);
  if (!found) {
    PythonProgram none;
    none.unavailable = found.error().message;
    return none;
  }
  std::vector<PythonProgram> one = {*std::move(found)};
  PrepareEnvironments(&one, libraries);
  return one.front();
}

std::vector<PythonProgram> OtherPythonsForTests() {
  const int embedded = PythonForTests().version.minor;
  std::vector<PythonProgram> others;
  for (const PythonProgram& one : FindInterpreters()) {
    const int minor = one.version.minor;
    const bool known = !others.empty() && others.back().version.minor == minor;
    if (one.unavailable.empty() && minor != embedded && !known) others.push_back(one);
  }
  PrepareEnvironments(&others);
  std::erase_if(others, [](const PythonProgram& one) { return one.environment_python.empty(); });
  return others;
}

}  // namespace pickleproof
