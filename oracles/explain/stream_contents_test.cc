#include "oracles/explain/stream_contents.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "harness/pickle/assembler.h"
#include "oracles/explain/stream_needs.h"

namespace pickleproof {
namespace {

using Names = std::vector<std::string>;

StreamContents Of(std::string_view assembly) {
  const auto stream = Assemble(assembly);
  EXPECT_TRUE(stream.has_value()) << stream.error().message;
  return ContentsOf(stream.value_or(""));
}

TEST(StreamContents, ANameIsByReference) {
  const StreamContents contents = Of("PROTO 2\nGLOBAL 'jobs' 'work'\nSTOP\n");
  EXPECT_TRUE(contents.by_reference);
  EXPECT_EQ(contents.globals, (std::vector<StreamGlobal>{{"jobs", "work"}}));
  EXPECT_EQ(ReferencesOf(contents), Names{"jobs.work"});
  EXPECT_FALSE(contents.bytecode);
}

TEST(StreamContents, AnAttributeOfANameIsByReference) {
  EXPECT_TRUE(Of("PROTO 2\nGLOBAL 'builtins' 'getattr'\nGLOBAL 'jobs' 'Job'\nBINUNICODE 'run'\n"
                 "TUPLE2\nREDUCE\nSTOP\n")
                  .by_reference);
  EXPECT_TRUE(Of("PROTO 2\nGLOBAL 'dill._dill' '_get_attr'\nGLOBAL 'dill._dill' '_import_module'\n"
                 "BINUNICODE 'jobs'\nTUPLE1\nREDUCE\nBINUNICODE 'run'\nTUPLE2\nREDUCE\nSTOP\n")
                  .by_reference);
  EXPECT_FALSE(Of("PROTO 2\nGLOBAL 'builtins' 'getattr'\nEMPTY_LIST\nBINUNICODE 'run'\nTUPLE2\n"
                  "REDUCE\nSTOP\n")
                   .by_reference);
}

TEST(StreamContents, AnInstanceIsByValueAndItsClassByReference) {
  const StreamContents contents = Of("PROTO 2\nGLOBAL 'jobs' 'Job'\nEMPTY_TUPLE\nNEWOBJ\nSTOP\n");
  EXPECT_FALSE(contents.by_reference);
  EXPECT_EQ(ReferencesOf(contents), Names{"jobs.Job"});
}

TEST(StreamContents, AModuleIsNamedByText) {
  const StreamContents contents = Of(
      "PROTO 2\nGLOBAL 'cloudpickle.cloudpickle' 'subimport'\nBINUNICODE 'json.decoder'\nTUPLE1\n"
      "REDUCE\nSTOP\n");
  EXPECT_TRUE(contents.by_reference);
  EXPECT_EQ(contents.modules, Names{"json.decoder"});
  EXPECT_EQ(ReferencesOf(contents), Names{"module json.decoder"});
}

// As dill writes them: file, name and qualified name are the texts of a code object.
TEST(StreamContents, FunctionsByValueHaveTheNamesOfTheirCode) {
  const std::string code =
      "GLOBAL 'dill._dill' '_create_code'\nMARK\nBININT1 1\nBINUNICODE 'jobs.py'\n"
      "BINUNICODE 'f'\nBINUNICODE 'make.<locals>.f'\nBININT1 3\nTUPLE\nREDUCE\n";
  const StreamContents contents = Of("PROTO 2\nGLOBAL 'dill._dill' '_create_function'\n" + code +
                                     "EMPTY_DICT\nTUPLE2\nREDUCE\nSTOP\n");
  EXPECT_FALSE(contents.by_reference);
  EXPECT_TRUE(contents.bytecode);
  EXPECT_EQ(contents.functions, Names{"make.<locals>.f"});
  EXPECT_TRUE(ReferencesOf(contents).empty());
}

TEST(StreamContents, ClassesByValueAreNamedOnce) {
  const std::string make =
      "GLOBAL 'dill._dill' '_create_type'\nMARK\nGLOBAL 'builtins' 'type'\nBINUNICODE 'Job'\n"
      "EMPTY_TUPLE\nEMPTY_DICT\nTUPLE\nREDUCE\n";
  EXPECT_EQ(Of("PROTO 2\n" + make + make + "TUPLE2\nSTOP\n").classes, Names{"Job"});
}

TEST(StreamContents, WhatIsMadeAndDroppedIsNotCarried) {
  const std::string make =
      "GLOBAL 'dill._dill' '_create_type'\nMARK\nGLOBAL 'builtins' 'type'\nBINUNICODE 'Job'\n"
      "TUPLE\nREDUCE\n";
  EXPECT_TRUE(Of("PROTO 2\n" + make + "POP\nNONE\nSTOP\n").classes.empty());
}

TEST(StreamContents, ADamagedStreamStillNamesWhatItAskedFor) {
  const StreamContents contents = Of("PROTO 2\nGLOBAL 'jobs' 'work'\nREDUCE\nSTOP\n");
  EXPECT_FALSE(contents.unreadable.empty());
  EXPECT_EQ(contents.globals.size(), 1U);
}

TEST(StreamNeeds, SaysWhichDistributionBringsAModule) {
  ExplainResult result;
  result.python = "3.11.7";
  result.modules["yaml"] = {"distribution", "/x/yaml/__init__.py", "PyYAML", "6.0"};
  result.modules["numpy"] = {"distribution", "/x/numpy/__init__.py", "numpy", "1.24.2"};
  result.modules["jobs"] = {"source", "/home/jobs.py", "", ""};
  result.modules["json"] = {"python", "", "", ""};
  StreamContents contents;
  contents.globals = {{"yaml.loader", "L"}, {"numpy", "array"}, {"jobs", "f"},
                      {"json", "loads"},    {"gone", "f"},      {"builtins", "__main__"}};
  contents.bytecode = true;
  contents.globals.push_back({"__builtin__", "__main__"});
  EXPECT_EQ(NeedsText(NeedsOf(contents, result), false),
            (Names{"what __main__ defines", "module gone", "module jobs (jobs.py)", "numpy 1.24.2",
                   "yaml (PyYAML 6.0)", "Python 3.11 (bytecode)"}));
  EXPECT_EQ(NeedsText(NeedsOf(contents, result), true).size(), 7U);
  contents = {};
  EXPECT_EQ(NeedsText(NeedsOf(contents, result), false), Names{"Python alone"});
}

}  // namespace
}  // namespace pickleproof
