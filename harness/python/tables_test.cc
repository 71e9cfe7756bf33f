// Our tables against the interpreter's own: pickletools.opcodes and _compat_pickle.

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "harness/pickle/name_mapping.h"
#include "harness/pickle/opcode.h"
#include "harness/python/python_test.h"

namespace pickleproof {
namespace {

class TablesTest : public PythonTest {
 protected:
  static std::vector<std::string> AskLines(const std::string& source) {
    const auto answer = interpreter->Ask(source);
    EXPECT_TRUE(answer) << ToString(answer.error());
    std::vector<std::string> lines;
    std::istringstream stream(answer.value_or(""));
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }
};

TEST_F(TablesTest, OpcodesAreThoseOfPickletools) {
  const std::vector<std::string> theirs = AskLines(R"(
import pickletools
names = lambda items: ' '.join(item.name for item in items)
result = '\n'.join(sorted('%s %d proto %d (%s) [%s] -> [%s]' % (
    o.name, ord(o.code), o.proto, o.arg.name if o.arg else '', names(o.stack_before),
    names(o.stack_after)) for o in pickletools.opcodes))
)");
  std::vector<std::string> ours;
  for (const OpcodeInfo& info : AllOpcodes()) {
    ours.push_back(fmt::format("{} {} proto {} ({}) [{}] -> [{}]", info.name,
                               static_cast<int>(info.opcode), info.protocol, Name(info.arg),
                               info.before, info.after));
  }
  std::ranges::sort(ours);
  EXPECT_EQ(ours, theirs);
}

// Every key of a mapping, and a name that only its module's row can change, as readers or writers
// of the interpreter map them: four words a line.
std::vector<std::string> Rows(std::string_view prefix,
                              std::vector<std::string> (*ask)(const std::string&)) {
  return ask(fmt::format(R"(
from _compat_pickle import {0}NAME_MAPPING as names, {0}IMPORT_MAPPING as modules
def mapped(key):
    return names[key] if key in names else (modules.get(key[0], key[0]), key[1])
keys = set(names) | {{(m, 'some_name') for m in modules}} | {{('os', 'system')}}
result = '\n'.join(' '.join(key + mapped(key)) for key in sorted(keys))
)",
                         prefix));
}

void ExpectMapped(const std::vector<std::string>& rows, GlobalName (*map)(GlobalName)) {
  EXPECT_GT(rows.size(), 50U);
  for (const std::string& row : rows) {
    std::istringstream words(row);
    std::string module;
    std::string name;
    std::string expected_module;
    std::string expected_name;
    words >> module >> name >> expected_module >> expected_name;
    const GlobalName mapped = map({module, name});
    EXPECT_EQ(fmt::format("{}.{}", mapped.module, mapped.name),
              fmt::format("{}.{}", expected_module, expected_name))
        << module << "." << name;
  }
}

TEST_F(TablesTest, NamesOfPython2AreMappedAsReadersMapThem) {
  ExpectMapped(Rows("", AskLines), ToPython3);
}

TEST_F(TablesTest, NamesOfPython3AreMappedAsWritersMapThem) {
  ExpectMapped(Rows("REVERSE_", AskLines), ToPython2);
}

}  // namespace
}  // namespace pickleproof
