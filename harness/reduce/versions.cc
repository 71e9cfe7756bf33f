#include "harness/reduce/versions.h"

#include <fmt/format.h>

namespace pickleproof {
namespace {

constexpr std::string_view kCPython = "cpython-";

}  // namespace

std::string ToText(const std::vector<VersionShow>& versions) {
  std::string in;
  std::string out;
  for (const VersionShow& version : versions) {
    (version.shows ? in : out) += " " + version.version;
  }
  if (in.empty() && out.empty()) return "";
  if (in.empty()) return "shows in no version of" + out;
  return "shows in" + in + (out.empty() ? "" : "; not in" + out);
}

bool DependsOnVersion(const DivergenceSignature& signature) {
  return !signature.right.empty() || signature.left.starts_with(kCPython);
}

DivergenceSignature InVersion(DivergenceSignature signature, std::string_view version) {
  if (!signature.left.starts_with(kCPython)) return signature;
  const size_t slash = signature.left.find('/');
  signature.left = fmt::format("{}{}{}", kCPython, version,
                               slash == std::string::npos ? "" : signature.left.substr(slash));
  return signature;
}

}  // namespace pickleproof
