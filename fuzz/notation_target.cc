// Question: does the parser of the text notation survive any text, and is what it reads written as
//           text that reads as the same?
// Input:    text, or anything else.
// Oracle:   parse, write, parse: the same graph; write again: the same text.
// Seeds:    fuzz/seeds/notation

#include <fmt/format.h>

#include "fuzz/extra_counters.h"
#include "fuzz/target.h"
#include "harness/graph/compare.h"
#include "harness/graph/notation.h"
#include "harness/graph/notation_parser.h"

namespace pickleproof {
namespace {

class NotationTarget final : public FuzzTarget {
 public:
  explicit NotationTarget(const TargetContext& context) : context_(context) {}

  void Run(std::string_view input) override {
    const Result<Graph> graph = ParseNotation(input);
    if (!graph) {
      CountEvent(static_cast<uint64_t>(graph.error().code));
      return;
    }
    context_.tally.Accepted();
    const std::string text = ToNotation(*graph);
    const Result<Graph> again = ParseNotation(text);
    if (!again) return Report("refused", input, text + ": " + ToString(again.error()));
    const auto difference =
        comparer_.FirstDifference(*graph, *again, {.strictness = Strictness::kAllIdentity});
    if (difference) return Report("graph", input, difference->ToString());
    if (ToNotation(*again) != text) Report("text", input, text);
  }

 private:
  void Report(std::string_view what, std::string_view input, const std::string& detail) {
    context_.tally.Disagreed();
    context_.candidates.Add(fmt::format("notation | {}", what), input, detail);
  }

  TargetContext context_;
  Comparer comparer_;
};

}  // namespace

std::unique_ptr<FuzzTarget> MakeTarget(const TargetContext& context) {
  return std::make_unique<NotationTarget>(context);
}

}  // namespace pickleproof
