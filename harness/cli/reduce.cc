// reduce INPUT: the smallest pickle that still shows what this one shows.

#include <memory>

#include <fmt/format.h>

#include "harness/base/bytes.h"
#include "harness/cli/inputs.h"
#include "harness/cli/number.h"
#include "harness/cli/state.h"
#include "harness/cli/verbs.h"
#include "harness/pickle/disassembler.h"
#include "harness/reduce/judge.h"
#include "harness/reduce/reducer.h"

namespace pickleproof {
namespace {

struct ReduceVerb {
  std::string input;
  std::string hex;
  std::string signature;
  std::string out;
  uint64_t steps = 100000;
  StateArgument state;
};

// The divergence that was asked for, or the weightiest.
Result<DivergenceSignature> Choose(const std::vector<Divergence>& found, const std::string& name) {
  if (found.empty()) {
    return Fail(ErrorCode::kUsage, "all readers agree on this pickle; there is nothing to keep");
  }
  if (name.empty()) return found.front().signature;
  std::string known;
  for (const Divergence& divergence : found) {
    const std::string id = Id(divergence.signature);
    if (id == name || ToText(divergence.signature) == name) return divergence.signature;
    known += (known.empty() ? "" : ", ") + id;
  }
  return Fail(ErrorCode::kUsage,
              fmt::format("this pickle does not show '{}'; it shows {}", name, known));
}

int RunReduce(const ReduceVerb& verb) {
  const auto stream = ReadStream(verb.input, verb.hex, verb.state);
  if (!stream) return Refuse(stream.error().message);
  const EngineSet set = EngineSet::Make(InterpreterOfFindings());
  auto judge = Judge::Make(set);
  if (!judge) return Refuse(judge.error().message);
  std::vector<Divergence> found = judge->Look(*stream);
  const auto asked = ParseDivergenceSignature(verb.signature);
  if (asked && asked->what == DivergenceClass::kAmplification) {
    found = judge->LookAtCosts(*stream);
  }
  const auto signature = Choose(found, verb.signature);
  if (!signature) return Refuse(signature.error().message);
  StepBudget budget(verb.steps);
  const std::string smallest = ReduceStream(
      *stream, [&](std::string_view bytes) { return judge->Shows(bytes, *signature); }, budget);
  if (!verb.out.empty()) {
    if (auto saved = WriteWhole(verb.out, smallest); !saved) return Refuse(saved.error().message);
    if (verb.out == "-") return kAgreed;
  }
  fmt::print("{}  {}\n{} -> {} bytes in {} steps{}\n{}\n\n{}", Id(*signature), ToText(*signature),
             stream->size(), smallest.size(), budget.taken(),
             budget.exhausted() ? " (the budget ended; --steps gives more)" : "", ToHex(smallest),
             Disassemble(smallest));
  const bool costs = signature->what == DivergenceClass::kAmplification;
  for (const Divergence& divergence :
       costs ? judge->LookAtCosts(smallest) : judge->Look(smallest)) {
    if (divergence.signature == *signature) fmt::print("\n{}\n", Sentence(divergence));
  }
  return kAgreed;
}

}  // namespace

void AddReduce(CLI::App& app, int* status) {
  auto verb = std::make_shared<ReduceVerb>();
  CLI::App* reduce =
      app.add_subcommand("reduce", "Shrink a pickle while readers part on it in the same way");
  reduce->add_option("INPUT", verb->input, "A file, - for standard input, or the id of a finding");
  reduce->add_option("--hex", verb->hex, "The bytes themselves, as hex digits")->type_name("BYTES");
  reduce->add_option("--signature", verb->signature,
                     "Which difference to keep, by id or text (see repro); else the first");
  reduce->add_option("-o,--out", verb->out, "File for the bytes, or - for standard output");
  AddNumber(*reduce, "--steps", verb->steps, "How many candidates to try at most");
  verb->state.AddTo(*reduce);
  reduce->callback([verb, status] { *status = RunReduce(*verb); });
}

}  // namespace pickleproof
