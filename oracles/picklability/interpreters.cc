#include "oracles/picklability/interpreters.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "oracles/picklability/child_process.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;
using std::chrono_literals::operator""s;

constexpr PythonVersion kOldest = {3, 8, 0};

// Programs that only start another one, as those of pyenv, are found in its versions.
bool IsScript(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  char start[2] = {};
  file.read(start, 2);
  return start[0] == '#' && start[1] == '!';
}

void AddFolder(const fs::path& folder, const std::regex& names, std::vector<fs::path>* found) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename();
    if (!std::regex_match(name, names) || IsScript(entry.path())) continue;
    const fs::path real = fs::canonical(entry.path(), ignored);
    if (!ignored && std::ranges::find(*found, real) == found->end()) found->push_back(real);
  }
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<fs::path> Candidates() {
  static const std::regex kThree("python(3(\\.[0-9]+)?|2\\.7)");
  static const std::regex kAny("python[23]\\.[0-9]+");
  std::vector<fs::path> found;
  std::istringstream path(Variable("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) AddFolder(folder, kThree, &found);
  AddFolder("/usr/bin", kThree, &found);
  const std::string root = Variable("PYENV_ROOT");
  const fs::path versions =
      fs::path(root.empty() ? Variable("HOME") + "/.pyenv" : root) / "versions";
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(versions, ignored)) {
    AddFolder(entry.path() / "bin", kAny, &found);
  }
  return found;
}

// Asks the program who it is; nothing where it doesn't answer as a Python.
std::optional<PythonProgram> Ask(const fs::path& path) {
  auto process = ChildProcess::Start({path.string(), "-c",
                                      "import platform; print(platform.python_version() + ' ' + "
                                      "platform.python_implementation())"});
  if (!process) return std::nullopt;
  std::string output;
  const Result<int> status = process->Finish(20s, &output);
  if (!status || *status != 0) return std::nullopt;
  std::istringstream words(output);
  std::string number;
  std::string implementation;
  words >> number >> implementation;
  const Result<PythonVersion> version = ParsePythonVersion(number);
  if (!version) return std::nullopt;
  PythonProgram found;
  found.path = path;
  found.version = *version;
  if (implementation != "CPython") {
    found.unavailable = fmt::format("{} is not CPython", implementation);
  } else if (*version < kOldest) {
    found.unavailable = "older than 3.8, which has no protocol 5";
  }
  return found;
}

}  // namespace

Result<PythonVersion> ParsePythonVersion(std::string_view text) {
  PythonVersion version;
  const char* at = text.data();
  const char* end = text.data() + text.size();
  for (int* part : {&version.major, &version.minor, &version.micro}) {
    if (part != &version.major) {
      if (at == end && part == &version.micro) break;
      if (at == end || *at != '.')
        return Fail(ErrorCode::kSyntax, fmt::format("{} is no version", text));
      ++at;
    }
    const auto [rest, problem] = std::from_chars(at, end, *part);
    if (problem != std::errc())
      return Fail(ErrorCode::kSyntax, fmt::format("{} is no version", text));
    at = rest;
  }
  return version;
}

std::string ToString(const PythonVersion& version) {
  return fmt::format("{}.{}.{}", version.major, version.minor, version.micro);
}

Result<PythonProgram> InterpreterAt(const std::string& path) {
  if (std::optional<PythonProgram> found = Ask(path)) return *std::move(found);
  return Fail(ErrorCode::kIo, path + " does not run as a Python interpreter");
}

std::vector<PythonProgram> FindInterpreters() {
  std::vector<PythonProgram> found;
  for (const fs::path& path : Candidates()) {
    if (std::optional<PythonProgram> interpreter = Ask(path))
      found.push_back(*std::move(interpreter));
  }
  std::ranges::sort(found, [](const PythonProgram& a, const PythonProgram& b) {
    return std::tie(a.version, a.path) < std::tie(b.version, b.path);
  });
  return found;
}

bool IsNamed(const PythonProgram& program, const std::string& name) {
  const std::string version = ToString(program.version);
  return program.path == name || version == name || version.starts_with(name + ".");
}

Result<void> KeepOnly(const std::vector<std::string>& names,
                      std::vector<PythonProgram>* interpreters) {
  for (const std::string& name : names) {
    if (std::ranges::none_of(*interpreters, [&](const auto& one) { return IsNamed(one, name); })) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("no interpreter '{}' was found; name its path, or its version such "
                              "as 3.12",
                              name));
    }
  }
  if (names.empty()) return {};
  std::erase_if(*interpreters, [&](const PythonProgram& one) {
    return std::ranges::none_of(names, [&](const auto& name) { return IsNamed(one, name); });
  });
  return {};
}

void KeepThree(const std::string& embedded, std::vector<PythonProgram>* interpreters) {
  std::erase_if(*interpreters, [](const PythonProgram& one) { return !one.unavailable.empty(); });
  if (interpreters->size() <= 3) return;
  std::error_code ignored;
  const std::set<std::string> kept = {interpreters->front().path, interpreters->back().path,
                                      fs::canonical(embedded, ignored).string()};
  std::erase_if(*interpreters, [&](const PythonProgram& one) { return !kept.contains(one.path); });
}

}  // namespace pickleproof
