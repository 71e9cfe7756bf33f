#include "harness/reduce/reducer.h"

#include <optional>

#include "generators/shrink.h"
#include "generators/shrink_bytes.h"
#include "harness/pickle/opcode.h"
#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"
#include "harness/reduce/judge.h"

namespace pickleproof {
namespace {

// Larger ones are left to the other passes.
constexpr size_t kMaxGraphNodes = 20000;

std::optional<std::string> Written(const Graph& graph, int protocol) {
  DumpOptions options;
  options.protocol = protocol;
  auto stream = Dump(graph, options);
  return stream ? std::optional(std::move(*stream)) : std::nullopt;
}

}  // namespace

void ReduceBytes(ReductionSearch& search) {
  ShrinkBytes(search.best(),
              [&](std::string_view candidate) { return search.Try(std::string(candidate)); });
}

void ReduceGraph(ReductionSearch& search) {
  const Outcome outcome = Load(search.best(), OptionsOfFindings(search.best()));
  if (outcome.verdict != Verdict::kAccept || outcome.graph.size() > kMaxGraphNodes) return;
  for (int protocol = 0; protocol <= kHighestProtocol; ++protocol) {
    const auto stream = Written(outcome.graph, protocol);
    if (!stream || !search.Try(*stream)) continue;
    ShrinkGraph(outcome.graph, [&](const Graph& graph) {
      const auto smaller = Written(graph, protocol);
      return smaller && search.Try(*smaller);
    });
  }
}

std::string ReduceStream(std::string_view stream,
                         const std::function<bool(std::string_view)>& shows, StepBudget& budget) {
  ReductionSearch search(std::string(stream), shows, budget);
  std::string before;
  while (before != search.best() && !budget.exhausted()) {
    before = search.best();
    ReduceInstructions(search);
    ReduceGraph(search);
    ReduceBytes(search);
  }
  return search.best();
}

}  // namespace pickleproof
