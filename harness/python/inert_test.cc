// Nothing named in a pickle is imported or run, by any opcode that names or calls something.

#include <filesystem>
#include <fstream>

#include "harness/python/python_test.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

class InertTest : public PythonTest {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("pickleproof-inert-" + std::to_string(getpid()));
    fs::create_directories(folder_);
    std::ofstream(folder_ / "pickleproof_canary.py")
        << "def sing(*args, **kwargs): open(r'" << song().string() << "', 'w').close()\n"
        << "class Bird:\n"
        << "    def __new__(cls, *args, **kwargs):\n"
        << "        sing()\n"
        << "        return object.__new__(cls)\n"
        << "    def __setstate__(self, state): sing()\n"
        << "sing()\n";
    const auto added =
        interpreter->Ask("import sys\nsys.path.insert(0, r'" + folder_.string() + "')\nresult = 1");
    ASSERT_TRUE(added) << ToString(added.error());
  }
  void TearDown() override {
    ASSERT_TRUE(
        interpreter->Ask("import sys\ndel sys.path[0]\n"
                         "sys.modules.pop('pickleproof_canary', None)\nresult = 1"));
    fs::remove_all(folder_);
  }

  fs::path song() const { return folder_ / "song"; }

  bool Sang() const {
    const auto imported =
        interpreter->Ask("import sys\nresult = 'pickleproof_canary' in sys.modules");
    return fs::exists(song()) || imported.value_or("no answer") != "False";
  }

  fs::path folder_;
};

TEST_F(InertTest, NoOpcodeImportsOrCalls) {
  const std::string touch = "'touch " + song().string() + "'";
  const std::string streams[] = {
      "GLOBAL 'pickleproof_canary sing'\nSTOP",
      "SHORT_BINUNICODE 'pickleproof_canary'\nSHORT_BINUNICODE 'sing'\nSTACK_GLOBAL\nSTOP",
      "PROTO 4\nUNICODE 'pickleproof_canary'\nUNICODE 'Bird.__init__'\nSTACK_GLOBAL\nSTOP",
      "MARK\nINST 'pickleproof_canary Bird'\nSTOP",
      "MARK\nNONE\nINST 'pickleproof_canary sing'\nSTOP",
      "MARK\nGLOBAL 'pickleproof_canary sing'\nOBJ\nSTOP",
      "GLOBAL 'pickleproof_canary sing'\nEMPTY_TUPLE\nREDUCE\nSTOP",
      "GLOBAL 'pickleproof_canary Bird'\nEMPTY_TUPLE\nNEWOBJ\nNONE\nBUILD\nSTOP",
      "GLOBAL 'pickleproof_canary Bird'\nEMPTY_TUPLE\nEMPTY_DICT\nNEWOBJ_EX\nSTOP",
      "GLOBAL 'pickleproof_canary Bird'\nEMPTY_DICT\nBUILD\nSTOP",
      "GLOBAL 'os system'\nUNICODE " + touch + "\nTUPLE1\nREDUCE\nSTOP",
      "GLOBAL 'posix system'\nUNICODE " + touch + "\nTUPLE1\nREDUCE\nSTOP",
      R"(GLOBAL '__builtin__ eval'
         UNICODE '__import__("pickleproof_canary")'
         TUPLE1
         REDUCE
         STOP)",
      "GLOBAL 'builtins __import__'\nUNICODE 'pickleproof_canary'\nTUPLE1\nREDUCE\nSTOP",
      R"(GLOBAL 'builtins getattr'
         GLOBAL 'pickleproof_canary Bird'
         UNICODE '__init__'
         TUPLE2
         REDUCE
         EMPTY_TUPLE
         REDUCE
         STOP)",
      "GLOBAL 'copy_reg __newobj__'\nGLOBAL 'pickleproof_canary Bird'\nTUPLE1\nREDUCE\nSTOP",
      "EXT1 1\nEMPTY_TUPLE\nREDUCE\nSTOP",
  };
  const ExtensionRegistry registry = {{1, {"pickleproof_canary", "sing"}}};
  for (const std::string& stream : streams) {
    for (const auto& engine : *engines) {
      SCOPED_TRACE(engine->card().id + "\n" + stream);
      LoadOptions options;
      EXPECT_EQ(Meaning(engine->Load(Assembled(stream), options)).substr(0, 6).find("reject"),
                std::string::npos);
      options.extensions = &registry;
      engine->Load(Assembled(stream), options);
      EXPECT_FALSE(Sang());
    }
  }
}

TEST_F(InertTest, OutsideOurLoadsPickleImportsAsEver) {
  ASSERT_EQ((*engines)[0]->Load("cpickleproof_canary\nsing\n.", {}).verdict, Verdict::kAccept);
  EXPECT_FALSE(Sang());
  const auto loaded = interpreter->Ask(
      "import _pickle\nresult = _pickle.loads(b'cpickleproof_canary\\nsing\\n.').__name__");
  EXPECT_EQ(loaded.value_or(""), "sing");
  EXPECT_TRUE(Sang());
}

TEST_F(InertTest, AStandInDoesNotOutliveItsLoad) {
  // An extension's stand-in lands in copyreg's cache; the next load must not meet it there.
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Meaning((*engines)[0]->Load(Assembled("EXT1 9\nSTOP"), {})), "ext(9)");
  }
  EXPECT_EQ(interpreter->Ask("import copyreg\nresult = copyreg._extension_cache").value_or(""),
            "{}");
}

}  // namespace
}  // namespace pickleproof
