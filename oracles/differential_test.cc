#include "oracles/differential.h"

#include <gtest/gtest.h>

#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

Comparison CompareStreams(std::string_view left, std::string_view right) {
  DifferentialOracle oracle;
  Outcome a = Load(left);
  Outcome b = Load(right);
  // The comparison is of meanings; these streams are of different lengths.
  b.consumed = a.consumed;
  return oracle.Compare(a, b, {});
}

TEST(Differential, SaysWhichKindOfDifferenceItIs) {
  struct Row {
    std::string_view left, right;
    Agreement agreement;
    std::string_view kind;
  };
  const Row rows[] = {
      {"K\x05.", "I5\n.", Agreement::kAgree, ""},
      {"K\x05.", "K\x06.", Agreement::kDiffer, "value"},
      {"]q\x05h\x05\x86.", "]]\x86.", Agreement::kDiffer, "identity"},
      {"N.", "t", Agreement::kDiffer, "verdict"},
      {"t", "0", Agreement::kBothReject, ""},
      {"cm\nC\n0t", "t", Agreement::kDiffer, "trace"},
      {"cm\nC\n0N.", "N.", Agreement::kDiffer, "trace"},
  };
  for (const Row& row : rows) {
    const Comparison comparison = CompareStreams(row.left, row.right);
    EXPECT_EQ(Name(comparison.agreement), Name(row.agreement)) << row.left << " " << row.right;
    EXPECT_EQ(comparison.kind, row.kind);
  }
}

TEST(Differential, LimitsPoisonAndMissingFeaturesAbstain) {
  DifferentialOracle oracle;
  Outcome accepted = Load("N.");
  Outcome other;
  other.verdict = Verdict::kOutOfMemory;
  EXPECT_EQ(oracle.Compare(accepted, other, {}).agreement, Agreement::kPoisoned);
  other.verdict = Verdict::kUnsupported;
  EXPECT_EQ(oracle.Compare(accepted, other, {}).agreement, Agreement::kUnsupported);
  other.verdict = Verdict::kCrash;
  EXPECT_EQ(oracle.Compare(accepted, other, {}).agreement, Agreement::kDiffer);
}

TEST(Differential, AnEndThatIsUnknownIsNotCompared) {
  DifferentialOracle oracle;
  const Outcome left = Load("N.");
  Outcome right = Load("N.");
  right.consumed = 1;
  EXPECT_EQ(oracle.Compare(left, right, {}).kind, "consumed");
  right.consumed = kNoOffset;
  EXPECT_EQ(oracle.Compare(left, right, {}).agreement, Agreement::kAgree);
}

TEST(Differential, WhatWasWrittenMustComeBack) {
  DifferentialOracle oracle;
  Graph five;
  five.set_root(five.Int(5));
  const auto kind = [&](std::string_view stream, uint64_t size) {
    return oracle.CompareWithOriginal(five, Load(stream), size, {}).kind;
  };
  EXPECT_EQ(kind("K\x05.", 3), "");
  EXPECT_EQ(kind("K\x05.", 4), "consumed");
  EXPECT_EQ(kind("K\x06.", 3), "value");
  EXPECT_EQ(kind("K\x06", 2), "verdict");
}

TEST(Differential, EnginesAreComparedOnWhatBothClaim) {
  Distinctions all, few;
  few.py2str = few.obj_from_reduce = few.atom_identity = false;
  EXPECT_EQ(MeetOf(all, all).strictness, Strictness::kAllIdentity);
  const CompareOptions meet = MeetOf(all, few);
  EXPECT_EQ(meet.strictness, Strictness::kMutableIdentity);
  EXPECT_TRUE(meet.py2str_is_bytes);
  EXPECT_TRUE(meet.merge_obj_with_reduce);
}

}  // namespace
}  // namespace pickleproof
