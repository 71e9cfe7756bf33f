#include "oracles/live/live_server.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "oracles/live/test_python.h"

namespace pickleproof {
namespace {

Source Simple() {
  Source source;
  source.parts.push_back({"import collections\nroot = {'d': collections.deque([1, 2])}\n", {}});
  source.probes.push_back({"list(x['d'])", {}});
  source.probes.push_back({"x['d'].append(3)", {}});
  source.probes.push_back({"len(x['d'])", {}});
  return source;
}

class LiveServerTest : public testing::Test {
 protected:
  void SetUp() override {
    const PythonProgram python = PythonForTests();
    if (python.environment_python.empty()) {
      GTEST_SKIP() << "no cloudpickle: " << python.unavailable << python.environment_missing;
    }
    auto server = LiveServer::Start("plain", {python.environment_python, ScriptsFolder(), ""});
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }
  std::optional<LiveServer> server_;
};

TEST_F(LiveServerTest, WritesAtEachProtocolAndKnowsTheAnswersOfTheOrigin) {
  const auto written = server_->Write(Simple(), {0, 2, 5});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->expected.size(), 3U);
  EXPECT_EQ(written->expected[2], "3");
  ASSERT_EQ(written->streams.size(), server_->writers().size());
  for (const auto& [writer, streams] : written->streams) {
    ASSERT_EQ(streams.size(), 3U) << writer;
    EXPECT_TRUE(streams[2].made) << writer;
    EXPECT_TRUE(streams[2].bytes.starts_with("\x80\x05")) << writer;
  }
}

TEST_F(LiveServerTest, ProbesThatChangeWhatTheyAskDoNotReachTheNextReader) {
  const Source source = Simple();
  const auto written = server_->Write(source, {4});
  ASSERT_TRUE(written);
  const std::string& bytes = written->streams[0].second[0].bytes;
  const auto read = server_->Read(source, written->expected,
                                  {{"_pickle", bytes}, {"pickle.py", bytes}, {"_pickle", bytes}});
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 3U);
  for (const LiveOutcome& outcome : *read) EXPECT_EQ(outcome.result, LiveResult::kSame);
}

TEST_F(LiveServerTest, ADifferentObjectIsFoundByItsProbes) {
  const Source source = Simple();
  const auto written = server_->Write(source, {4});
  ASSERT_TRUE(written);
  // {'d': [1, 2]}, and a dict without the key.
  const std::string list("(dS'd'\n(lI1\naI2\nas.");
  const std::string empty("(d.");
  const auto read =
      server_->Read(source, written->expected, {{"_pickle", list}, {"_pickle", empty}});
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)[0].result, LiveResult::kSame);
  ASSERT_EQ((*read)[1].differences.size(), 3U);
  EXPECT_EQ((*read)[1].differences[2].got, "raises KeyError");
}

TEST_F(LiveServerTest, AReaderThatDiesIsAnOutcomeAndTheNextOneReads) {
  const Source source = Simple();
  const auto written = server_->Write(source, {4});
  ASSERT_TRUE(written);
  const std::string dies("cos\nabort\n(tR.");
  const std::string exits("cos\n_exit\n(I3\ntR.");
  const std::string refused("c__main__\nnothing\n.");
  const std::string good("(dS'd'\n(lI1\naI2\nas.");
  const auto read = server_->Read(
      source, written->expected,
      {{"_pickle", dies}, {"_pickle", exits}, {"_pickle", refused}, {"_pickle", good}});
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)[0].result, LiveResult::kCrash);
  EXPECT_EQ((*read)[0].error, "SIGABRT");
  EXPECT_EQ((*read)[1].result, LiveResult::kCrash);
  EXPECT_EQ((*read)[2].result, LiveResult::kLoadRefused);
  EXPECT_TRUE((*read)[2].error.starts_with("AttributeError")) << (*read)[2].error;
  EXPECT_EQ((*read)[3].result, LiveResult::kSame);
}

TEST_F(LiveServerTest, MoreReadsThanFitOneRequestAreAllAnsweredInOrder) {
  const Source source = Simple();
  const auto written = server_->Write(source, {4});
  ASSERT_TRUE(written);
  const std::string good("(dS'd'\n(lI1\naI2\nas.");
  const std::string bad("(d.");
  std::vector<LiveRead> reads(60, {"_pickle", good});
  reads.push_back({"_pickle", bad});
  const auto read = server_->Read(source, written->expected, reads);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 61U);
  EXPECT_EQ(read->front().result, LiveResult::kSame);
  EXPECT_EQ(read->back().result, LiveResult::kDifferent);
}

TEST_F(LiveServerTest, ASourceThatDoesNotRunIsAnErrorWithItsException) {
  Source source = Simple();
  source.parts.push_back({"root = undefined\n", {}});
  const auto written = server_->Write(source, {4});
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find("undefined"), std::string::npos)
      << written.error().message;
  EXPECT_TRUE(server_->Write(Simple(), {4}));
}

TEST(LiveServer, KnowsTheReleaseOfItsLibrary) {
  for (const Libraries libraries : {Libraries::kOldest, Libraries::kNewest}) {
    const PythonProgram python = PythonForTests(libraries);
    if (python.environment_python.empty()) GTEST_SKIP() << python.environment_missing;
    const auto server = LiveServer::Start("dill", {python.environment_python, ScriptsFolder(), ""});
    ASSERT_TRUE(server) << server.error().message;
    const bool oldest = libraries == Libraries::kOldest;
    EXPECT_EQ(server->release() < (Release{0, 4, 0}), oldest) << server->version();
    EXPECT_GE(server->release(), (Release{0, 3, 3})) << server->version();
  }
}

TEST(LiveServer, OursNeedsANewerCloudpickleAndSaysSo) {
  const PythonProgram python = PythonForTests(Libraries::kOldest);
  if (python.environment_python.empty()) GTEST_SKIP() << python.environment_missing;
  if (ModuleFolder().empty()) return;  // builds with sanitizers leave the module out
  const auto server = LiveServer::Start(
      "pickleproof", {python.environment_python, ScriptsFolder(), ModuleFolder()});
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::kForeign);
  EXPECT_TRUE(server.error().message.contains("3.0 or later is needed")) << server.error().message;
}

}  // namespace
}  // namespace pickleproof
