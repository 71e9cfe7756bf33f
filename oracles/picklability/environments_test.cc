#include "oracles/picklability/environments.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "oracles/picklability/child_process.h"

namespace pickleproof {
namespace {

TEST(Environments, OfEachReleaseHaveAFolderOfTheirOwn) {
  const PythonVersion version = {3, 11, 7};
  const std::string newest = SitePackages(version);
  const std::string oldest = SitePackages(version, Libraries::kOldest);
  EXPECT_NE(newest, oldest);
  for (const std::string& folder : {newest, oldest}) {
    EXPECT_TRUE(folder.ends_with("/3.11.7/lib/python3.11/site-packages")) << folder;
  }
}

TEST(Environments, AreNotMadeForWhatCanNotBeAsked) {
  PythonProgram program;
  program.path = "/nowhere/python";
  program.unavailable = "it does not run";
  std::vector<PythonProgram> programs = {program};
  PrepareEnvironments(&programs);
  EXPECT_EQ(programs[0].environment_python, "");
  EXPECT_EQ(programs[0].environment_missing, "");
}

// Each took the other's away before it was whole, when two tests asked at a time in a new clone.
TEST(Environments, AreMadeOnceWhereSeveralAskForThem) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / "environments";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::string python = folder / "python";
  std::ofstream(python) << "#!/bin/sh\n"
                           "if [ \"$1\" = -c ]; then echo 3.99.0; exit; fi\n"
                           "echo >>"
                        << python
                        << ".made\n"
                           "mkdir -p $3/bin\n"
                           "sleep 0.2\n"
                           "ln -s /bin/true $3/bin/python\n";
  fs::permissions(python, fs::perms::owner_all);
  const std::string ask =
      fmt::format("bash {}/picklability/setup.sh {} {}", ScriptsFolder(), folder.string(), python);
  auto process = ChildProcess::Start({"bash", "-c", fmt::format("{0} & {0} & {0}; wait", ask)});
  ASSERT_TRUE(process);
  EXPECT_TRUE(process->Finish(std::chrono::seconds(60)));
  std::ifstream made(python + ".made");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(made), {}), "\n");
  EXPECT_TRUE(fs::exists(folder / "3.99.0" / "requirements.txt"));
  EXPECT_FALSE(fs::exists(folder / "3.99.0.failed"));
}

TEST(Environments, ScriptsAndTheEmbeddedInterpreterAreWhereTheyAreSaidToBe) {
  EXPECT_TRUE(std::filesystem::exists(ScriptsFolder() + "/live/server.py"));
  EXPECT_TRUE(std::filesystem::exists(ScriptsFolder() + "/picklability/setup.sh"));
  EXPECT_TRUE(std::filesystem::exists(EmbeddedPython()));
  EXPECT_EQ(ModuleFolderOf({3, 99, 0}), "");
}

}  // namespace
}  // namespace pickleproof
