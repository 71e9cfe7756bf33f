// The judges as they are built: the embedded version's at least.

#include "harness/reduce/version_judges.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/base/bytes.h"
#include "harness/python/interpreter.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;
using std::chrono_literals::operator""s;

DivergenceSignature Parsed(std::string_view text) {
  const auto signature = ParseDivergenceSignature(text);
  EXPECT_TRUE(signature) << text;
  return signature.value_or(DivergenceSignature());
}

// The answer of the embedded version.
VersionAnswer OfEmbedded(std::vector<VersionAnswer> answers) {
  const auto found = std::ranges::find(answers, EmbeddedPythonVersion(), &VersionAnswer::version);
  EXPECT_NE(found, answers.end());
  return found == answers.end() ? VersionAnswer() : std::move(*found);
}

std::string AnswerOf(const VersionAnswer& answer, std::string_view reader) {
  for (const auto& [engine, text] : answer.answers) {
    if (engine.ends_with(reader)) return text;
  }
  return "no such reader";
}

bool Has(const std::vector<std::string>& texts, const std::string& text) {
  return std::ranges::find(texts, text) != texts.end();
}

TEST(VersionJudges, AnswerForEachReaderAndTellWhatShows) {
  VersionJudges judges = VersionJudges::Start();
  const VersionAnswer answer = OfEmbedded(judges.Ask(*FromHex("493031300a2e")));
  EXPECT_EQ(AnswerOf(answer, "/_pickle/loads"), "accept 8");
  EXPECT_EQ(AnswerOf(answer, "/pickle.py/load-file"), "reject ValueError");
  EXPECT_TRUE(Has(answer.shows, "_pickle pickle.py verdict accept|ValueError INT"));
  EXPECT_TRUE(OfEmbedded(judges.Ask("N.")).shows.empty());
}

TEST(VersionJudges, AskedForASignatureTheyTellThatOneOnly) {
  VersionJudges judges = VersionJudges::Start();
  const DivergenceSignature wanted = Parsed("_pickle pickle.py verdict accept|ValueError INT");
  const VersionAnswer shown = OfEmbedded(judges.Ask("I010\n.", &wanted));
  EXPECT_EQ(shown.shows, (std::vector<std::string>{ToText(wanted)}));
  EXPECT_TRUE(OfEmbedded(judges.Ask("L010\n.", &wanted)).shows.empty());
}

// Nested tuples as a key: hashing them takes CPython's stack away, all of the 100 MB that it may
// have. Seconds for each version, so that only one is asked.
TEST(VersionJudges, WhatEndsAReaderIsAnAnswerAndTheNextRequestFindsAllAsItWas) {
  const std::string name = "judge_" + EmbeddedPythonVersion();
  const fs::path folder = testing::TempDir() + "one_judge_" + std::to_string(getpid());
  fs::create_directories(folder);
  fs::create_symlink(VersionJudges::BuiltFolder() + "/" + name, folder / name);
  VersionJudges judges = VersionJudges::Start(folder);
  fs::remove_all(folder);
  const DivergenceSignature death = Parsed("cpython-3.0/_pickle/loads - stack-overflow - -");
  const std::string deep = "})" + std::string(2'200'000, '\x85') + "Ns.";
  const VersionAnswer answer = OfEmbedded(judges.Ask(deep, &death));
  EXPECT_TRUE(AnswerOf(answer, "/_pickle/loads").starts_with("stack-overflow"))
      << AnswerOf(answer, "/_pickle/loads");
  EXPECT_EQ(answer.shows,
            (std::vector<std::string>{ToText(InVersion(death, EmbeddedPythonVersion()))}));
  EXPECT_TRUE(ShowsIn(death, {answer}).at(0).shows) << "the version in a name is the judge's own";
  EXPECT_EQ(AnswerOf(OfEmbedded(judges.Ask("N.")), "/_pickle/loads"), "accept None");
}

TEST(VersionJudges, VersionsComeInTheirOrder) {
  const std::vector<std::string> versions = VersionJudges::Start().versions();
  ASSERT_FALSE(versions.empty());
  const auto minor = [](const std::string& version) { return std::stoi(version.substr(2)); };
  EXPECT_TRUE(std::ranges::is_sorted(versions, {}, minor));
}

TEST(VersionJudges, AWrongRequestIsAnErrorAndNotTheEnd) {
  auto process =
      ChildProcess::Start({VersionJudges::BuiltFolder() + "/judge_" + EmbeddedPythonVersion()});
  ASSERT_TRUE(process);
  ASSERT_TRUE(process->ReadLine(60s));
  for (const char* request : {"{", "{}", R"({"hex": 7})", R"({"hex": "zz"})",
                              R"({"hex": "4e2e", "signature": "none"})"}) {
    SCOPED_TRACE(request);
    ASSERT_TRUE(process->Write(std::string(request) + "\n"));
    const auto line = process->ReadLine(60s);
    ASSERT_TRUE(line);
    EXPECT_TRUE(nlohmann::json::parse(*line).contains("error")) << *line;
  }
  ASSERT_TRUE(process->Write("{\"hex\": \"4e2e\"}\n"));
  EXPECT_TRUE(nlohmann::json::parse(*process->ReadLine(60s)).contains("answers"));
  EXPECT_EQ(process->Finish(60s), 0);
}

TEST(VersionJudges, OneThatDoesNotStartIsUnavailableAndSaysWhy) {
  const fs::path folder = testing::TempDir() + "judges_" + std::to_string(getpid());
  fs::create_directories(folder);
  std::ofstream(folder / "unavailable.txt") << "/there/python3.9 has no headers\n";
  std::ofstream(folder / "judge_3.8") << "#!/bin/sh\necho '{\"unavailable\": \"too old\"}'\n";
  std::ofstream(folder / "judge_3.7") << "#!/bin/sh\nexit 1\n";
  std::ofstream(folder / "judge_3.6") << "#!/bin/sh\necho '{\"version\": \"3.6\"}'; read line\n";
  for (const char* name : {"judge_3.8", "judge_3.7", "judge_3.6"}) {
    fs::permissions(folder / name, fs::perms::owner_all);
  }
  VersionJudges judges = VersionJudges::Start(folder);
  EXPECT_EQ(judges.versions(), (std::vector<std::string>{"3.6"}));
  EXPECT_EQ(judges.unavailable().size(), 3U);
  EXPECT_TRUE(judges.Ask("N.").empty());
  EXPECT_EQ(judges.unavailable().size(), 4U) << "that does not answer";
  std::string all;
  for (const std::string& line : judges.unavailable()) all += line + "\n";
  for (const char* part : {"no headers", "too old", "without an answer", "3.6 gave up"}) {
    EXPECT_NE(all.find(part), std::string::npos) << part << " in\n" << all;
  }
  fs::remove_all(folder);
  EXPECT_TRUE(VersionJudges::Start(folder).versions().empty());
}

TEST(Versions, TextNamesThoseThatShowAndThoseThatDoNot) {
  EXPECT_EQ(ToText(std::vector<VersionShow>{}), "");
  EXPECT_EQ(ToText(std::vector<VersionShow>{{"3.9", true}, {"3.10", true}}), "shows in 3.9 3.10");
  EXPECT_EQ(ToText(std::vector<VersionShow>{{"3.9", true}, {"3.12", false}}),
            "shows in 3.9; not in 3.12");
  EXPECT_EQ(ToText(std::vector<VersionShow>{{"3.12", false}}), "shows in no version of 3.12");
}

TEST(Versions, WhatEndsOurOwnProgramsHasNone) {
  EXPECT_FALSE(DependsOnVersion(Parsed("raw_vm - crash heap-use-after-free -")));
  EXPECT_TRUE(DependsOnVersion(Parsed("cpython-3.11/_pickle/loads - crash - -")));
  EXPECT_TRUE(DependsOnVersion(Parsed("_pickle pickle.py value - INT")));
  EXPECT_TRUE(ShowsIn(Parsed("raw_vm - crash - -"), {{"3.9", {}, {}}}).empty());
}

}  // namespace
}  // namespace pickleproof
