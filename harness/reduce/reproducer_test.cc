#include "harness/reduce/reproducer.h"

#include <array>
#include <cstdio>

#include <gtest/gtest.h>

#include "harness/base/bytes.h"
#include "harness/reduce/finding_report.h"

namespace pickleproof {
namespace {

TEST(PythonCommands, ArePlainWhereNothingIsNamed) {
  const auto commands = PythonCommands("N.", {});
  ASSERT_EQ(commands.size(), 7U);
  EXPECT_EQ(commands[0].first, "_pickle/loads");
  EXPECT_EQ(commands[0].second,
            "python3 -c 'import pickle; print(pickle.loads(bytes.fromhex(\"4e2e\")))'");
  EXPECT_EQ(commands[4].first, "pickle.py/load-bytesio");
  EXPECT_EQ(PythonCommand("N.", {}, "pickletools"),
            "python3 -c 'import pickletools; pickletools.dis(bytes.fromhex(\"4e2e\"))'");
  EXPECT_EQ(PythonCommand("N.", {}, "abacus"), "");
}

TEST(PythonCommands, StandInsTakeThePlaceOfAllModulesThatAreNamed) {
  const std::string command =
      PythonCommand("x", {{TraceKind::kGlobal, "os.path join"}}, "_pickle/load-bytesio");
  EXPECT_NE(command.find("for name in [\"os\", \"os.path\"]: sys.modules[name] = Module(name)"),
            std::string::npos)
      << command;
}

// A quote in a name must not end the shell's word, nor Python's text.
TEST(PythonCommands, NamesCannotEscape) {
  const std::string command =
      PythonCommand("x", {{TraceKind::kGlobal, "a'\"\\b c"}}, "_pickle/loads");
  EXPECT_NE(command.find(R"(["a\x27\x22\x5cb"])"), std::string::npos) << command;
}

TEST(RecordedAnswer, HasNoMessage) {
  Outcome outcome;
  outcome.error = Error{ErrorCode::kStack, 3, "pop from an empty stack", "UnpicklingError"};
  EXPECT_EQ(RecordedAnswer(outcome), "reject UnpicklingError");
  outcome.verdict = Verdict::kOutOfMemory;
  EXPECT_EQ(RecordedAnswer(outcome), "out-of-memory");
}

}  // namespace
}  // namespace pickleproof
