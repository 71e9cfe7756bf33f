#include "oracles/picklability/environments.h"

#include <gtest/gtest.h>

#include <filesystem>

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

TEST(Environments, ScriptsAndTheEmbeddedInterpreterAreWhereTheyAreSaidToBe) {
  EXPECT_TRUE(std::filesystem::exists(ScriptsFolder() + "/live/server.py"));
  EXPECT_TRUE(std::filesystem::exists(ScriptsFolder() + "/picklability/setup.sh"));
  EXPECT_TRUE(std::filesystem::exists(EmbeddedPython()));
  EXPECT_EQ(ModuleFolderOf({3, 99, 0}), "");
}

}  // namespace
}  // namespace pickleproof
