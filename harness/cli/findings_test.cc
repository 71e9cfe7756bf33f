// repro, reduce, fuzz, nightly, findings and promote as people run them.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/cli/run_program.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void ExpectRefused(const std::vector<std::string>& arguments, const std::string& says) {
  const Ran ran = RunProgram(arguments);
  SCOPED_TRACE(arguments.front() + ": " + says);
  EXPECT_EQ(ran.status, 2) << ran.out;
  ASSERT_EQ(Lines(ran.err).size(), 1U) << ran.err;
  EXPECT_NE(ran.err.find(says), std::string::npos) << ran.err;
}

void ExpectHas(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
}

TEST(Repro, ExplainsAPickleOnWhichReadersPart) {
  const Ran ran = RunProgram({"repro", "--hex", "493031300a2e"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  ExpectHas(ran.out,
            {"INT raw '010'", "/_pickle/loads: accept 8",
             "_pickle pickle.py verdict accept|ValueError INT", "known as StrictNumberText",
             "first instruction: INT at byte 0",
             R"(python3 -c 'import pickle; print(pickle.loads(bytes.fromhex("493031300a2e")))')",
             "python3 -c 'import pickletools"});
}

TEST(Repro, TellsWhatEveryVersionAnswers) {
  const Ran ran = RunProgram({"repro", "--versions", "--hex", "493031300a2e"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  const size_t begin = ran.out.find("\nVersions\n");
  ASSERT_NE(begin, std::string::npos) << ran.out;
  ExpectHas(ran.out.substr(begin), {"  _pickle/loads\n    3.", ": accept 8\n",
                                    "  pickle.py/loads\n    3.", ": reject ValueError\n",
                                    R"(  _pickle pickle.py verdict accept|ValueError INT
    shows in 3.)"});
  EXPECT_EQ(RunProgram({"repro", "--hex", "493031300a2e"}).out.find("\nVersions\n"),
            std::string::npos);
}

TEST(Repro, SaysWhereAllAgree) {
  const Ran ran = RunProgram({"repro", "--hex", "4e2e"});
  EXPECT_EQ(ran.status, 0);
  ExpectHas(ran.out, {"All readers agree."});
}

TEST(Reduce, WritesTheSmallestThatShowsTheSame) {
  const ScratchFolder folder;
  const std::string input = folder.Write("in.pkl", "\x80\x02]I0777\na.");
  const Ran ran =
      RunProgram({"reduce", input, "--signature", "_pickle pickle.py verdict accept|ValueError INT",
                  "-o", folder / "out.pkl"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ReadFile(folder / "out.pkl"), std::string("I\0\n.", 4));
  ExpectHas(ran.out, {"11 -> 4 bytes"});
  ExpectRefused({"reduce", "--hex", "4e2e"}, "all readers agree");
  ExpectRefused({"reduce", input, "--signature", "else"}, "does not show 'else'");
}

// One after the other, since each needs what the one before left.
TEST(Findings, GoFromStreamsToRegressions) {
  const ScratchFolder folder;
  const std::string state = folder / "state";
  const Ran fuzz = RunProgram({"fuzz", "generated", "--time", "1", "--state", state});
  EXPECT_EQ(fuzz.status, 0) << fuzz.out << fuzz.err;
  ExpectHas(fuzz.out, {"first run of this target", "new findings, 0 without a known reason"});
  const Ran listed = RunProgram({"findings", "--json", "--state", state});
  EXPECT_EQ(listed.status, 0);
  std::set<std::string> ids;
  for (const std::string& line : Lines(listed.out)) {
    const json finding = json::parse(line);
    std::vector<std::string> keys;
    for (const auto& [key, value] : finding.items()) keys.push_back(key);
    EXPECT_EQ(keys,
              (std::vector<std::string>{"class", "engines", "explanation", "first_seen", "hex",
                                        "id", "known", "outcomes", "signature", "versions"}));
    EXPECT_FALSE(finding["versions"].empty()) << line;
    EXPECT_GE(finding["outcomes"].size(), 9U);
    ids.insert(finding["id"]);
  }
  ASSERT_GE(ids.size(), 30U) << listed.err;
  const std::string id = *ids.begin();
  ExpectHas(RunProgram({"findings", "--state", state}).out, {"\n  shows in 3."});
  EXPECT_EQ(RunProgram({"repro", id, "--state", state}).status, 0);
  for (const char* file :
       {"input.pkl", "original.pkl", "assembly.txt", "answers.txt", "issue.md"}) {
    EXPECT_TRUE(fs::exists(fs::path(state) / "findings" / id / file)) << file;
  }
  const std::string corpus = folder / "corpus";
  const Ran promoted = RunProgram(
      {"promote", id, "--as", "first-one", "--explain", "Why.", "--to", corpus, "--state", state});
  EXPECT_EQ(promoted.status, 0) << promoted.err;
  const json index = json::parse(ReadFile(corpus + "/index.json"));
  EXPECT_EQ(index.at(0).at("explanation"), "Why.");
  EXPECT_FALSE(index.at(0).at("versions").empty());
  EXPECT_TRUE(fs::exists(corpus + "/first-one.pkl"));
  ExpectRefused({"promote", "000000000000", "--state", state}, "no finding 000000000000");
  ExpectRefused({"promote", "seven", "--state", state}, "twelve hex digits");
  ExpectRefused({"promote", id, "--as", "No Slug", "--state", state}, "--as takes");
}

TEST(Nightly, WritesOneRecordAndOneReport) {
  const ScratchFolder folder;
  const Ran ran = RunProgram({"nightly", "--time", "1", "--target", "generated", "--state",
                              folder / "state", "-o", folder / "out"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  const json record = json::parse(ReadFile(folder / "out/night.json"));
  EXPECT_EQ(record["good"], true);
  EXPECT_GE(record["regressions"], 30);
  EXPECT_TRUE(record["regression_problems"].empty());
  EXPECT_EQ(record["targets"].at(0)["target"], "generated");
  EXPECT_GE(record["findings"].size(), 30U);
  EXPECT_FALSE(record["findings"].at(0)["versions"].empty());
  ExpectHas(ReadFile(folder / "out/index.html"),
            {"<!doctype html>", "pickle.py", "<td>shows in 3.", "</html>"});
  ExpectHas(ReadFile(folder / "out/night.txt"), {"Nothing new that is unknown."});
}

// A target that is a shell script: what it leaves is what libFuzzer and the targets leave.
class FakeTarget {
 public:
  explicit FakeTarget(const std::string& script) {
    const std::string path = folder_.Write("fuzz_raw_vm", "#!/bin/sh\n" + script);
    fs::permissions(path, fs::perms::owner_all);
  }
  std::string Binaries() const { return folder_ / ""; }
  std::string operator/(std::string_view name) const { return folder_ / name; }

 private:
  ScratchFolder folder_;
};

constexpr const char* kTells = R"(
for word in "$@"; do case $word in -merge=1) cp -r "$5/." "$4"; exit 0;; esac; done
echo "#4096	NEW    cov: 321 ft: 654 corp: 7/89b lim: 4 exec/s: 100 rss: 30Mb" >&2
printf '{"executions":5000,"accepted":2500,"failed_at_last_instruction":500,"disagreements":2,"verdicts":{"ours":{"accept":2500}},"poisoned":{"memo":3},"seconds":5.0,"seconds_in_children":0.02,"reached":{"0":["NONE"]}}' > "$PICKLEPROOF_FUZZ_STATE/stats/raw_vm-$$.json"
printf 'I010\n.' > "$PICKLEPROOF_FUZZ_STATE/candidates/raw_vm-0123456789abcdef.pkl"
printf 'N.' > "$PICKLEPROOF_FUZZ_STATE/candidates/raw_vm-fedcba9876543210.pkl"
printf 'N.' > "$1/seed"
)";

TEST(Fuzz, TakesUpWhatATargetLeaves) {
  const FakeTarget target(kTells);
  const std::string state = target / "state";
  const Ran ran = RunProgram(
      {"fuzz", "raw_vm", "--time", "5", "--binaries", target.Binaries(), "--state", state});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  ExpectHas(ran.out, {"raw_vm: 5000 executions", "50.0% load to a value, 20.0% of the others",
                      "coverage 321", "2 candidates, 1 of them show something", "3 x memo",
                      "0.40% of the time", "_pickle pickle.py verdict accept|ValueError INT"});
  EXPECT_TRUE(fs::exists(state + "/fuzz/unconfirmed/raw_vm-fedcba9876543210.pkl"));
  EXPECT_FALSE(fs::exists(state + "/fuzz/candidates/raw_vm-0123456789abcdef.pkl"));
  const Ran again = RunProgram(
      {"fuzz", "raw_vm", "--time", "5", "--binaries", target.Binaries(), "--state", state});
  ExpectHas(again.out, {"since the run of", "0 new findings"});
}

TEST(Fuzz, ReadsTheCommittedSeedsUnlessToldNotTo) {
  const FakeTarget target(R"sh(
for word in "$@"; do case $word in -merge=1) exit 0;; esac; done
echo "$@" > "$PICKLEPROOF_FUZZ_STATE/words"
)sh");
  const std::string state = target / "state";
  const std::vector<std::string> command = {"fuzz",       "raw_vm",          "--time",  "1",
                                            "--binaries", target.Binaries(), "--state", state};
  EXPECT_EQ(RunProgram(command).status, 0);
  ExpectHas(ReadFile(state + "/fuzz/words"),
            {"/fuzz/seeds/pickle", "/corpus/regressions", "/corpus/real"});
  std::vector<std::string> bare = command;
  bare.emplace_back("--no-seeds");
  EXPECT_EQ(RunProgram(bare).status, 0);
  EXPECT_EQ(ReadFile(state + "/fuzz/words").find("seeds"), std::string::npos);
}

TEST(Fuzz, WhatEndsATargetIsAFindingThatFails) {
  const FakeTarget target(R"sh(
for word in "$@"; do
  case $word in -merge=1) exit 0;; */crashes/raw_vm-crash-1) file=$word;; esac
done
if [ -z "$file" ]; then
  for word in "$@"; do
    case $word in -artifact_prefix=*) printf 'N.' > "${word#*=}crash-1";; esac
  done
fi
echo "SUMMARY: AddressSanitizer: heap-use-after-free machine.cc:1:2 in f(int)" >&2
exit 77
)sh");
  const std::string state = target / "state";
  const Ran ran = RunProgram(
      {"fuzz", "raw_vm", "--time", "1", "--binaries", target.Binaries(), "--state", state});
  EXPECT_EQ(ran.status, 1) << ran.out << ran.err;
  const Ran listed = RunProgram({"findings", "--versions", "--json", "--state", state});
  EXPECT_EQ(json::parse(listed.out)["versions"], json::object()) << "of our own program";
  ExpectHas(ran.out, {"UNKNOWN", "raw_vm - crash heap-use-after-free -", "ended by themselves"});
}

// All readers agree; that the target does not is a finding of its own.
TEST(Fuzz, ABrokenLawIsAFindingThatFails) {
  const FakeTarget target(R"sh(
for word in "$@"; do
  case $word in -merge=1) exit 0;; */candidates/*.pkl|*/reduced.pkl) file=$word;; esac
done
if [ -z "$file" ]; then
  printf 'N.' > "$PICKLEPROOF_FUZZ_STATE/candidates/raw_vm-1.pkl"
  printf ').' > "$PICKLEPROOF_FUZZ_STATE/candidates/raw_vm-2.known.pkl"
  exit 0
fi
[ "$PICKLEPROOF_FUZZ_ABORT" = 1 ] || exit 0
grep -q N "$file" || exit 0
echo "disagreement: raw_vm | value | protocol 4" >&2
echo "  None | nothing" >&2
exit 77
)sh");
  const std::string state = target / "state";
  const Ran ran = RunProgram(
      {"fuzz", "raw_vm", "--time", "1", "--binaries", target.Binaries(), "--state", state});
  EXPECT_EQ(ran.status, 1) << ran.out << ran.err;
  ExpectHas(ran.out, {"UNKNOWN", "raw_vm - law raw_vm_|_value_|_protocol_4 -"});
  const Ran listed = RunProgram({"findings", "--json", "--state", state});
  EXPECT_EQ(json::parse(listed.out)["hex"], "4e") << "reduced";
  EXPECT_TRUE(fs::exists(state + "/fuzz/unconfirmed/raw_vm-2.known.pkl"));
}

TEST(Fuzz, KilledLosesNothingThatWasFound) {
  const ScratchFolder folder;
  const std::string state = folder / "state";
  const pid_t child = fork();
  if (child == 0) {
    execl(PICKLEPROOF_PROGRAM, PICKLEPROOF_PROGRAM, "fuzz", "generated", "--time", "60", "--state",
          state.c_str(), nullptr);
    _exit(127);
  }
  size_t seen = 0;
  for (int tries = 0; tries < 600 && seen < 5; ++tries) {
    usleep(100000);
    seen = Lines(RunProgram({"findings", "--json", "--state", state}).out).size();
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  ASSERT_GE(seen, 5U);
  const size_t kept = Lines(RunProgram({"findings", "--json", "--state", state}).out).size();
  EXPECT_GE(kept, seen);
  const Ran again = RunProgram({"fuzz", "generated", "--time", "1", "--state", state});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_GE(Lines(RunProgram({"findings", "--json", "--state", state}).out).size(), kept);
}

TEST(Fuzz, AnInterruptEndsItInOrder) {
  const ScratchFolder folder;
  const std::string state = folder / "state";
  const pid_t child = fork();
  if (child == 0) {
    execl(PICKLEPROOF_PROGRAM, PICKLEPROOF_PROGRAM, "fuzz", "generated", "--time", "600", "--state",
          state.c_str(), nullptr);
    _exit(127);
  }
  for (int tries = 0; tries < 600 && !fs::exists(state + "/history.sqlite"); ++tries)
    usleep(100000);
  usleep(500000);
  kill(child, SIGINT);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST(FindingsVerbs, WrongCommandLinesAreRefused) {
  const ScratchFolder folder;
  const std::string state = folder / "state";
  for (const std::string verb : {"repro", "reduce"}) {
    ExpectRefused({verb}, "no input");
    ExpectRefused({verb, "--hex", "zz"}, "no hex digit");
    ExpectRefused({verb, folder / "missing"}, "no such file");
    ExpectRefused({verb, "0123456789ab", "--state", state}, "no finding 0123456789ab");
    ExpectRefused({verb, "x", "--hex", "4e2e"}, "one pickle at a time");
  }
  ExpectRefused({"findings", "--state", state}, "no history");
  ExpectRefused({"promote"}, "ID is required");
  ExpectRefused({"fuzz"}, "TARGET is required");
  ExpectRefused({"fuzz", "abacus"}, "no target 'abacus'; there are");
  ExpectRefused({"fuzz", "raw_vm", "--time", "soon"}, "--time takes");
  ExpectRefused({"fuzz", "raw_vm", "--time", "0"}, "--time takes");
  ExpectRefused({"fuzz", "raw_vm", "--jobs", "0"}, "not in range");
  ExpectRefused({"fuzz", "raw_vm", "--binaries", folder / "none", "--state", state},
                "no such program");
  ExpectRefused({"nightly", "--target", "abacus", "--state", state}, "no target 'abacus'");
  ExpectRefused({"nightly", "--time", "1d"}, "--time takes");
  EXPECT_FALSE(fs::exists(folder / "missing"));
}

}  // namespace
}  // namespace pickleproof
