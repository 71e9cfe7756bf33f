#include "fuzz/reader_comparison.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "fuzz/extra_counters.h"
#include "fuzz/fuzz_options.h"
#include "harness/graph/mix.h"
#include "oracles/known_difference.h"

namespace pickleproof {
namespace {

constexpr unsigned kChildSeconds = 2;

// Some readers see one input in eight: those over files, which take a system call for each
// instruction and as much time as all others together, and pickle.py over a BytesIO, which is what
// its loads() makes of bytes (Lib/pickle.py, _loads). Which inputs, their content says, so that a
// finding is found again.
bool IsSampled(const EngineCard& card) {
  return card.channel == Channel::kFile ||
         (card.channel == Channel::kBytesIo && card.language == "Python");
}
bool IsInSample(std::string_view input) { return MixBytes(input, 0) % 8 == 0; }

bool SameProfile(const Profile& a, const Profile& b) {
  return std::ranges::all_of(
      AllQuirks(), [&](const QuirkInfo& info) { return a.has(info.quirk) == b.has(info.quirk); });
}

// How a load ended, as far as a signature needs to know.
std::string Ending(const Outcome& outcome) {
  if (outcome.verdict == Verdict::kAccept) return "accept";
  return fmt::format("{}({})", Name(outcome.verdict),
                     outcome.error ? outcome.error->exception : std::string());
}

// The opcode at which one of the two failed, where it is known.
std::string_view OpcodeAt(std::string_view input, const Outcome& left, const Outcome& right) {
  for (const Outcome* outcome : {&left, &right}) {
    if (!outcome->error || outcome->error->offset >= input.size()) continue;
    const OpcodeInfo* info =
        FindOpcode(static_cast<uint8_t>(input[static_cast<size_t>(outcome->error->offset)]));
    return info == nullptr ? "no opcode" : info->name;
  }
  return "";
}

}  // namespace

ReaderComparison::ReaderComparison(const TargetContext& context,
                                   const std::vector<Engine*>& readers)
    : context_(context) {
  for (Engine* reader : readers) {
    const Profile& profile = *reader->card().profile;
    const auto known = std::ranges::find_if(
        lanes_, [&](const Lane& lane) { return SameProfile(lane.options.profile, profile); });
    if (known != lanes_.end()) {
      known->readers.push_back(reader);
      continue;
    }
    Lane& lane = lanes_.emplace_back();
    lane.name = reader->card().id;
    lane.readers = {reader};
    lane.options = FuzzLoadOptions();
    lane.options.profile = profile;
    lane.unpickler = std::make_unique<Unpickler>(lane.options);
  }
}

// The graph is lent to the outcome, so that its memory serves the next load too.
void ReaderComparison::LoadOurs(Lane& lane, std::string_view input) {
  lane.unpickler->Reset();
  Unpickler::Loaded loaded = lane.unpickler->Load(input);
  lane.ours.verdict = loaded.verdict;
  lane.ours.consumed = loaded.consumed;
  lane.ours.error = std::move(loaded.error);
  lane.ours.trace = lane.unpickler->Trace();
  std::swap(lane.ours.graph, lane.unpickler->graph());
}

void ReaderComparison::GiveBack(Lane& lane) { std::swap(lane.ours.graph, lane.unpickler->graph()); }

bool ReaderComparison::Run(std::string_view input) {
  for (Lane& lane : lanes_) LoadOurs(lane, input);
  const Outcome& first = lanes_.front().ours;
  if (first.verdict == Verdict::kAccept) {
    context_.tally.Accepted();
  } else {
    context_.tally.Failed(IsLateFailure(input, first.error->offset));
  }
  TallyInstructions(input, first.consumed, context_.tally);
  bool agreed = true;
  if (Admit(input)) {
    for (Lane& lane : lanes_) agreed = Readers(lane, input) && agreed;
  }
  // Where every reader answered as our machine does in its place, the readers differ as these do.
  for (size_t i = 1; i < lanes_.size(); ++i) {
    const EngineCard& left = lanes_.front().readers.front()->card();
    const EngineCard& right = lanes_[i].readers.front()->card();
    const Sides sides{left.id, right.id, &left, &right};
    agreed = Compare(sides, first, lanes_[i].ours, MeetOf(left.distinctions, right.distinctions),
                     input) &&
             agreed;
  }
  for (Lane& lane : lanes_) GiveBack(lane);
  return agreed;
}

bool ReaderComparison::Admit(std::string_view input) {
  const Outcome& ours = lanes_.front().ours;
  const auto cause = guard_.Judge(input, ours.verdict, ours.graph);
  if (!cause) return true;
  context_.tally.Poisoned(Name(*cause));
  if (*cause == GuardCause::kLimit) return false;
  // Once for each reader and cause it is tried, so that the record says what would have happened.
  for (Lane& lane : lanes_) {
    Engine& reader = *lane.readers.front();
    const std::string signature = fmt::format("guard {} {}", Name(*cause), reader.card().id);
    if (context_.candidates.signatures().contains(signature)) continue;
    const auto begin = std::chrono::steady_clock::now();
    const Verdict verdict = LoadInChild(reader, input, lane.options, *cause, kChildSeconds);
    context_.tally.SpentInChild(std::chrono::steady_clock::now() - begin);
    context_.tally.Verdicted(reader.card().id, verdict);
    context_.candidates.Add(
        signature, input,
        fmt::format("{}: {} in a process of its own", Name(*cause), Name(verdict)), true);
  }
  return false;
}

// Each reader of the lane against our machine.
bool ReaderComparison::Readers(Lane& lane, std::string_view input) {
  bool agreed = true;
  uint64_t event = 0;
  const bool sampled = IsInSample(input);
  for (Engine* reader : lane.readers) {
    if (!sampled && IsSampled(reader->card())) continue;
    const Outcome theirs = reader->Load(input, lane.options);
    context_.tally.Verdicted(reader->card().id, theirs.verdict);
    if (theirs.verdict == Verdict::kOutOfMemory) context_.tally.Poisoned("allocation");
    event = MixInto(event, static_cast<uint64_t>(theirs.verdict));
    const Sides sides{"pickleproof", reader->card().id, nullptr, &reader->card()};
    agreed = Compare(sides, lane.ours, theirs, MeetOf(Distinctions(), reader->card().distinctions),
                     input) &&
             agreed;
  }
  CountEvent(event);
  return agreed;
}

bool ReaderComparison::Compare(const Sides& sides, const Outcome& left, const Outcome& right,
                               const CompareOptions& options, std::string_view input) {
  const Comparison comparison = oracle_.Compare(left, right, options);
  if (comparison.agreement != Agreement::kDiffer) return true;
  // A signature is who differs, in what, how each side ended and at which opcode.
  const std::string signature =
      fmt::format("{} | {} | {} | {} | {} | {}", sides.left, sides.right, comparison.kind,
                  Ending(left), Ending(right), OpcodeAt(input, left, right));
  CountEvent(MixBytes(signature, 1));
  const auto [known, is_new] = reasons_.try_emplace(signature);
  if (is_new) {
    known->second = Reason(sides, left, right, comparison, input);
    context_.candidates.Add(signature, input,
                            fmt::format("{} | {} ({})", comparison.left, comparison.right,
                                        known->second.empty() ? "unexplained" : known->second),
                            !known->second.empty());
  }
  if (known->second.empty()) {
    context_.tally.Disagreed();
    return false;
  }
  context_.tally.Explained(known->second);
  return true;
}

std::string ReaderComparison::Reason(const Sides& sides, const Outcome& left, const Outcome& right,
                                     const Comparison& comparison, std::string_view input) {
  // Our machine in the profile of a reader has no excuse.
  if (sides.left_card == nullptr) return {};
  const LoadOptions plain = FuzzLoadOptions();
  Disagreement disagreement;
  disagreement.stream = input;
  disagreement.options = &plain;
  disagreement.left = sides.left_card;
  disagreement.right = sides.right_card;
  if (left.verdict == Verdict::kAccept) disagreement.left_graph = &left.graph;
  if (right.verdict == Verdict::kAccept) disagreement.right_graph = &right.graph;
  disagreement.comparison = &comparison;
  const auto explanation = Explain(disagreement);
  return explanation ? std::string(explanation->name) : std::string();
}

}  // namespace pickleproof
