// Inputs a million levels deep, everything done to them on a stack on which nothing can recurse;
// and short inputs that declare to be enormous.

#include <gtest/gtest.h>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "harness/base/bytes.h"
#include "harness/graph/canonical.h"
#include "harness/graph/compare.h"
#include "harness/graph/node_table.h"
#include "harness/graph/notation.h"
#include "harness/graph/notation_parser.h"
#include "harness/pickle/assembler.h"
#include "harness/pickle/disassembler.h"
#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

constexpr size_t kDepth = 1'000'000;
constexpr size_t kStackBytes = size_t{256} << 10;

// Runs `body` on a thread with 256 KiB of stack: a quarter of a byte for each level.
void OnSmallStack(const std::function<void()>& body) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, kStackBytes), 0);
  pthread_t thread;
  const auto run = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run,
                           const_cast<std::function<void()>*>(&body)),  // NOLINT: void*, read only
            0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

std::string Times(size_t count, std::string_view text) {
  std::string all;
  all.reserve(count * text.size());
  for (size_t i = 0; i < count; ++i) all += text;
  return all;
}

using std::string_view_literals::operator""sv;

// A pickle that repeats `open`, writes one of two values in the middle, repeats `close`.
struct Shape {
  std::string_view name;
  std::string_view start, open, close, end;
  std::string_view middle = "K\1";
  std::string_view other_middle = "K\2";

  std::string Pickle(bool other = false) const {
    return std::string(start) + Times(kDepth, open) + std::string(other ? other_middle : middle) +
           Times(kDepth, close) + std::string(end) + ".";
  }
};

// GLOBAL m C under memo index 0.
constexpr std::string_view kClass =
    "cm\nC\nq\0"
    "0"sv;

constexpr Shape kShapes[] = {
    {"Lists", "", "]", "a", ""},
    {"Tuples", "", "", "\x85", ""},
    {"MarkedTuples", "", "(K\1", "t", ""},
    {"DictValues", "", "}K\1", "s", ""},
    {"DictKeys", "}", "", "\x85", "Ns"},
    {"SetMembers", "\x8f(", "", "\x85", "\x90"},
    {"FrozenSets", "", "(", "\x91", ""},
    {"States", kClass, "h\0)R"sv, "b", ""},
    {"Items", kClass, "h\0)R"sv, "a", ""},
    {"Arguments", kClass, "h\0"sv, "\x85R", ""},
    {"NewArguments", kClass, "h\0"sv, "\x85\x81", ""},
    {"Callables", "", "", ")R", "", "cm\nA\n", "cm\nB\n"},
    {"PersistentIds", "", "", "Q", ""},
};

Graph Loaded(const std::string& pickle) {
  Outcome outcome = Load(pickle);
  EXPECT_EQ(outcome.verdict, Verdict::kAccept)
      << (outcome.error ? ToString(*outcome.error) : "no error");
  return std::move(outcome.graph);
}

constexpr CompareOptions kStrict = {.strictness = Strictness::kAllIdentity};

class Deep : public testing::TestWithParam<Shape> {};

TEST_P(Deep, GraphsAreComparedDownToTheirBottom) {
  OnSmallStack([] {
    const Graph graph = Loaded(GetParam().Pickle());
    const Graph same = Loaded(GetParam().Pickle());
    const Graph other = Loaded(GetParam().Pickle(true));
    for (const Strictness strictness :
         {Strictness::kValues, Strictness::kMutableIdentity, Strictness::kAllIdentity}) {
      const CompareOptions options{.strictness = strictness};
      EXPECT_FALSE(FirstDifference(graph, same, options));
      const auto difference = FirstDifference(graph, other, options);
      ASSERT_TRUE(difference);
      EXPECT_FALSE(difference->path.empty());
      EXPECT_LT(difference->ToString().size(), 10'000U);
    }
  });
}

TEST_P(Deep, GraphsHaveACanonicalForm) {
  OnSmallStack([] {
    const Graph graph = Loaded(GetParam().Pickle());
    const Canonical form = CanonicalForm(graph, kStrict);
    EXPECT_TRUE(form.exact);
    EXPECT_TRUE(CanonicalForm(Graph(graph), kStrict) == form);
    EXPECT_FALSE(CanonicalForm(Loaded(GetParam().Pickle(true)), kStrict) == form);
  });
}

TEST_P(Deep, GraphsArePrintedAndParsed) {
  OnSmallStack([] {
    const Graph graph = Loaded(GetParam().Pickle());
    for (const size_t width : {size_t{0}, size_t{40}}) {
      const auto parsed = ParseNotation(ToNotation(graph, {.width = width}));
      ASSERT_TRUE(parsed) << ToString(parsed.error());
      EXPECT_TRUE(Isomorphic(graph, *parsed, kStrict));
    }
  });
}

TEST_P(Deep, GraphsPassThroughTheNodeTable) {
  OnSmallStack([] {
    const Graph graph = Loaded(GetParam().Pickle());
    const auto read = GraphFromNodeTableText(NodeTableJson(graph));
    ASSERT_TRUE(read) << ToString(read.error());
    EXPECT_TRUE(Isomorphic(graph, *read, kStrict));
  });
}

TEST_P(Deep, GraphsAreWrittenAtEveryProtocolAndReadBack) {
  OnSmallStack([] {
    const Graph graph = Loaded(GetParam().Pickle());
    for (const std::string_view policy : {"_pickle", "pickle.py"}) {
      for (int protocol = 0; protocol <= 5; ++protocol) {
        // The two write what is deep alike.
        if (policy == "pickle.py" && protocol != 0 && protocol != 5) continue;
        // Protocol 0 has persistent ids of text only.
        if (protocol == 0 && graph.kind(graph.root()) == Kind::kPersistentId) continue;
        SCOPED_TRACE(std::string(policy) + " at protocol " + std::to_string(protocol));
        DumpOptions options;
        options.protocol = protocol;
        options.policy = *EncodingPolicy::Named(policy);
        const auto bytes = Dump(graph, options);
        ASSERT_TRUE(bytes) << ToString(bytes.error());
        EXPECT_TRUE(Isomorphic(graph, Loaded(*bytes), kStrict));
      }
    }
  });
}

TEST_P(Deep, GraphsAreSearchedForWhatIsShared) {
  OnSmallStack([] {
    const Graph graph = Loaded(GetParam().Pickle());
    DumpOptions options;
    options.policy.memoize = EncodingPolicy::Memoize::kWhenShared;
    options.policy.calls = true;
    const auto bytes = Dump(graph, options);
    ASSERT_TRUE(bytes) << ToString(bytes.error());
    EXPECT_TRUE(Isomorphic(graph, Loaded(*bytes), kStrict));
  });
}

TEST_P(Deep, PicklesAreDisassembledAndAssembled) {
  OnSmallStack([] {
    const std::string pickle = GetParam().Pickle();
    const auto assembled = Assemble(Disassemble(pickle));
    ASSERT_TRUE(assembled) << ToString(assembled.error());
    EXPECT_TRUE(*assembled == pickle);
  });
}

INSTANTIATE_TEST_SUITE_P(, Deep, testing::ValuesIn(kShapes),
                         [](const auto& row) { return std::string(row.param.name); });

// ---- Short inputs that declare to be enormous.

// While one lives, the process can't have 32 MiB more than it has.
class MemoryLimit {
 public:
  MemoryLimit() {
    size_t pages = 0;
    std::FILE* file = std::fopen("/proc/self/statm", "r");
    EXPECT_TRUE(file != nullptr && std::fscanf(file, "%zu", &pages) == 1);
    if (file != nullptr) std::fclose(file);
    EXPECT_EQ(getrlimit(RLIMIT_AS, &before_), 0);
    rlimit limit = before_;
    limit.rlim_cur = pages * static_cast<size_t>(sysconf(_SC_PAGESIZE)) + (size_t{32} << 20);
    EXPECT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
  }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;
  ~MemoryLimit() { setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_ = {};
};

TEST(Enormous, DeclaredLengthsAreRefusedWithTheirOffsetAndWithoutMemory) {
  const struct {
    const char* name;
    std::string_view bytes;
  } rows[] = {
      {"BINBYTES8 of 2**63", "N\x8e\0\0\0\0\0\0\0\x80"sv},
      {"BINBYTES8 of 2**63 - 1", "N\x8e\xff\xff\xff\xff\xff\xff\xff\x7f"sv},
      {"BINBYTES8 of 2**64 - 1", "N\x8e\xff\xff\xff\xff\xff\xff\xff\xff"sv},
      {"BINUNICODE8 of 2**63", "N\x8d\0\0\0\0\0\0\0\x80"sv},
      {"BINUNICODE8 of 8 GiB", "N\x8d\0\0\0\0\x02\0\0\0abc"sv},
      {"BYTEARRAY8 of 2**63", "N\x96\0\0\0\0\0\0\0\x80"sv},
      {"BYTEARRAY8 of 8 GiB", "N\x96\0\0\0\0\x02\0\0\0abc"sv},
      {"FRAME of 2**63", "N\x95\0\0\0\0\0\0\0\x80"sv},
      {"FRAME of 2**64 - 1", "N\x95\xff\xff\xff\xff\xff\xff\xff\xffN."sv},
      {"BINBYTES of 4 GiB",
       "NB\xff\xff\xff\xff"
       "ab"sv},
      {"BINUNICODE of 4 GiB",
       "NX\xff\xff\xff\xff"
       "ab"sv},
      {"BINSTRING of 2 GiB",
       "NT\xff\xff\xff\x7f"
       "ab"sv},
      {"BINSTRING of -1",
       "NT\xff\xff\xff\xff"
       "ab"sv},
      {"LONG4 of 2 GiB",
       "N\x8b\xff\xff\xff\x7f"
       "ab"sv},
      {"LONG4 of -1",
       "N\x8b\xff\xff\xff\xff"
       "ab"sv},
      {"LONG_BINGET of 2**32 - 1", "Nj\xff\xff\xff\xff."sv},
      {"GET of 2**62", "Ng4611686018427387904\n."sv},
  };
  for (const auto& row : rows) {
    for (const std::string_view reader : {"_pickle", "_pickle/file", "pickle.py"}) {
      SCOPED_TRACE(std::string(row.name) + " by " + std::string(reader));
      LoadOptions options;
      options.profile = *Profile::Of(reader, 11);
      const Outcome outcome = [&] {
        const MemoryLimit limit;
        return Load(row.bytes, options);
      }();
      ASSERT_EQ(Name(outcome.verdict), "reject");
      EXPECT_EQ(outcome.error->offset, 1U) << ToString(*outcome.error);
    }
  }
}

TEST(Enormous, MemoIndicesTakeNoMemoryInProportion) {
  for (const std::string_view bytes : {"Nr\xff\xff\xff\xff."sv, "Np4611686018427387904\n."sv}) {
    SCOPED_TRACE(EscapeBytes(bytes));
    const MemoryLimit limit;
    const Outcome outcome = Load(bytes);
    EXPECT_TRUE(outcome.verdict == Verdict::kAccept || outcome.verdict == Verdict::kOutOfMemory)
        << Name(outcome.verdict);
  }
}

}  // namespace
}  // namespace pickleproof
