// RECORD.md promises to be what the program writes; this holds it to that.

#include <fstream>
#include <map>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/matrix/sample_record.h"

namespace pickleproof {
namespace {

using Fields = std::map<std::string, std::string>;  // path -> type

// All leaves of `value`.
void Collect(const nlohmann::json& value, const std::string& path, Fields& out) {
  if (value.is_object()) {
    for (const auto& [name, child] : value.items()) {
      Collect(child, path.empty() ? name : fmt::format("{}.{}", path, name), out);
    }
  } else if (value.is_array()) {
    for (const auto& child : value) Collect(child, path + "[]", out);
  } else if (value.is_number_integer()) {
    out[path] = "integer";
  } else {
    out[path] = value.type_name();
  }
}

// The rows "| `path` | type | ..." of the document.
Fields Documented() {
  std::ifstream file(PICKLEPROOF_SOURCE_DIR "/reports/RECORD.md");
  Fields out;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `")) continue;
    const size_t end = line.find("` | ", 3);
    const size_t type = end + 4;
    out[line.substr(3, end - 3)] = line.substr(type, line.find(" |", type) - type);
  }
  return out;
}

TEST(RecordDocument, ListsExactlyTheFieldsThatAreWritten) {
  Fields written;
  Collect(nlohmann::json::parse(ToJson(SampleRecord())), "", written);
  const Fields documented = Documented();
  for (const auto& [path, type] : written) {
    const auto row = documented.find(path);
    if (row == documented.end()) {
      ADD_FAILURE() << "RECORD.md lacks " << path;
    } else {
      EXPECT_EQ(row->second, type) << path;
    }
  }
  for (const auto& [path, type] : documented) {
    EXPECT_TRUE(written.contains(path)) << "RECORD.md has " << path << ", which is not written";
  }
}

}  // namespace
}  // namespace pickleproof
