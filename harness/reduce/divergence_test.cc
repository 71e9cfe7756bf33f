#include "harness/reduce/divergence.h"

#include <set>

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

TEST(DivergenceSignature, IsTheSameAfterItsText) {
  const DivergenceSignature signatures[] = {
      {"_pickle", "pickle.py", DivergenceClass::kVerdict, "accept|ValueError", "INT"},
      {"_pickle/loads", "_pickle/load", DivergenceClass::kValue, "", "frame-end/fixed"},
      {"pickletools", "_pickle", DivergenceClass::kStaticRefusal, "dis:stack", "STOP"},
      {"_pickle", "", DivergenceClass::kCrash, "", ""},
  };
  for (const DivergenceSignature& signature : signatures) {
    const auto again = ParseDivergenceSignature(ToText(signature));
    ASSERT_TRUE(again) << ToText(signature);
    EXPECT_EQ(*again, signature);
  }
}

// Databases and file names depend on these.
TEST(DivergenceSignature, TextAndIdAreStable) {
  const DivergenceSignature signature = {"_pickle", "pickle.py", DivergenceClass::kValue, "",
                                         "INT"};
  EXPECT_EQ(ToText(signature), "_pickle pickle.py value - INT");
  EXPECT_EQ(Id(signature), "8e66432dfb31");
}

TEST(DivergenceSignature, OtherPartsGiveOtherIds) {
  std::set<std::string> ids;
  for (const char* left : {"_pickle", "pickleproof"}) {
    for (const char* opcode : {"INT", "LONG", ""}) {
      for (const auto what : {DivergenceClass::kValue, DivergenceClass::kTrace}) {
        ids.insert(Id({left, "pickle.py", what, "", opcode}));
      }
    }
  }
  EXPECT_EQ(ids.size(), 12U);
}

TEST(DivergenceSignature, OtherTextIsRefused) {
  for (const char* text : {"", "a b", "a b odd - INT", "a b value - INT more"}) {
    EXPECT_FALSE(ParseDivergenceSignature(text)) << text;
  }
}

TEST(DivergenceClass, EveryNameLeadsBack) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kDivergenceClassCount; ++i) {
    const auto what = static_cast<DivergenceClass>(i);
    EXPECT_EQ(DivergenceClassOf(Name(what)), what);
    names.insert(Name(what));
  }
  EXPECT_EQ(names.size(), kDivergenceClassCount);
  EXPECT_EQ(Name(DivergenceClass::kError), "error");
}

TEST(Sentence, SaysWhoSaysWhatWhereAndWhy) {
  Divergence divergence;
  divergence.signature = {"_pickle", "pickle.py", DivergenceClass::kValue, "", "INT"};
  divergence.left_says = "accept 8";
  divergence.right_says = "reject ValueError";
  EXPECT_EQ(Sentence(divergence), "_pickle: accept 8; pickle.py: reject ValueError (at INT)");
  divergence.known = DivergenceReason{"octal", "strtol reads octal", ""};
  EXPECT_EQ(Sentence(divergence),
            "_pickle: accept 8; pickle.py: reject ValueError (at INT). strtol reads octal");
}

}  // namespace
}  // namespace pickleproof
