// Question: do all readers agree on what these bytes mean, and does our machine, asked to behave
//           like each of them, answer as it does?
// Input:    a pickle, or anything else.
// Oracle:   verdict, graph, trace and consumed of _pickle and pickle.py, each over loads, BytesIO
//           and a file, against our machine in the profile of each; then the profiles with one
//           another. pickle.py over BytesIO and all files see one input in eight.
// Seeds:    fuzz/seeds/pickle

#include <cstdlib>

#include "fuzz/reader_comparison.h"
#include "harness/base/check.h"
#include "harness/matrix/engine_set.h"

namespace pickleproof {
namespace {

// Enough for any input of a campaign; what asks for more does it on the word of a length.
constexpr size_t kLargestAllocation = size_t{1} << 20;

// PICKLEPROOF_FUZZ_READERS=TEXT asks only those whose names have this text in them.
std::vector<Engine*> CPythonReaders(const EngineSet& engines) {
  const char* asked = std::getenv("PICKLEPROOF_FUZZ_READERS");
  const std::string wanted = asked == nullptr ? "" : asked;
  std::vector<Engine*> readers;
  for (Engine* reader : engines.Readers()) {
    const std::string& id = reader->card().id;
    // Those of CPython, and of an extension.
    if (!id.starts_with("pickleproof") && id.find(wanted) != std::string::npos)
      readers.push_back(reader);
  }
  // Without CPython there would be nothing to compare, and a campaign that finds nothing.
  PICKLEPROOF_CHECK(!readers.empty());
  return readers;
}

class ReaderDifferentialTarget final : public FuzzTarget {
 public:
  explicit ReaderDifferentialTarget(const TargetContext& context)
      : engines_(EngineSet::Make({.largest_allocation = kLargestAllocation})),
        comparison_(context, CPythonReaders(engines_)) {}

  void Run(std::string_view input) override { comparison_.Run(input); }

 private:
  EngineSet engines_;
  ReaderComparison comparison_;
};

}  // namespace

std::unique_ptr<FuzzTarget> MakeTarget(const TargetContext& context) {
  return std::make_unique<ReaderDifferentialTarget>(context);
}

}  // namespace pickleproof
