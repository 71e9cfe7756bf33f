#include "oracles/known_difference.h"

#include <set>

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

const KnownDifference* ExplainFloats(uint64_t written, uint64_t read, int protocol) {
  Graph left, right;
  left.set_root(left.FloatFromBits(written));
  right.set_root(right.FloatFromBits(read));
  const auto difference = FirstDifference(left, right);
  if (!difference) return nullptr;
  const Comparison comparison = {Agreement::kDiffer, "value", difference->path, difference->left,
                                 difference->right};
  Disagreement disagreement;
  disagreement.protocol = protocol;
  disagreement.left_graph = &left;
  disagreement.right_graph = &right;
  disagreement.comparison = &comparison;
  return Explain(disagreement);
}

TEST(KnownDifferences, ANanLosesItsBitsAtProtocol0Only) {
  constexpr uint64_t kNan = 0x7ff8000000000000, kOther = 0xfff8000000000001;
  ASSERT_NE(ExplainFloats(kOther, kNan, 0), nullptr);
  EXPECT_EQ(ExplainFloats(kOther, kNan, 0)->name, "nan-as-text");
  EXPECT_EQ(ExplainFloats(kOther, kNan, 1), nullptr);
  EXPECT_EQ(ExplainFloats(kOther, 0x3ff0000000000000, 0), nullptr) << "1.0 is no NaN";
  EXPECT_EQ(ExplainFloats(0x3ff0000000000000, kNan, 0), nullptr);
}

TEST(KnownDifferences, HaveUniqueNamesAndReasonsInProse) {
  std::set<std::string_view> names;
  for (const KnownDifference& known : AllKnownDifferences()) {
    EXPECT_TRUE(names.insert(known.name).second) << known.name;
    EXPECT_GT(known.reason.size(), 40U) << known.name;
  }
}

}  // namespace
}  // namespace pickleproof
