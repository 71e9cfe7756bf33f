#include "harness/base/utf8.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace pickleproof {
namespace {

TEST(WithoutSurrogates, ShowsThemAndLeavesTheRest) {
  EXPECT_EQ(WithoutSurrogates(""), "");
  EXPECT_EQ(WithoutSurrogates("m\xc3\xb6 \xf0\x9f\x98\x80 \xed\x9f\xbf \xee\x80\x80"),
            "m\xc3\xb6 \xf0\x9f\x98\x80 \xed\x9f\xbf \xee\x80\x80");
  EXPECT_EQ(WithoutSurrogates("a\xed\xa0\xbd\xed\xb8\x80z"), "a\\ud83d\\ude00z");
  EXPECT_EQ(WithoutSurrogates("\xed\xb2\x80 C"), "\\udc80 C");
}

TEST(WithoutSurrogates, IsHowErrorsNameThings) {
  EXPECT_EQ(ToString({.code = ErrorCode::kUnsupported, .message = "no module \xed\xb2\x80"}),
            "unsupported: no module \\udc80");
}

TEST(WithoutSurrogates, LeavesWhatIsNoGeneralizedUtf8) {
  EXPECT_EQ(WithoutSurrogates("a\xff"), "a\xff");
  EXPECT_EQ(WithoutSurrogates("\xed\xa0"), "\xed\xa0");
}

}  // namespace
}  // namespace pickleproof
