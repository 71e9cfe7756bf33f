// Does our machine, asked to behave like a reader of CPython, answer as that reader does, whatever
// the bytes? Verdict, graph, trace and consumed, for opcode programs well formed and malformed, for
// damaged pickles of generated graphs and of the corpus, and for random bytes.
//
// ctest runs a few thousand streams. The full count is a matter of minutes:
//   PICKLEPROOF_STREAMS=1000000 build/dev/harness/matrix/reader_differential_test

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "corpus/real_pickles.h"
#include "generators/damage.h"
#include "generators/graphs.h"
#include "generators/opcode_programs.h"
#include "generators/policies.h"
#include "harness/base/bytes.h"
#include "harness/matrix/engine_set.h"
#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"
#include "oracles/differential.h"

namespace pickleproof {
namespace {

constexpr uint64_t kDefaultStreams = 6000;
constexpr size_t kMaxShown = 25;

uint64_t NumberFromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::vector<std::string> ReadCorpus() {
  const std::string folder = std::string(PICKLEPROOF_SOURCE_DIR) + "/corpus/real";
  std::vector<std::string> streams;
  const auto pickles = ReadRealPickles(folder);
  if (!pickles) return streams;
  for (const RealPickle& pickle : *pickles) {
    std::ifstream file(folder + "/" + pickle.path, std::ios::binary);
    streams.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return streams;
}

// Half of the streams are damaged pickles, so that they reach deep.
class Streams {
 public:
  std::string Make(uint64_t seed) {
    RandomChoices choices(seed);
    std::string out;
    switch (choices.Below(8)) {
      case 0:
      case 1: programs_.WellFormed(choices, out); return out;
      case 2: programs_.Malformed(choices, out); return out;
      case 3:
        for (uint64_t left = choices.Skewed(64); left > 0; --left) {
          out += static_cast<char>(choices.Below(256));
        }
        return out;
      case 4:
      case 5: out = Pickled(seed, choices); break;
      default: out = choices.Pick(corpus_); break;
    }
    const std::string& donor = choices.Pick(corpus_);
    for (uint64_t defects = 1 + choices.Skewed(4); defects > 0; --defects) {
      out = Damage(choices, out, nullptr, donor);
    }
    return out;
  }

 private:
  static std::string Pickled(uint64_t seed, Choices& choices) {
    DumpOptions options;
    options.protocol = static_cast<int>(choices.Below(6));
    options.policy = GeneratePolicy(choices);
    const auto stream = Dump(GraphFromSeed(seed), options);
    return stream ? *stream : "N.";
  }

  ProgramGenerator programs_;
  std::vector<std::string> corpus_ = ReadCorpus();
};

LoadOptions OptionsOfTheTest() {
  LoadOptions options;
  options.has_buffers = true;
  options.buffers = {false, true};
  // What takes CPython gigabytes (a memo index of 2**31) is poisoned here, not compared.
  options.limits.memo = size_t{1} << 24;
  return options;
}

TEST(ReaderDifferential, OurMachineAnswersAsEachReaderOfCPythonDoes) {
  const uint64_t count = NumberFromEnvironment("PICKLEPROOF_STREAMS", kDefaultStreams);
  const uint64_t first = NumberFromEnvironment("PICKLEPROOF_SEED", 1);
  const EngineSet set = EngineSet::Make();
  ASSERT_TRUE(set.unavailable().empty()) << set.unavailable().front();
  Streams streams;
  DifferentialOracle oracle;
  std::map<std::string, uint64_t> tally;
  std::map<std::string, std::string> examples;  // of each kind of difference, the shortest stream
  uint64_t different = 0;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const std::string stream = streams.Make(seed);
    for (Engine* reader : set.Readers()) {
      if (!reader->card().id.starts_with("cpython")) continue;
      LoadOptions options = OptionsOfTheTest();
      const Outcome theirs = reader->Load(stream, options);
      options.profile = *reader->card().profile;
      const Outcome ours = Load(stream, options);
      const Comparison comparison =
          oracle.Compare(ours, theirs, MeetOf(Distinctions(), reader->card().distinctions));
      ++tally[std::string(Name(comparison.agreement))];
      if (comparison.agreement != Agreement::kDiffer) continue;
      ++different;
      const std::string kind = fmt::format("{} {}: {} | {}", reader->card().id, comparison.kind,
                                           comparison.left, comparison.right)
                                   .substr(0, 160);
      std::string& example = examples[kind];
      if (example.empty() || stream.size() < example.size()) example = stream;
    }
  }
  for (const auto& [name, times] : tally) fmt::print("{}: {}\n", name, times);
  size_t shown = 0;
  for (const auto& [kind, stream] : examples) {
    if (++shown > kMaxShown) break;
    ADD_FAILURE() << kind << "\n  " << ToHex(stream).substr(0, 2000);
  }
  EXPECT_EQ(different, 0U) << examples.size() << " kinds of difference";
}

}  // namespace
}  // namespace pickleproof
