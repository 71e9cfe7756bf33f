#include "corpus/real_pickles.h"

#include <fstream>
#include <set>

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

fs::path RealFolder() { return fs::path(PICKLEPROOF_SOURCE_DIR) / "corpus" / "real"; }

TEST(RealPickles, TheIndexAndTheFolderAgree) {
  const auto pickles = ReadRealPickles(RealFolder());
  ASSERT_TRUE(pickles) << ToString(pickles.error());
  EXPECT_GE(pickles->size(), 200U);
  std::set<std::string> listed;
  for (const RealPickle& pickle : *pickles) {
    EXPECT_TRUE(listed.insert(pickle.path).second) << pickle.path;
    EXPECT_EQ(fs::file_size(RealFolder() / pickle.path), pickle.size) << pickle.path;
    EXPECT_LE(pickle.size, 16U * 1024) << pickle.path;
    EXPECT_FALSE(pickle.what.empty()) << pickle.path;
  }
  size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(RealFolder())) {
    if (entry.path().extension() == ".pkl") ++files;
  }
  EXPECT_EQ(files, listed.size()) << "files that the index does not list";
}

TEST(RealPickles, CoverEveryProtocolAndPython2) {
  const auto pickles = ReadRealPickles(RealFolder());
  ASSERT_TRUE(pickles);
  std::set<int> protocols;
  bool python2 = false;
  bool buffers = false;
  for (const RealPickle& pickle : *pickles) {
    protocols.insert(pickle.protocol);
    python2 = python2 || pickle.writer.starts_with("CPython 2.7");
    buffers = buffers || !pickle.buffers.empty();
  }
  EXPECT_EQ(protocols, (std::set<int>{0, 1, 2, 3, 4, 5}));
  EXPECT_TRUE(python2);
  EXPECT_TRUE(buffers);
}

TEST(RealPickles, ABadLineIsNamed) {
  const fs::path folder = fs::path(testing::TempDir()) / "bad_index";
  fs::create_directories(folder);
  const auto message_of = [&](std::string_view text) {
    std::ofstream(folder / "index.tsv") << text;
    const auto pickles = ReadRealPickles(folder);
    return pickles ? std::string("accepted") : pickles.error().message;
  };
  const std::string header = "path\tsha256\tsize\tprotocol\twriter\tbuffers\twhat\n";
  EXPECT_EQ(message_of(header), "accepted");
  EXPECT_EQ(message_of(header + "a/b\t00\t1\t4\tme\t2 rw\tit\n"), "accepted");
  for (const std::string_view line :
       {"a/b\t00\t1\t4\tme\t2 r\tit\n", "a/b\t00\tx\t4\tme\t0\tit\n", "a/b\t00\t1\n"}) {
    EXPECT_NE(message_of(header + std::string(line)).find("index.tsv:2"), std::string::npos);
  }
  EXPECT_NE(message_of("other header\n").find("index.tsv:1"), std::string::npos);
}

}  // namespace
}  // namespace pickleproof
