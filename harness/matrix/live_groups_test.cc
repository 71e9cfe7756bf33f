#include "harness/matrix/live_groups.h"

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

TEST(LivePython, IsNamedByItsVersionAndReleases) {
  LivePython python;
  python.minor = 9;
  EXPECT_EQ(python.Name(), "3.9");
  python.libraries = Libraries::kOldest;
  EXPECT_EQ(python.Name(), "3.9-oldest");
}

TEST(LiveGroups, WhatCanNotBeAskedIsAnEngineWithTheReason) {
  LivePython python;
  python.python = "/nowhere/python";
  python.unavailable = "no network";
  RunRecord record;
  const LiveGroups groups(python, "/nowhere", "3.9-oldest", {kPlainGroup, kDillGroup}, record);
  EXPECT_TRUE(groups.all().empty());
  EXPECT_EQ(groups.Of(kPlainGroup), nullptr);
  EXPECT_EQ(groups.ReleaseFor("dill"), Release());
  ASSERT_EQ(record.engines.size(), 2U);
  EXPECT_EQ(record.engines[0].id, "live/3.9-oldest/plain");
  EXPECT_EQ(record.engines[1].id, "live/3.9-oldest/dill");
  for (const EngineEntry& engine : record.engines) {
    EXPECT_FALSE(engine.smoke_ok);
    EXPECT_EQ(engine.smoke_reason, "unavailable: no network");
  }
}

TEST(LiveGroups, StreamsOfDillAloneAreReadWhereDillIs) {
  for (const char* writer : {"dill", "dill-recurse", "dill-byref"}) {
    EXPECT_EQ(ReadingGroup(writer), kDillGroup);
  }
  for (const char* writer : {"_pickle", "pickle.py", "cloudpickle", "pickleproof"}) {
    EXPECT_EQ(ReadingGroup(writer), kPlainGroup);
  }
}

}  // namespace
}  // namespace pickleproof
