// The program as people run it: what each verb prints, writes and answers.

#include <filesystem>
#include <map>
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

constexpr std::string_view kOne = "\x80\x04K\x01.";

// Each line of a --json output. A line that is no JSON object fails the test.
std::vector<json> JsonLines(const Ran& ran) {
  std::vector<json> objects;
  for (const std::string& line : Lines(ran.out)) {
    objects.push_back(json::parse(line, nullptr, false));
    EXPECT_TRUE(objects.back().is_object()) << line;
  }
  return objects;
}

std::vector<std::string> Keys(const json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

TEST(Cli, EveryVerbExplainsItself) {
  for (const char* verb :
       {"report", "cross", "load", "dump", "dis", "asm", "gen", "engines", "repro", "reduce",
        "findings", "promote", "fuzz", "nightly", "table", "requirements"}) {
    SCOPED_TRACE(verb);
    const Ran ran = RunProgram({verb, "--help"});
    EXPECT_EQ(ran.status, 0);
    EXPECT_NE(ran.out.find(std::string("Usage: ./pickleproof ") + verb), std::string::npos);
    EXPECT_EQ(ran.err, "");
  }
  const Ran all = RunProgram({"--help"});
  EXPECT_EQ(all.status, 0);
  EXPECT_NE(all.out.find("Do all pickle implementations agree"), std::string::npos);
}

TEST(Load, JsonHasTheseKeysAndNoOther) {
  const Ran ran = RunProgram({"load", "--json", "-"}, kOne);
  EXPECT_EQ(ran.status, 0) << ran.err;
  const std::vector<json> answers = JsonLines(ran);
  ASSERT_GE(answers.size(), 2U);
  for (const json& answer : answers) {
    EXPECT_EQ(Keys(answer), (std::vector<std::string>{"consumed", "engine", "error", "graph",
                                                      "input", "trace", "verdict"}));
    EXPECT_EQ(answer["verdict"], "accept");
    EXPECT_EQ(answer["graph"], json::parse(R"({"root": 0, "nodes": [["int", "1"]]})"));
    EXPECT_TRUE(answer["error"].is_null());
  }
  EXPECT_EQ(answers[0]["engine"], "pickleproof");
  EXPECT_EQ(answers[0]["consumed"], 5);
}

TEST(Load, TakesRepeatedOptionsInAnyPlace) {
  const ScratchFolder folder;
  const std::string file = folder.Write("one.pkl", kOne);
  const Ran ran = RunProgram({"load", "--engine", "pickleproof", "--hex", "4e2e", file, "--hex",
                              "892e", "--engine", "pickleproof/pickle.py", "--json"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  std::vector<std::string> inputs;
  for (const json& answer : JsonLines(ran)) inputs.push_back(answer["input"]);
  EXPECT_EQ(inputs,
            (std::vector<std::string>{file, file, "hex:4e2e", "hex:4e2e", "hex:892e", "hex:892e"}));
}

TEST(Load, WhatIsNoPickleIsAnOrdinaryOutcome) {
  const Ran ran = RunProgram({"load", "--json", "--engine", "pickleproof", "-"}, "N\xff is none");
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  const std::vector<json> answers = JsonLines(ran);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0]["verdict"], "reject");
  EXPECT_TRUE(answers[0]["graph"].is_null());
  EXPECT_EQ(answers[0]["error"]["category"], "unknown-opcode");
  EXPECT_EQ(answers[0]["error"]["offset"], 1);
}

TEST(Load, ShowsWhatAHostilePickleWouldRunAlsoWhereItIsRejected) {
  // os.system('ls'), then a byte that is no opcode.
  const Ran ran =
      RunProgram({"load", "--json", "--engine", "pickleproof", "-"}, "cos\nsystem\n(S'ls'\ntR\xff");
  const std::vector<json> answers = JsonLines(ran);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0]["verdict"], "reject");
  EXPECT_EQ(answers[0]["trace"],
            json::parse(R"([["global", "os system"], ["call", "os system"]])"));
}

TEST(Load, OfAFolderReadsEveryFileBelowItInOrder) {
  const ScratchFolder folder;
  folder.Write("in/b.pkl", kOne);
  folder.Write("in/a/deep.pkl", kOne);
  folder.Write("in/a/empty.pkl", "");
  fs::create_symlink("loop", folder / "in/loop");
  const Ran ran = RunProgram({"load", "--json", "--engine", "pickleproof", folder / "in"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  const std::vector<json> answers = JsonLines(ran);
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[0]["input"], folder / "in/a/deep.pkl");
  EXPECT_EQ(answers[1]["verdict"], "reject");
  EXPECT_EQ(answers[2]["input"], folder / "in/b.pkl");
}

TEST(DisAsm, GiveTheSameBytesBack) {
  const ScratchFolder folder;
  ASSERT_EQ(RunProgram({"gen", "--graphs", "30", "-o", folder / "graphs"}).status, 0);
  std::vector<std::string> files;
  for (const auto& file : fs::directory_iterator(folder / "graphs")) files.push_back(file.path());
  ASSERT_GT(files.size(), 20U);
  files.push_back(folder.Write("damaged.pkl", "\x80\x04]\x8c\x09short"));
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    for (const char* form : {"--plain", ""}) {
      std::vector<std::string> arguments{"dis", file};
      if (*form != '\0') arguments.emplace_back(form);
      const Ran text = RunProgram(arguments);
      EXPECT_EQ(text.status, 0) << text.err;
      const Ran bytes = RunProgram({"asm", "-"}, text.out);
      EXPECT_EQ(bytes.status, 0) << bytes.err;
      EXPECT_EQ(bytes.out, ReadFile(file)) << text.out;
    }
  }
  const Ran listing = RunProgram({"dis", "--json", folder / "graphs"});
  EXPECT_EQ(listing.status, 0);
  EXPECT_EQ(JsonLines(listing).size(), files.size() - 1);
}

// What our engine reads from each file of a folder, by the name below the folder.
std::map<std::string, json> GraphsBelow(const std::string& folder) {
  std::map<std::string, json> graphs;
  for (const json& answer :
       JsonLines(RunProgram({"load", "--json", "--engine", "pickleproof", folder}))) {
    EXPECT_EQ(answer["verdict"], "accept") << answer;
    const fs::path input = answer["input"].get<std::string>();
    graphs[input.lexically_relative(folder).string()] = answer["graph"];
  }
  return graphs;
}

TEST(Dump, OfAFolderKeepsNamesAndMeaning) {
  const ScratchFolder folder;
  ASSERT_EQ(RunProgram({"gen", "--graphs", "20", "-o", folder / "in/first"}).status, 0);
  ASSERT_EQ(
      RunProgram({"gen", "--graphs", "20", "--first", "20", "-o", folder / "in/second"}).status, 0);
  const std::map<std::string, json> before = GraphsBelow(folder / "in");
  ASSERT_GT(before.size(), 30U);
  for (const char* policy : {"_pickle", "marks", "memo-from-1"}) {
    SCOPED_TRACE(policy);
    const std::string out = folder / policy;
    const Ran ran = RunProgram({"dump", folder / "in", "-o", out, "--policy", policy});
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_EQ(GraphsBelow(out), before);
  }
  EXPECT_NE(ReadFile(folder / "marks/first/1-0.pkl"), "");
}

TEST(Dump, WritesOneFileToStandardOutputOrIntoAFolder) {
  const ScratchFolder folder;
  const Ran ran = RunProgram({"dump", "--protocol", "0", "-"}, kOne);
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out, "I1\n.");
  fs::create_directory(folder / "out");
  const std::string file = folder.Write("one.pkl", kOne);
  EXPECT_EQ(RunProgram({"dump", "--protocol", "2", file, "-o", folder / "out"}).status, 0);
  EXPECT_EQ(ReadFile(folder / "out/one.pkl"), "\x80\x02K\x01.");
}

TEST(Dump, NamesAnInputThatCannotBeReadAndGoesOn) {
  const ScratchFolder folder;
  folder.Write("in/a.pkl", "no pickle");
  folder.Write("in/b.pkl", kOne);
  const Ran ran = RunProgram({"dump", folder / "in", "-o", folder / "out"});
  EXPECT_EQ(ran.status, 1);
  ASSERT_EQ(Lines(ran.err).size(), 1U);
  EXPECT_NE(ran.err.find("a.pkl: "), std::string::npos) << ran.err;
  EXPECT_EQ(ReadFile(folder / "out/b.pkl"), kOne);
}

TEST(Gen, GivesTheSameGraphsForTheSameSeed) {
  const std::vector<std::string> arguments{"gen", "--graphs", "40", "--seed", "7"};
  const Ran first = RunProgram(arguments);
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(Lines(first.out).size(), 40U);
  EXPECT_EQ(RunProgram(arguments).out, first.out);
  EXPECT_NE(RunProgram({"gen", "--graphs", "40", "--seed", "8"}).out, first.out);
  const Ran tail = RunProgram({"gen", "--graphs", "10", "--first", "30", "--seed", "7"});
  EXPECT_TRUE(first.out.ends_with(tail.out));
}

TEST(Gen, PrintsNodeTables) {
  const Ran ran = RunProgram({"gen", "--graphs", "40", "--json"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  const std::vector<json> graphs = JsonLines(ran);
  ASSERT_EQ(graphs.size(), 40U);
  for (size_t i = 0; i < graphs.size(); ++i) {
    EXPECT_EQ(Keys(graphs[i]), (std::vector<std::string>{"graph", "index", "seed"}));
    EXPECT_EQ(graphs[i]["index"], i);
    EXPECT_TRUE(graphs[i]["graph"]["nodes"].is_array());
  }
}

TEST(Engines, AreListedAndPassTheSmokeTest) {
  const Ran ran = RunProgram({"engines", "--json"});
  EXPECT_EQ(ran.status, 0) << ran.out;
  const std::vector<json> engines = JsonLines(ran);
  ASSERT_GE(engines.size(), 3U);
  EXPECT_EQ(engines[0]["id"], "pickleproof");
  for (const json& engine : engines) EXPECT_EQ(engine["smoke"], "ok") << engine;
}

TEST(Cross, PrintsACellForEachWriterAndReader) {
  const Ran ran = RunProgram({"cross", "--graphs", "5", "--jobs", "1", "--json"});
  EXPECT_TRUE(ran.status == 0 || ran.status == 1) << ran.status << ran.err;
  std::map<std::string, size_t> kinds;
  for (const json& line : JsonLines(ran)) ++kinds[line["kind"].get<std::string>()];
  EXPECT_GT(kinds["cell"], 0U);
}

TEST(Cross, ComparesGivenPicklesAlone) {
  const Ran ran = RunProgram({"cross", "--hex", "4b012e", "--jobs", "1", "--json"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  const std::vector<json> lines = JsonLines(ran);
  size_t pairs = 0;
  for (const json& line : lines) {
    EXPECT_EQ(line["group"], "given") << line;
    pairs += line["kind"] == "pair" ? 1 : 0;
  }
  EXPECT_GT(pairs, 0U);
}

TEST(Requirements, HoldOnTheEmbeddedInterpreter) {
  const Ran ran =
      RunProgram({"requirements", "--interpreter", fs::canonical(PICKLEPROOF_PYTHON_PROGRAM)});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  const std::vector<std::string> lines = Lines(ran.out);
  ASSERT_GT(lines.size(), 200U);
  EXPECT_TRUE(lines.back().starts_with("193 requirements: ")) << lines.back();
  EXPECT_NE(ran.out.find("\nContradicted by behaviour\n"), std::string::npos);
}

TEST(Requirements, JsonHasTheseKeysAndNoOther) {
  const Ran ran =
      RunProgram({"requirements", "--interpreter", fs::canonical(PICKLEPROOF_PYTHON_PROGRAM),
                  "--requirement", "13", "--requirement", "3", "--json"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  const std::vector<json> lines = JsonLines(ran);
  ASSERT_EQ(lines.size(), 2U);
  for (const json& line : lines) {
    EXPECT_EQ(Keys(line),
              (std::vector<std::string>{"contradicted", "detail", "interpreter", "path", "phrase",
                                        "requirement", "seed", "sentence", "source", "verdict"}));
  }
  EXPECT_EQ(lines[0]["verdict"], "elsewhere");
  EXPECT_EQ(lines[1]["verdict"], "holds");
}

TEST(Requirements, ACheckThatFailsGivesStatusOne) {
  const ScratchFolder folder;
  const std::string checks = folder.Write("planted.py",
                                          "from requirements.registry import requirement\n"
                                          "@requirement(7, 'Lists keep their order.', 'nowhere')\n"
                                          "def _():\n    assert [1, 2] == [2, 1], 'planted'\n");
  const std::vector<std::string> arguments = {"requirements", "--interpreter",
                                              fs::canonical(PICKLEPROOF_PYTHON_PROGRAM), "--checks",
                                              checks};
  const Ran ran = RunProgram(arguments);
  EXPECT_EQ(ran.status, 1) << ran.err;
  EXPECT_NE(ran.out.find("R7    X Lists keep their order."), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("fails: AssertionError: planted"), std::string::npos) << ran.out;
  folder.Write("planted.py", "no Python");
  EXPECT_EQ(RunProgram(arguments).status, 2);
}

TEST(Report, WritesTheRecordAndThePage) {
  const ScratchFolder folder;
  const Ran ran = RunProgram({"report", "--graphs", "1", "--sources", "1", "--interpreters",
                              "embedded", "--table-row", "1", "--table-interpreter", "3",
                              "--requirement", "13", "-o", folder / "deep/out"});
  EXPECT_TRUE(ran.status == 0 || ran.status == 1) << ran.status << ran.err;
  const json record = json::parse(ReadFile(folder / "deep/out/run.json"), nullptr, false);
  ASSERT_TRUE(record.is_object());
  const json& sheet = record.at("sheets").at(0);
  EXPECT_EQ(sheet.at("name"), "picklability");
  ASSERT_EQ(sheet.at("rows").size(), 1U);
  EXPECT_EQ(sheet.at("rows").at(0).at("cells").at(0).at("text"), "V");
  const json& requirements = record.at("sheets").at(1);
  EXPECT_EQ(requirements.at("name"), "requirements");
  EXPECT_EQ(requirements.at("rows").at(0).at("id"), "R13");
  EXPECT_EQ(requirements.at("rows").at(0).at("cells").at(0).at("text"), "holds");
  EXPECT_NE(ReadFile(folder / "deep/out/index.html").find("</html>"), std::string::npos);
}

TEST(Report, DrawsARecordAgainWithoutRunningAnything) {
  const ScratchFolder folder;
  const Ran ran =
      RunProgram({"report", "--graphs", "1", "--sources", "1", "--interpreters", "embedded",
                  "--table-row", "68", "--no-requirements", "-o", folder / "first"});
  const Ran again =
      RunProgram({"report", "--from", folder / "first/run.json", "-o", folder / "second"});
  EXPECT_EQ(again.status, ran.status);
  for (const char* name : {"run.json", "index.html", "junit.xml", "summary.md"}) {
    SCOPED_TRACE(name);
    const std::string first = ReadFile(folder / (std::string("first/") + name));
    EXPECT_FALSE(first.empty());
    EXPECT_EQ(ReadFile(folder / (std::string("second/") + name)), first);
  }
}

TEST(Table, JsonHasALinePerRowPicklerProtocolAndInterpreter) {
  const Ran ran = RunProgram(
      {"table", "--json", "--row", "1", "--row", "65", "--pickler", "pickle", "--pickler", "dill"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  const std::vector<json> lines = JsonLines(ran);
  std::set<std::string> interpreters;
  for (const json& line : lines) {
    EXPECT_EQ(Keys(line),
              (std::vector<std::string>{"cases", "expected", "interpreter", "kind", "path",
                                        "pickler", "protocol", "row", "treatment", "verdict"}));
    interpreters.insert(line["interpreter"]);
    EXPECT_TRUE(line["pickler"] == "pickle" || line["pickler"] == "dill") << line;
    EXPECT_TRUE(line["treatment"] == "V" || line["verdict"] == "unavailable") << line;
  }
  EXPECT_EQ(lines.size(), size_t{24} * interpreters.size());
}

TEST(Table, OnePicklerAloneAsText) {
  const Ran ran = RunProgram({"table", "--pickler", "pickle.py", "--row", "67"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("row kind"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find(" 67 __reduce_ex__ = None"), std::string::npos) << ran.out;
  EXPECT_EQ(ran.out.find("cloudpickle"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find(" 0 deviate,"), std::string::npos) << ran.out;
}

TEST(Report, RefusesARecordThatIsNone) {
  const Ran ran = RunProgram({"report", "--from", PICKLEPROOF_SOURCE_DIR "/README.md"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.err.find("README.md"), std::string::npos) << ran.err;
  EXPECT_EQ(RunProgram({"report", "--from", "/nowhere/run.json"}).status, 2);
}

}  // namespace
}  // namespace pickleproof
