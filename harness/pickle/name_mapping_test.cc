#include "harness/pickle/name_mapping.h"

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

struct Row {
  const char* title;
  GlobalName from, to;
};

TEST(NameMapping, RenamesToPython3AsPythonsTablesSay) {
  const Row kRows[] = {
      {"module", {"copy_reg", "_reconstructor"}, {"copyreg", "_reconstructor"}},
      {"name before module", {"__builtin__", "xrange"}, {"builtins", "range"}},
      {"name into another module", {"itertools", "izip"}, {"builtins", "zip"}},
      {"exception", {"exceptions", "StandardError"}, {"builtins", "Exception"}},
      {"one-way module", {"cPickle", "Pickler"}, {"pickle", "Pickler"}},
      {"first row of the modules", {"BaseHTTPServer", "X"}, {"http.server", "X"}},
      {"last row of the modules", {"xmlrpclib", "X"}, {"xmlrpc.client", "X"}},
      {"unknown name of an unmapped module", {"itertools", "chain"}, {"itertools", "chain"}},
      {"Python 3 name", {"builtins", "range"}, {"builtins", "range"}},
      {"empty", {"", ""}, {"", ""}},
      {"text after the last row", {"\xff", "x"}, {"\xff", "x"}},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.title);
    EXPECT_EQ(ToPython3(row.from), row.to);
  }
}

TEST(NameMapping, RenamesToPython2AsPythonsTablesSay) {
  const Row kRows[] = {
      {"module", {"builtins", "set"}, {"__builtin__", "set"}},
      {"name before module", {"builtins", "str"}, {"__builtin__", "unicode"}},
      {"int is long", {"builtins", "int"}, {"__builtin__", "long"}},
      {"several to one", {"builtins", "FileNotFoundError"}, {"exceptions", "OSError"}},
      {"exception", {"builtins", "ValueError"}, {"exceptions", "ValueError"}},
      {"one-way module", {"_pickle", "Pickler"}, {"pickle", "Pickler"}},
      {"moved class",
       {"http.server", "CGIHTTPRequestHandler"},
       {"CGIHTTPServer", "CGIHTTPRequestHandler"}},
      {"rest of that module", {"http.server", "HTTPServer"}, {"BaseHTTPServer", "HTTPServer"}},
      {"unmapped", {"datetime", "date"}, {"datetime", "date"}},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.title);
    EXPECT_EQ(ToPython2(row.from), row.to);
  }
}

}  // namespace
}  // namespace pickleproof
