#include "generators/capability_check.h"

#include <gtest/gtest.h>

#include "generators/graphs.h"
#include "harness/graph/notation.h"
#include "harness/graph/notation_parser.h"

namespace pickleproof {
namespace {

TEST(FindExcess, NamesTheFieldThatAGraphExceeds) {
  const struct {
    const char* notation;
    int protocol;
    std::string excess;  // empty: none
  } kRows[] = {
      {"[1, 'a', m.C]", 0, ""},
      {"'\\ud800'", 4, ""},
      {"global('m', 'Outer.Inner')", 4, ""},
      {"global('m', 'Outer.Inner')", 3, "global_protocol"},
      {"copy_reg._reconstructor", 2, "global_protocol"},
      {"copyreg._reconstructor", 2, ""},
      {"builtins.ModuleNotFoundError", 2, "global_protocol"},
      {"['', '']", 4, "merge_interned"},
      {"[#0='', #0#]", 4, ""},
      {"['ab', 'ab']", 4, ""},
      {"[#0='a\\n', #0#]", 0, "shared_escaped_text"},
      {"[#0='a\\n', #0#]", 1, ""},
      {"m.C().build(None)", 4, "any_step_order"},
      {"m.C().build(1).append(2)", 4, "any_step_order"},
      {"m.C().append(2).build(1)", 4, ""},
      {"m.C()(1)", 4, "any_callable"},
      {"persid('a')", 4, "kinds"},
      {"#0=m.C([#0#])", 4, ""},
      {"#0=m.C([#0#]).build(1)", 4, "steps_on_recursive_args"},
      {"#0=set{m.C(#0#)}", 4, ""},
      {"#0=set{m.C(#0#)}", 3, "cycles_through_sets"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.notation);
    const Result<Graph> graph = ParseNotation(row.notation);
    ASSERT_TRUE(graph) << ToString(graph.error());
    EXPECT_EQ(FindExcess(*graph, PicklableByCPython(row.protocol)).value_or(""), row.excess);
  }
}

TEST(FindExcess, GeneratedGraphsAreWithinTheirCapabilities) {
  std::vector<GraphCapabilities> all = {EverythingWeHave()};
  for (int protocol = 0; protocol <= 5; ++protocol) {
    all.push_back(PicklableByCPython(protocol));
    all.push_back(PicklableByCPython(
        protocol, {.persistent_ids = true, .extensions = true, .buffers = true}));
  }
  GraphCapabilities narrow = PicklableByCPython(4);
  narrow.surrogates = narrow.nan_payloads = narrow.cycles = narrow.state_setters = false;
  narrow.max_int_bits = 64;
  all.push_back(narrow);
  GraphCapabilities wide = EverythingWeHave();
  wide.Allow({Kind::kPy2Str, Kind::kBuffer, Kind::kExtension});
  wide.obj_and_inst = wide.steps_on_others = true;
  all.push_back(wide);
  for (size_t i = 0; i < all.size(); ++i) {
    for (uint64_t seed = 0; seed < 1500; ++seed) {
      const Graph graph = GraphFromSeed(seed, all[i]);
      ASSERT_EQ(FindExcess(graph, all[i]).value_or(""), "")
          << "capabilities " << i << ", seed " << seed << ": " << ToNotation(graph);
    }
  }
}

}  // namespace
}  // namespace pickleproof
