// Generated sources are valid: the embedded version of Python runs each, and asks its probes.

#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "generators/sources.h"
#include "oracles/live/test_python.h"
#include "oracles/picklability/child_process.h"

namespace pickleproof {
namespace {

using nlohmann::json;

constexpr uint64_t kSources = 2000;

// Runs programs, given a line each as JSON, as __main__; answers "" or the exception.
constexpr const char* kRunner = R"(
import contextlib, io, json, sys, types
for line in sys.stdin:
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(json.loads(line), "<source>", "exec"), main.__dict__)
        said = ""
    except Exception as error:
        said = "%s: %s" % (type(error).__name__, error)
    print(json.dumps(said), flush=True)
)";

TEST(GeneratedSources, RunWithTheVersionThatTheyAreFor) {
  const PythonProgram python = PythonForTests();
  if (!python.unavailable.empty()) GTEST_SKIP() << python.unavailable;
  auto process = ChildProcess::Start({python.path, "-I", "-c", kRunner});
  ASSERT_TRUE(process) << process.error().message;
  const SourceOptions options{.minor = python.version.minor};
  for (uint64_t index = 0; index < kSources; ++index) {
    const std::string text = GeneratedSource(1, index, options).Program();
    ASSERT_TRUE(process->Write(json(text).dump() + "\n"));
    const auto said = process->ReadLine(std::chrono::seconds(60));
    ASSERT_TRUE(said) << said.error().message;
    EXPECT_EQ(*said, "\"\"") << text;
  }
}

}  // namespace
}  // namespace pickleproof
