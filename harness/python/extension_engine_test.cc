// The one extension with the interface of `_pickle` that is always there is `_pickle`.

#include "harness/python/extension_engine.h"

#include "harness/python/python_test.h"

namespace pickleproof {
namespace {

class ExtensionEngineTest : public PythonTest {
 protected:
  static std::unique_ptr<Engine> Make(const std::string& where) {
    auto made = MakeExtensionEngine(*interpreter, where);
    EXPECT_TRUE(made) << ToString(made.error());
    return made ? std::move(*made) : nullptr;
  }
};

TEST_F(ExtensionEngineTest, ReadsAsTheModuleThatItIs) {
  const auto engine = Make("_pickle");
  ASSERT_TRUE(engine);
  EXPECT_EQ(engine->card().id, "_pickle/load-bytesio");
  EXPECT_EQ(engine->card().protocols_read, (std::vector<int>{0, 1, 2, 3, 4, 5}));
  for (const std::string_view assembly :
       {"NONE\nSTOP", "EMPTY_LIST\nMEMOIZE\nBININT1 1\nAPPEND\nBINGET 0\nTUPLE2\nSTOP",
        "GLOBAL '__builtin__ set'\nSTOP", "PROTO 3\nGLOBAL '__builtin__ set'\nSTOP",
        "EXT1 7\nEMPTY_TUPLE\nREDUCE\nSTOP", "PERSID 'id'\nSTOP", "BINSTRING '\\xff'\nSTOP",
        "NEXT_BUFFER\nREADONLY_BUFFER\nSTOP", "APPEND\nSTOP", "PROTO 9\nSTOP", "NONE"}) {
    const std::string bytes = Assembled(assembly);
    SCOPED_TRACE(assembly);
    LoadOptions options;
    options.has_buffers = true;
    options.buffers = {false};
    const Outcome theirs = (*engines)[1]->Load(bytes, options);
    const Outcome outcome = engine->Load(bytes, options);
    EXPECT_EQ(Meaning(outcome), Meaning(theirs));
    EXPECT_EQ(TraceText(outcome), TraceText(theirs));
    EXPECT_EQ(outcome.consumed, theirs.consumed);
  }
}

TEST_F(ExtensionEngineTest, WhatCannotBeImportedSaysWhy) {
  const auto missing = MakeExtensionEngine(*interpreter, "/nowhere:no_such_pickle");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("no_such_pickle"), std::string::npos);
  const auto other = MakeExtensionEngine(*interpreter, "math");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().exception, "AttributeError");
  const auto unnamed = MakeExtensionEngine(*interpreter, "folder:");
  ASSERT_FALSE(unnamed);
  EXPECT_EQ(unnamed.error().code, ErrorCode::kUsage);
}

TEST_F(ExtensionEngineTest, IsAReaderOnly) {
  const auto engine = Make("_pickle");
  ASSERT_TRUE(engine);
  const auto written = engine->Dump(Graph(), 2);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace pickleproof
