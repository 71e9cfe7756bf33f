// Every wrong command line gets one line that says what to do, and exit status 2.

#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/cli/run_program.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOne = "\x80\x04K\x01.";

void ExpectRefusal(const std::vector<std::string>& arguments, const std::string& says,
                   std::string_view input = "") {
  std::string trace;
  for (const std::string& argument : arguments) trace += argument + " ";
  SCOPED_TRACE(trace);
  const Ran ran = RunProgram(arguments, input);
  EXPECT_EQ(ran.status, 2) << ran.err;
  EXPECT_EQ(ran.out, "");
  ASSERT_EQ(Lines(ran.err).size(), 1U) << ran.err;
  EXPECT_TRUE(ran.err.starts_with("pickleproof: ")) << ran.err;
  EXPECT_NE(ran.err.find(says), std::string::npos) << ran.err;
}

TEST(Refusal, InputsOfEveryVerbThatReads) {
  const ScratchFolder folder;
  const std::string empty_file = folder.Write("empty.pkl", "");
  fs::create_directory(folder / "empty");
  for (const std::string verb : {"load", "dump", "dis", "cross", "report"}) {
    ExpectRefusal({verb, folder / "missing"}, "no such file or folder");
    ExpectRefusal({verb, folder / "empty"}, "no file lies below it");
    ExpectRefusal({verb, empty_file}, "the file is empty");
    ExpectRefusal({verb, "-"}, "standard input is empty");
    ExpectRefusal({verb, "--hex", "80045"}, "an odd number of hex digits");
    ExpectRefusal({verb, "--hex", "zz"}, "no hex digit");
    ExpectRefusal({verb, "--hex", ""}, "at least one byte");
    ExpectRefusal({verb, "--hex"}, "--hex");
    ExpectRefusal({verb, "--unheard-of"}, "./pickleproof " + verb + " --help");
  }
  for (const std::string verb : {"load", "dump", "dis"}) ExpectRefusal({verb}, "no input");
}

TEST(Refusal, UnreadableFile) {
  const ScratchFolder folder;
  const std::string file = folder.Write("secret.pkl", kOne);
  fs::permissions(file, fs::perms::none);
  if (access(file.c_str(), R_OK) == 0) {  // root reads everything
    EXPECT_EQ(RunProgram({"dis", file}).status, 0);
    return;
  }
  for (const std::string verb : {"dump", "dis", "asm", "cross", "report"}) {
    ExpectRefusal({verb, file}, "Permission denied");
  }
  ExpectRefusal({"load", "--json", file}, "Permission denied");
}

TEST(Refusal, FilesOfAssembly) {
  const ScratchFolder folder;
  ExpectRefusal({"asm"}, "FILE is required");
  ExpectRefusal({"asm", folder / "missing"}, "No such file");
  ExpectRefusal({"asm", folder / ""}, "a folder, where a file is needed");
  ExpectRefusal({"asm", folder.Write("empty.asm", "")}, "the file is empty");
  ExpectRefusal({"asm", "-"}, "standard input is empty");
  ExpectRefusal({"asm", "-"}, "line 2, column 1: 'BININT9' is no opcode", "PROTO 4\nBININT9 1\n");
}

TEST(Refusal, Numbers) {
  for (const std::string verb : {"gen", "cross", "report"}) {
    for (const std::string option : {"--seed", "--graphs", "--first"}) {
      ExpectRefusal({verb, option, "soon"}, "'soon' is no whole number");
    }
    ExpectRefusal({verb, "--seed", "-1"}, "'-1' is no whole number");
    ExpectRefusal({verb, "--seed", "1.5"}, "'1.5' is no whole number");
    ExpectRefusal({verb, "--seed", "18446744073709551616"}, "above 2**64 - 1");
  }
  ExpectRefusal({"gen", "--protocol", "9"}, "not in range 0 to 5");
  ExpectRefusal({"dump", "--protocol", "9", "--hex", "4e2e"}, "not in range 0 to 5");
  ExpectRefusal({"dump", "--protocol", "-1", "--hex", "4e2e"}, "not in range 0 to 5");
  ExpectRefusal({"cross", "--jobs", "0"}, "not in range 1 to 64");
  ExpectRefusal({"load", "--width", "wide", "--hex", "4e2e"}, "no whole number");
}

TEST(Refusal, Names) {
  ExpectRefusal({}, "a verb is missing; there are report, cross, load");
  ExpectRefusal({"unpickle"}, "no verb 'unpickle'; there are report, cross, load");
  ExpectRefusal({"engines", "cpython"}, "not expected: cpython");
  ExpectRefusal({"load", "--hex", "4e2e", "--engine", "abacus"},
                "no engine 'abacus' that reads; there are pickleproof, pickleproof/pickle.py");
  ExpectRefusal({"load", "--hex", "4e2e", "--engine", "pickleproof/varied"}, "that reads");
  ExpectRefusal({"dump", "--hex", "4e2e", "--policy", "loud"}, "no policy 'loud'; there are");
  ExpectRefusal({"load", "--hex", "4e2e", "--buffers", "x"}, "letters r and w");
  ExpectRefusal({"table", "--pickler", "marshal"}, "no pickler 'marshal'; there are pickle,");
  ExpectRefusal({"table", "--row", "999"}, "no row 999");
  ExpectRefusal({"table", "--interpreter", "1.5"}, "no interpreter '1.5' was found");
  ExpectRefusal({"table", "--libraries", "middle"}, "middle");
  ExpectRefusal({"cross", "--live", "--libraries", "middle"}, "middle");
}

TEST(Refusal, Requirements) {
  const ScratchFolder folder;
  ExpectRefusal({"requirements", "--requirement", "many"}, "--requirement");
  ExpectRefusal({"requirements", "--requirement", "0"}, "--requirement");
  ExpectRefusal({"requirements", "--interpreter", "2.5"}, "no interpreter '2.5' was found");
  ExpectRefusal({"requirements", "--checks", folder / "missing.py"}, "no such file");
  ExpectRefusal({"requirements", "--patience", "0"}, "not in range 1 to 3600");
}

TEST(Refusal, PlacesThatCannotBeWritten) {
  const ScratchFolder folder;
  const std::string file = folder.Write("one.pkl", kOne);
  ExpectRefusal({"dump", file, file}, "add -o FOLDER");
  ExpectRefusal({"dump", file, file, "-o", folder / "out"}, "two inputs would be written to");
  ExpectRefusal({"dump", file, "-o", file + "/below.pkl"}, "can't be written");
  ExpectRefusal({"gen", "--graphs", "1", "-o", file + "/below"}, "can't be written");
  ExpectRefusal({"asm", "-", "-o", file + "/below.pkl"}, "can't be written", "NONE\nSTOP\n");
  ExpectRefusal({"report", "--graphs", "1", "-o", file + "/below"}, "can't be written to");
}

TEST(Refusal, QuestionsOfExplain) {
  const ScratchFolder folder;
  const std::string file = folder.Write("jobs.py", "x = 1\n");
  ExpectRefusal({"explain"}, "give FILE.py:NAME, or -c 'expression'");
  ExpectRefusal({"explain", file + ":x", "-c", "1"}, "not both");
  ExpectRefusal({"explain", file}, "which object? write " + file + ":NAME");
  ExpectRefusal({"explain", file + ":"}, "which object?");
  ExpectRefusal({"explain", folder / "missing.py:x"}, "missing.py: no such file");
  ExpectRefusal({"explain", "-c", "1", "--timeout", "0"}, "not in range");
  ExpectRefusal({"explain", "-c", "1", "--interpreter", "2.99"}, "no Python 2.99 here; there are");
  ExpectRefusal({"explain", "-c", "1", "--interpreter", file}, "does not run as a Python");
}

}  // namespace
}  // namespace pickleproof
