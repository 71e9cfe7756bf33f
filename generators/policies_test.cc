#include "generators/policies.h"

#include <gtest/gtest.h>

#include <set>

namespace pickleproof {
namespace {

TEST(PolicyFromSeed, IsDeterministicAndReachesEveryAlternative) {
  std::set<int> seen;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const EncodingPolicy policy = PolicyFromSeed(seed);
    EXPECT_EQ(policy, PolicyFromSeed(seed));
    seen.insert(static_cast<int>(policy.memoize));
    seen.insert(100 + static_cast<int>(policy.memo_opcode));
    seen.insert(200 + static_cast<int>(policy.batch));
    seen.insert(300 + static_cast<int>(policy.framing));
    seen.insert(400 + static_cast<int>(policy.ints));
    seen.insert(500 + static_cast<int>(policy.floats));
    seen.insert(600 + static_cast<int>(policy.strings));
    seen.insert({policy.tuple_opcodes ? 700 : 701, policy.text_globals ? 702 : 703,
                 policy.proto_header ? 704 : 705, policy.calls ? 706 : 707,
                 policy.wide_extensions ? 708 : 709});
  }
  EXPECT_EQ(seen.size(), 2U + 4 + 4 + 3 + 5 + 2 + 3 + 10);
}

TEST(PolicyFromSeed, OftenIsTheDefaultInEachField) {
  int framing = 0;
  int batch = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    framing += PolicyFromSeed(seed).framing == EncodingPolicy().framing;
    batch += PolicyFromSeed(seed).batch_size == EncodingPolicy().batch_size;
  }
  EXPECT_GT(framing, 250);
  EXPECT_GT(batch, 250);
}

TEST(PolicyFromSeed, KeepsIdentity) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const EncodingPolicy policy = PolicyFromSeed(seed);
    EXPECT_TRUE(policy.memoize_persistent);
    EXPECT_FALSE(policy.repeat_steps);
    EXPECT_FALSE(policy.forget_escaped);
    EXPECT_FALSE(policy.forget_bytearrays);
    EXPECT_GE(policy.batch_size, 1U);
  }
}

}  // namespace
}  // namespace pickleproof
