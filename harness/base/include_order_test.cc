// The order of the rooms, and who may include which library: read from the sources themselves.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

struct Room {
  std::string_view folder;
  int rank;  // rooms of equal rank are siblings: neither includes the other
};

// A room may include those of lower rank, and itself.
constexpr Room kRooms[] = {
    {"harness/base", 0},    {"harness/graph", 1},
    {"harness/pickle", 2},  {"corpus", 3},
    {"generators", 3},      {"harness/adapter", 3},
    {"harness/python", 4},  {"oracles", 5},
    {"harness/matrix", 6},  {"harness/reduce", 7},
    {"harness/history", 8}, {"reports", 7},
    {"harness/cli", 9},     {"fuzz", 9},
};

// The record of a run is a library of its own, apart from the engines: the only part of
// harness/matrix that reports may include. sample_record.h is its test data.
constexpr std::string_view kRecord[] = {"harness/matrix/record.h",
                                        "harness/matrix/sample_record.h"};

const Room* RoomOf(std::string_view path) {
  for (const Room& room : kRooms) {
    if (path.starts_with(room.folder) && path.substr(room.folder.size()).starts_with('/')) {
      return &room;
    }
  }
  return nullptr;
}

struct Source {
  std::string path;                  // below the project's folder
  std::vector<std::string> project;  // what it includes of the project
  std::vector<std::string> system;   // and of libraries
  // What stands below the namespace: the definitions of a header's own templates, which include it
  // back. They are in `project` too, and make no cycle.
  std::set<std::string> definitions = {};
  bool pragma_once = false;
};

Source Parse(std::string path, std::istream& text) {
  Source source{std::move(path), {}, {}};
  bool past_namespace = false;
  for (std::string line; std::getline(text, line);) {
    std::string_view rest = line;
    if (rest.starts_with("#pragma once")) source.pragma_once = true;
    past_namespace = past_namespace || rest.starts_with("}  // namespace pickleproof");
    if (!rest.starts_with("#include ")) continue;
    rest.remove_prefix(9);
    const size_t end = rest.find_first_of("\">", 1);
    if (end == std::string_view::npos) continue;
    if (past_namespace) source.definitions.emplace(rest.substr(1, end - 1));
    (rest.front() == '"' ? source.project : source.system).emplace_back(rest.substr(1, end - 1));
  }
  return source;
}

// All sources of all rooms, by path.
std::map<std::string, Source> Sources() {
  const fs::path root = PICKLEPROOF_SOURCE_DIR;
  std::map<std::string, Source> sources;
  for (const Room& room : kRooms) {
    if (!fs::is_directory(root / room.folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / room.folder)) {
      const std::string extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      const std::string path = entry.path().lexically_relative(root).string();
      std::ifstream text(entry.path());
      sources.emplace(path, Parse(path, text));
    }
  }
  return sources;
}

bool MayInclude(std::string_view from, std::string_view to) {
  const Room* user = RoomOf(from);
  const Room* used = RoomOf(to);
  if (user == nullptr || used == nullptr) return false;
  if (user->folder == used->folder) return true;
  if (user->folder == "reports" && used->folder == "harness/matrix") {
    return std::find(std::begin(kRecord), std::end(kRecord), to) != std::end(kRecord);
  }
  return used->rank < user->rank;
}

// The files of a cycle of includes, or nothing.
std::vector<std::string> FindCycle(const std::map<std::string, Source>& sources) {
  std::set<std::string> finished;
  std::vector<std::string> path;
  const std::function<bool(const std::string&)> visit = [&](const std::string& file) {
    if (finished.contains(file) || !sources.contains(file)) return false;
    path.push_back(file);
    if (std::count(path.begin(), path.end(), file) > 1) return true;
    for (const std::string& included : sources.at(file).project) {
      if (!sources.at(file).definitions.contains(included) && visit(included)) return true;
    }
    path.pop_back();
    finished.insert(file);
    return false;
  };
  for (const auto& [file, source] : sources) {
    if (visit(file)) return path;
  }
  return {};
}

bool MayIncludeRapidCheck(std::string_view path) {
  return path.starts_with("generators/rapidcheck_choices.") || path.ends_with("_prop_test.cc");
}

TEST(IncludeOrder, IsThatOfTheRooms) {
  const auto sources = Sources();
  ASSERT_GT(sources.size(), 100U);
  for (const auto& [path, source] : sources) {
    for (const std::string& included : source.project) {
      EXPECT_TRUE(MayInclude(path, included)) << path << " includes \"" << included << '"';
    }
  }
}

TEST(IncludeOrder, HasNoCycle) {
  std::string cycle;
  for (const std::string& file : FindCycle(Sources())) cycle += file + "\n";
  EXPECT_EQ(cycle, "");
}

TEST(IncludeOrder, KeepsLibrariesWhereTheyBelong) {
  for (const auto& [path, source] : Sources()) {
    for (const std::string& included : source.system) {
      if (included == "Python.h") {
        EXPECT_TRUE(path.starts_with("harness/python/")) << path;
      } else if (included.starts_with("rapidcheck")) {
        EXPECT_TRUE(MayIncludeRapidCheck(path)) << path;
      }
    }
  }
}

TEST(IncludeOrder, EveryHeaderHasPragmaOnce) {
  for (const auto& [path, source] : Sources()) {
    if (path.ends_with(".h")) {
      EXPECT_TRUE(source.pragma_once) << path;
    }
  }
}

// The rule itself, so that a table that allows everything does not pass.
TEST(IncludeOrder, RefusesSiblingsAndWhatLiesToTheRight) {
  EXPECT_TRUE(MayInclude("harness/graph/key.h", "harness/base/error.h"));
  EXPECT_FALSE(MayInclude("harness/base/error.h", "harness/graph/key.h"));
  EXPECT_FALSE(MayInclude("corpus/a.cc", "generators/choices.h"));
  EXPECT_FALSE(MayInclude("harness/cli/a.cc", "fuzz/a.h"));
  EXPECT_TRUE(MayInclude("reports/a.cc", "harness/matrix/record.h"));
  EXPECT_FALSE(MayInclude("reports/a.cc", "harness/matrix/runner.h"));
  EXPECT_FALSE(MayInclude("harness/base/a.cc", "error.h"));
  EXPECT_EQ(FindCycle({{"a.h", {"a.h", {"b.h"}, {}}}, {"b.h", {"b.h", {"a.h"}, {}}}}),
            (std::vector<std::string>{"a.h", "b.h", "a.h"}));
}

}  // namespace
}  // namespace pickleproof
