#include "oracles/picklability/expectation.h"

#include <gtest/gtest.h>

namespace pickleproof {
namespace {

using Texts = std::vector<std::string>;

Texts At(std::string_view text, int protocol, int minor) {
  const Result<Expectation> expectation = Expectation::Parse(text);
  EXPECT_TRUE(expectation.has_value()) << text;
  return expectation ? expectation->At(protocol, {3, minor, 0}) : Texts{"no expectation"};
}

TEST(Expectation, TheFirstClauseThatHoldsCounts) {
  constexpr std::string_view kText = "p0-1 3.10-3.12: Xl TypeError; p0-1: Xd A|B; 3.12+: R; V|VN";
  EXPECT_EQ(At(kText, 0, 8), (Texts{"Xd A", "Xd B"}));
  EXPECT_EQ(At(kText, 1, 10), Texts{"Xl TypeError"});
  EXPECT_EQ(At(kText, 1, 13), (Texts{"Xd A", "Xd B"}));
  EXPECT_EQ(At(kText, 2, 13), Texts{"R"});
  EXPECT_EQ(At(kText, 2, 11), (Texts{"V", "VN"}));
}

TEST(Expectation, WithoutAClauseThatHoldsNothingIsExpected) {
  EXPECT_EQ(At("p0: V", 1, 8), Texts());
}

TEST(Condition, TakesProtocolsAndVersionsInEveryForm) {
  struct Row {
    const char* text;
    int protocol, minor;
    bool holds;
  };
  const Row rows[] = {
      {"", 5, 8, true},           {"p2", 2, 8, true},         {"p2", 3, 8, false},
      {"p2+", 5, 8, true},        {"p2+", 1, 8, false},       {"<p2", 1, 8, true},
      {"<p2", 2, 8, false},       {"p1-3", 3, 8, true},       {"p1-3", 4, 8, false},
      {"3.12", 0, 12, true},      {"3.12", 0, 11, false},     {"3.8-3.10", 0, 10, true},
      {"3.8-3.10", 0, 11, false}, {"<3.13", 0, 12, true},     {"<3.13", 0, 13, false},
      {"3.12+ p0", 0, 13, true},  {"3.12+ p0", 1, 13, false}, {"3.12+ p0", 0, 11, false},
  };
  for (const Row& row : rows) {
    const Result<Condition> condition = Condition::Parse(row.text);
    ASSERT_TRUE(condition.has_value()) << row.text;
    EXPECT_EQ(condition->Holds(row.protocol, {3, row.minor, 0}), row.holds)
        << row.text << " at protocol " << row.protocol << ", 3." << row.minor;
  }
}

TEST(Expectation, RefusesWhatIsNoClause) {
  struct Row {
    const char *text, *message;
  };
  const Row rows[] = {
      {"W", "'W' is no treatment"},         {"", "'' is no treatment"},
      {"V|", "'' is no treatment"},         {"V|TypeError; X", "'X' is no treatment"},
      {"p9x: V", "'p9x' is neither"},       {"3.x: V", "'3.x' is neither"},
      {"p0-1-2: V", "'p0-1-2' is neither"}, {"always: V", "'always' is neither"},
  };
  for (const Row& row : rows) {
    const Result<Expectation> expectation = Expectation::Parse(row.text);
    ASSERT_FALSE(expectation.has_value()) << row.text;
    EXPECT_EQ(expectation.error().code, ErrorCode::kSyntax);
    EXPECT_NE(expectation.error().message.find(row.message), std::string::npos)
        << expectation.error().message;
  }
}

TEST(TreatmentMatches, OnlyOpenTreatmentsTakeMoreBehindThem) {
  EXPECT_TRUE(TreatmentMatches("V", "V"));
  EXPECT_TRUE(TreatmentMatches("D", "D NameError"));
  EXPECT_TRUE(TreatmentMatches("Xd", "Xd TypeError"));
  EXPECT_TRUE(TreatmentMatches("hang", "hang load"));
  EXPECT_FALSE(TreatmentMatches("V", "VN"));
  EXPECT_FALSE(TreatmentMatches("Xd TypeError", "Xd"));
  EXPECT_FALSE(TreatmentMatches("Xd Type", "Xd TypeError"));
  EXPECT_FALSE(TreatmentMatches("Xd", "Xl TypeError"));
  EXPECT_FALSE(TreatmentMatches("R", "R x"));
}

}  // namespace
}  // namespace pickleproof
