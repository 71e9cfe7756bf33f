#include "harness/pickle/static_view.h"

#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/bytes.h"
#include "harness/pickle/argument_text.h"

namespace pickleproof {
namespace {

std::string Hex(std::string_view hex) { return FromHex(hex).value(); }

// "" where dis() accepts, else the category, the exception and the offset.
std::string Said(const StaticView& view) {
  if (!view.first_error) return "";
  return std::string(Name(view.first_error->code)) + " " + view.first_error->exception + " " +
         std::to_string(view.first_error->offset);
}

struct Row {
  const char* name;
  std::string bytes;
  const char* said;  // as Said
};

void Check(std::span<const Row> rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const StaticView view = StaticViewOf(row.bytes);
    EXPECT_EQ(Said(view), row.said);
    EXPECT_EQ(view.well_formed, std::string_view(row.said).empty());
  }
}

// Every row was put to pickletools.dis() of CPython 3.11.7.
TEST(StaticView, JudgesStackAndMarksAsPickletools) {
  const Row rows[] = {
      {"None", "N.", ""},
      {"nothing at all", "", "truncated ValueError 0"},
      {"no STOP", "N", "truncated ValueError 1"},
      {"unknown opcode", "N\xff.", "unknown-opcode ValueError 1"},
      {"trailing bytes are not read", "N.\xff", ""},
      {"STOP on an empty stack", ".", "stack ValueError 0"},
      {"a value left after STOP", "NN.", "stack ValueError 2"},
      {"a mark left after STOP", "(N.", "stack ValueError 2"},
      {"STOP takes a mark for a value", "(.", ""},
      {"no mark", "t.", "mark ValueError 0"},
      {"no mark for POP_MARK", "N1.", "mark ValueError 1"},
      {"POP takes a mark off", "(0N.", ""},
      {"POP of a value", "NN0.", ""},
      {"POP of nothing", "0N.", "stack ValueError 0"},
      {"TUPLE1 takes a mark for a value", "(\x85.", ""},
      {"a mark that TUPLE1 took is missed", "(\x85t.", "mark IndexError 2"},
      {"a lower mark serves for one that was taken", "((\x85t.", ""},
      {"DUP makes two values of a mark", "(2t.", "mark IndexError 2"},
      {"APPENDS needs a list below the mark", "(Ne.", "stack ValueError 2"},
      {"APPENDS", "](Ne.", ""},
      {"types are not judged", "N(Ne.", ""},
      {"OBJ does not need its class", "(o.", ""},
      {"REDUCE pops two", "NR.", "stack ValueError 1"},
      {"STACK_GLOBAL pops two", "N\x93.", "stack ValueError 1"},
      {"NEWOBJ_EX pops three", "NN\x92.", "stack ValueError 2"},
      {"SETITEM pops three", "}NNs.", ""},
      {"odd items of a dict are not judged", "(Nd.", ""},
      {"the first error counts", "t\xff", "mark ValueError 0"},
      {"PROTO may stand anywhere and say anything", "N\x80\xff.", ""},
      {"a frame may say anything", Hex("95ffffffffffffffff") + "N.", ""},
  };
  Check(rows);
}

TEST(StaticView, JudgesTheMemoAsPickletools) {
  const Row rows[] = {
      {"put and get",
       "Nq\x01"
       "0h\x01.",
       ""},
      {"get of nothing", "h\x01.", "memo ValueError 0"},
      {"a key can't be set twice", Hex("4e71017101") + ".", "memo ValueError 3"},
      {"text and binary keys are the same keys", Hex("4e7101") + "p1\n.", "memo ValueError 3"},
      {"00 is False, which is 0", "Np00\ng0\n\x86.", ""},
      {"zeros, signs and underscores do not matter", "Np0_7\n0g+7\n.", ""},
      {"a key below 0", "Np-1\n0g-1\n.", ""},
      {"a key beyond 2**64", "Np18446744073709551616\n0g018446744073709551616\n.", ""},
      {"a key beyond 2**64 that was never set", "g18446744073709551616\n.", "memo ValueError 0"},
      {"MEMOIZE counts entries",
       "N\x94"
       "0Np-5\n0N\x94"
       "0h\x02.",
       ""},
      {"MEMOIZE of a taken key", "Nq\x01\x94.", "memo ValueError 3"},
      {"put with an empty stack", "q\x01N.", "stack ValueError 0"},
      {"MEMOIZE with an empty stack", "\x94N.", "stack ValueError 0"},
      {"put of a mark", "(q\x01.", "mark ValueError 1"},
      {"a value after a mark can be put", "(Nq\x01t.", ""},
  };
  Check(rows);
}

TEST(StaticView, JudgesArgumentsAsPickletools) {
  const std::string digits = std::string(4300, '1');
  const Row rows[] = {
      {"INT", "I-5\n.", ""},
      {"INT in a roundabout way", "I \t+0_7\r\n.", ""},
      {"INT of a bool", "I01\n.", ""},
      {"INT of nothing", "I\n.", "bad-argument ValueError 0"},
      {"INT in hex", "I0x10\n.", "bad-argument ValueError 0"},
      {"INT with L", "I7L\n.", "bad-argument ValueError 0"},
      {"INT with a NUL", std::string("I7\0\n.", 5), "bad-argument ValueError 0"},
      {"INT with two underscores", "I1__0\n.", "bad-argument ValueError 0"},
      {"INT of 4300 digits", "I" + digits + "\n.", ""},
      {"INT of 4301 digits", "I0" + digits + "\n.", "bad-argument ValueError 0"},
      {"LONG", "L7L\n.", ""},
      {"LONG without L", "L7\n.", ""},
      {"LONG of L alone", "LL\n.", "bad-argument ValueError 0"},
      {"LONG with a space behind L", "L7L \n.", "bad-argument ValueError 0"},
      {"LONG with a space before L", "L7 L\n.", ""},
      {"PUT of no int", "Npx\n.", "bad-argument ValueError 1"},
      {"FLOAT", "F1.5\n.", ""},
      {"FLOAT too large", "F1e400\n.", ""},
      {"FLOAT in words", "F -Infinity \n.", ""},
      {"FLOAT with an underscore", "F1_0.5\n.", ""},
      {"FLOAT with a misplaced one", "F1_.5\n.", "bad-argument ValueError 0"},
      {"FLOAT of nothing", "F\n.", "bad-argument ValueError 0"},
      {"FLOAT in hex", "F0x1p3\n.", "bad-argument ValueError 0"},
      {"STRING", "S'a\\n\\x41\\101'\n.", ""},
      {"STRING without quotes", "Sabc\n.", "bad-argument ValueError 0"},
      {"STRING with different quotes", "S'a\"\n.", "bad-argument ValueError 0"},
      {"STRING of one quote", "S'\n.", ""},
      {"STRING with a bad escape", "S'\\x4'\n.", "bad-argument ValueError 0"},
      {"STRING that ends in a backslash", "S'\\'\n.", "bad-argument ValueError 0"},
      {"STRING beyond ASCII", "S'\\xff'\n.", "bad-encoding UnicodeDecodeError 0"},
      {"STRING with an octal escape modulo 256", "S'\\501'\n.", ""},
      {"UNICODE", "V\\u0041\xff\n.", ""},
      {"UNICODE with a short escape", "V\\u004\n.", "bad-encoding UnicodeDecodeError 0"},
      {"UNICODE with an escaped backslash", "V\\\\u004\n.", ""},
      {"UNICODE too high", "V\\U00110000\n.", "bad-encoding UnicodeDecodeError 0"},
      {"UNICODE of a surrogate", "V\\ud800\n.", ""},
      {"BINUNICODE that is not UTF-8", Hex("5801000000ff") + ".",
       "bad-encoding UnicodeDecodeError 0"},
      {"SHORT_BINUNICODE of a surrogate", Hex("8c03eda080") + ".", ""},
      {"BINSTRING is latin-1", Hex("5401000000ff") + ".", ""},
      {"GLOBAL beyond ASCII", "c\xc3\xa9\nx\n.", "bad-encoding UnicodeDecodeError 0"},
      {"escapes in GLOBAL are undone", "c\\x41\nx\n.", ""},
      {"GLOBAL with a bad escape", "cos\nx\\\n.", "bad-argument ValueError 0"},
      {"the first line of GLOBAL is judged before the second is missed", "c\xff\nx",
       "bad-encoding UnicodeDecodeError 0"},
      {"the second line of GLOBAL is missing", "cos\nx", "truncated ValueError 0"},
      {"PERSID beyond ASCII", "P\xff\n.", "bad-encoding UnicodeDecodeError 0"},
      {"LONG1 with superfluous sign bytes", Hex("8a020500") + ".", ""},
      {"BINSTRING of negative length", Hex("54ffffffff") + ".", "bad-argument ValueError 0"},
  };
  Check(rows);
}

// dis() prints arguments, and str() refuses ints of more than 4300 digits; genops() does not.
TEST(StaticView, Long4OfMoreThan4300DigitsDecodesButCannotBePrinted) {
  const std::string limit = "1" + std::string(4300, '0');  // 10**4300
  for (const bool negative : {false, true}) {
    const std::string sign = negative ? "-" : "";
    struct {
      std::string decimal;
      bool well_formed;
    } const rows[] = {{sign + std::string(4300, '9'), true}, {sign + limit, false}};
    for (const auto& row : rows) {
      const std::string size = Hex("8bfa060000");
      std::string bytes = size + MinimalOf(row.decimal);
      ASSERT_EQ(bytes.size(), size.size() + 1786);
      const StaticView view = StaticViewOf(bytes + ".");
      EXPECT_EQ(view.well_formed, row.well_formed);
      EXPECT_TRUE(view.decodes);
    }
  }
  const StaticView huge = StaticViewOf(Hex("8b00080000") + std::string(2048, '\x01') + ".");
  EXPECT_FALSE(huge.well_formed);
  EXPECT_EQ(Said(huge), "bad-argument ValueError 0");
  const StaticView padded = StaticViewOf(Hex("8b00080000") + std::string(2048, '\0') + ".");
  EXPECT_TRUE(padded.well_formed);
}

TEST(StaticView, DecodesWhereOnlyStackOrMemoAreWrong) {
  EXPECT_TRUE(StaticViewOf("t.").decodes);
  EXPECT_TRUE(StaticViewOf("h\x01.").decodes);
  EXPECT_FALSE(StaticViewOf("Ix\n.").decodes);
  EXPECT_FALSE(StaticViewOf("t").decodes);
}

TEST(StaticView, FindsGlobals) {
  using Globals = std::vector<StaticGlobal>;
  EXPECT_EQ(StaticViewOf("cos\nsystem\n.").globals, (Globals{{0, "os", "system"}}));
  EXPECT_EQ(StaticViewOf("(imod\nC\n.").globals, (Globals{{1, "mod", "C"}}));
  EXPECT_EQ(StaticViewOf("\x8c\x02os\x8c\x06system\x93.").globals, (Globals{{12, "os", "system"}}));
  EXPECT_EQ(StaticViewOf("S'os'\nU\x01x\x93.").globals, (Globals{{9, "os", "x"}}));
}

TEST(StaticView, ShowsGlobalsWithoutTheirEscapes) {
  const StaticView view = StaticViewOf("co\\x73\ns\\171stem\n0(im\nC\\n\n.");
  EXPECT_EQ(view.globals[0], (StaticGlobal{0, "o\\x73", "s\\171stem"}));
  EXPECT_EQ(view.shown_globals, (std::vector<std::string>{"os system", "m C\n"}));
  // Strings of their own have been read as strings by everybody.
  EXPECT_EQ(StaticViewOf("S'o\\\\x73'\nU\x01x\x93.").shown_globals,
            std::vector<std::string>{"o\\x73 x"});
}

TEST(StaticView, FollowsStringsOfStackGlobalThroughMemoAndDup) {
  const std::string by_memo = std::string(
                                  "\x8c\x02os\x94"
                                  "0\x8c\x06system\x94"
                                  "0h") +
                              '\0' + "h\x01\x93.";
  const StaticView view = StaticViewOf(by_memo);
  EXPECT_TRUE(view.well_formed);
  ASSERT_EQ(view.globals.size(), 1U);
  EXPECT_EQ(view.globals[0].module, "os");
  EXPECT_EQ(view.globals[0].name, "system");
  EXPECT_EQ(StaticViewOf("V\\u0061\n2\x93.").globals, (std::vector<StaticGlobal>{{9, "a", "a"}}));
  const StaticView unknown = StaticViewOf("NN\x93.");
  EXPECT_EQ(unknown.globals.size(), 0U);
  EXPECT_EQ(unknown.unknown_globals, 1U);
}

TEST(StaticView, FindsGlobalsBehindErrors) {
  const StaticView view = StaticViewOf("tcos\nsystem\n.");
  EXPECT_FALSE(view.well_formed);
  EXPECT_EQ(view.globals.size(), 1U);
  EXPECT_EQ(view.stop_offset, 12U);
}

TEST(StaticView, KnowsTheHighestProtocolAndStop) {
  EXPECT_EQ(StaticViewOf("N.").highest_protocol, 0);
  EXPECT_EQ(StaticViewOf("\x80\x05N.").highest_protocol, 2);
  EXPECT_EQ(StaticViewOf("\x97.").highest_protocol, 5);
  EXPECT_EQ(StaticViewOf("N.\x97").highest_protocol, 0);
  EXPECT_EQ(StaticViewOf("").highest_protocol, -1);
  EXPECT_EQ(StaticViewOf("N..").stop_offset, 1U);
  EXPECT_EQ(StaticViewOf("N").stop_offset, kNoOffset);
}

}  // namespace
}  // namespace pickleproof
