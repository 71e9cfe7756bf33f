#include "harness/reduce/judge.h"

#include <algorithm>
#include <functional>
#include <tuple>

#include <fmt/format.h>

#include "harness/graph/notation.h"
#include "harness/pickle/opcode.h"
#include "harness/pickle/unpickler.h"
#include "harness/reduce/coarse_difference.h"
#include "harness/reduce/cost_judge.h"
#include "harness/reduce/first_instruction.h"
#include "harness/reduce/static_judge.h"
#include "oracles/differential.h"
#include "oracles/quirks_between.h"

namespace pickleproof {
namespace {

constexpr size_t kMemoLimit = size_t{1} << 24;
constexpr size_t kGraphInLine = 120;

// Who answers. The last three are our machine, reading as a reader of CPython does.
enum Seat : uint8_t {
  kCLoads,
  kCBytesIo,
  kCFile,
  kPyLoads,
  kPyBytesIo,
  kPyFile,
  kOurs,
  kOursFile,
  kOursPy
};
constexpr size_t kSeats = 9;
constexpr std::string_view kSeatNames[kSeats] = {"_pickle/loads",
                                                 "_pickle/load-bytesio",
                                                 "_pickle/load-file",
                                                 "pickle.py/loads",
                                                 "pickle.py/load-bytesio",
                                                 "pickle.py/load-file",
                                                 "pickleproof",
                                                 "pickleproof",
                                                 "pickleproof"};
constexpr std::string_view kOwnProfiles[] = {"_pickle", "_pickle/file", "pickle.py"};

struct Pair {
  Seat left, right;
  std::string_view left_name, right_name;  // as signatures have them
};

constexpr Pair kMachinePairs[] = {
    {kOurs, kCLoads, "pickleproof", "_pickle/loads"},
    {kOursFile, kCBytesIo, "pickleproof", "_pickle/load"},
    {kOursFile, kCFile, "pickleproof", "_pickle/load"},
    {kOursPy, kPyLoads, "pickleproof", "pickle.py"},
    {kOursPy, kPyBytesIo, "pickleproof", "pickle.py"},
    {kOursPy, kPyFile, "pickleproof", "pickle.py"},
};
constexpr Pair kChannelPairs[] = {
    {kCLoads, kCBytesIo, "_pickle/loads", "_pickle/load"},
    {kCBytesIo, kCFile, "_pickle/load-bytesio", "_pickle/load-file"},
    {kPyLoads, kPyBytesIo, "pickle.py/loads", "pickle.py/load"},
    {kPyBytesIo, kPyFile, "pickle.py/load-bytesio", "pickle.py/load-file"},
};
constexpr Pair kImplementationPairs[] = {
    {kCLoads, kPyLoads, "_pickle", "pickle.py"},
    {kCBytesIo, kPyBytesIo, "_pickle", "pickle.py"},
    {kCFile, kPyFile, "_pickle", "pickle.py"},
};

}  // namespace

LoadOptions OptionsOfFindings(std::string_view stream) {
  LoadOptions options;
  if (stream.find(static_cast<char>(Opcode::NEXT_BUFFER)) != std::string_view::npos) {
    options.has_buffers = true;
    options.buffers = {false, true};
  }
  options.limits.memo = kMemoLimit;
  return options;
}

std::string Briefly(const Outcome& outcome) {
  if (outcome.verdict == Verdict::kAccept) {
    return "accept " + ToNotation(outcome.graph, {.max_length = kGraphInLine});
  }
  std::string text(Name(outcome.verdict));
  if (!outcome.error) return outcome.detail.empty() ? text : text + ": " + outcome.detail;
  if (!outcome.error->exception.empty()) text += " " + outcome.error->exception;
  if (!outcome.error->message.empty()) text += ": " + outcome.error->message;
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

struct Judge::Impl {
  const EngineSet* set = nullptr;
  std::array<Engine*, 6> engines = {};
  std::array<Profile, 3> own;
  DifferentialOracle oracle;
  // Of one stream.
  std::string_view stream;
  LoadOptions options;
  std::array<std::optional<Outcome>, kSeats> answers;

  void Begin(std::string_view bytes) {
    stream = bytes;
    options = OptionsOfFindings(bytes);
    for (auto& answer : answers) answer.reset();
  }

  Outcome Load(Seat seat, std::string_view bytes) {
    if (seat < kOurs) return engines[seat]->Load(bytes, options);
    LoadOptions mine = options;
    mine.profile = own[seat - kOurs];
    return pickleproof::Load(bytes, mine);
  }

  const Outcome& Answer(Seat seat) {
    if (!answers[seat]) answers[seat] = Load(seat, stream);
    return *answers[seat];
  }

  Distinctions Claims(Seat seat) const {
    return seat < kOurs ? engines[seat]->card().distinctions : Distinctions();
  }
  CompareOptions MayCompare(const Pair& pair) const {
    return MeetOf(Claims(pair.left), Claims(pair.right));
  }
  // What differs between the answers of the pair to the whole stream, where that counts.
  std::optional<Coarse> CompareHere(const Pair& pair);
  // Whether the pair differs at the first level on this front of the stream, as it is or with
  // something on its stack.
  bool DiffersOn(const Pair& pair, std::string_view front);
  // Of the first level, so that what another pair says already need not be said again.
  bool Differs(const Pair& pair) {
    const auto coarse = CompareHere(pair);
    return coarse && coarse->what != DivergenceClass::kError;
  }

  std::vector<Pair> Pairs();
  std::string IdOf(Seat seat) const;
  Profile ProfileOf(Seat seat) const;
  std::optional<DivergenceSignature> Sign(const Pair& pair, const Coarse& coarse, uint64_t* offset);
  std::optional<FirstInstruction> First(const Pair& pair, const Coarse& coarse);
  std::optional<DivergenceReason> ByQuirks(const Pair& pair);
  std::optional<DivergenceReason> Why(const Pair& pair, const DivergenceSignature& signature);
  std::optional<Divergence> Describe(const Pair& pair, const Coarse& coarse);
  StaticInputs ForStatic();
  std::vector<Divergence> Statically();
};

std::string Judge::Impl::IdOf(Seat seat) const {
  if (seat < kOurs) return engines[seat]->card().id;
  return fmt::format("pickleproof as {}", kOwnProfiles[seat - kOurs]);
}

// The pairs that say something new: a channel of both implementations is compared only where it
// answers as `loads` does, since the channels of one implementation are compared by themselves.
std::vector<Pair> Judge::Impl::Pairs() {
  std::vector<Pair> pairs(std::begin(kMachinePairs), std::end(kMachinePairs));
  pairs.insert(pairs.end(), std::begin(kChannelPairs), std::end(kChannelPairs));
  bool told = false;
  for (size_t i = 0; i < std::size(kImplementationPairs); ++i) {
    const bool unsupported = Answer(kImplementationPairs[i].left).verdict == Verdict::kUnsupported;
    const bool by_channel =
        told && (Differs(kChannelPairs[0]) || Differs(kChannelPairs[2]) ||
                 Differs(kChannelPairs[i == 2 ? 1 : 0]) || Differs(kChannelPairs[i == 2 ? 3 : 2]));
    if (!unsupported && !by_channel) pairs.push_back(kImplementationPairs[i]);
    told = told || !unsupported;
  }
  return pairs;
}

std::optional<Coarse> Judge::Impl::CompareHere(const Pair& pair) {
  auto coarse = CompareCoarsely(oracle, Answer(pair.left), Answer(pair.right), MayCompare(pair));
  if (!coarse || pair.left < kOurs) return coarse;
  // Our machine raises what `_pickle.loads` raises, and is not asked to run out of memory.
  const bool second_level = coarse->what == DivergenceClass::kError;
  if ((second_level && pair.right != kCLoads) || coarse->what == DivergenceClass::kOutOfMemory ||
      coarse->what == DivergenceClass::kStackOverflow) {
    return std::nullopt;
  }
  return coarse;
}

bool Judge::Impl::DiffersOn(const Pair& pair, std::string_view front) {
  const auto found =
      CompareCoarsely(oracle, Load(pair.left, front), Load(pair.right, front), MayCompare(pair));
  return found && found->what != DivergenceClass::kError;
}

// Of an error: where it is raised, which our machine knows and CPython does not tell. Nothing where
// the readers part before that already, so that the error is a consequence.
std::optional<FirstInstruction> Judge::Impl::First(const Pair& pair, const Coarse& coarse) {
  FirstInstruction first =
      FindFirstInstruction(stream, [&](std::string_view front) { return DiffersOn(pair, front); });
  if (coarse.what != DivergenceClass::kError) return first;
  LoadOptions mine = options;
  mine.profile = ProfileOf(pair.left);
  const Outcome ours = pickleproof::Load(stream, mine);
  if (!ours.error || ours.error->offset == kNoOffset) return FirstInstruction{};
  FirstInstruction raised = InstructionAt(stream, ours.error->offset);
  if (first.offset < raised.offset) return std::nullopt;
  return raised;
}

Profile Judge::Impl::ProfileOf(Seat seat) const {
  return seat < kOurs ? engines[seat]->card().profile.value_or(Profile()) : own[seat - kOurs];
}

std::optional<DivergenceSignature> Judge::Impl::Sign(const Pair& pair, const Coarse& coarse,
                                                     uint64_t* offset) {
  std::optional<FirstInstruction> first = First(pair, coarse);
  if (!first) return std::nullopt;
  if (offset != nullptr) *offset = first->offset;
  return DivergenceSignature{std::string(pair.left_name), std::string(pair.right_name), coarse.what,
                             coarse.detail, std::move(first->opcode)};
}

// The quirks (quirk.def) that make our machine, which must answer as either side does with the
// profile of that side, differ in the same way: as few of them as will do.
std::optional<DivergenceReason> Judge::Impl::ByQuirks(const Pair& pair) {
  const auto load = [&](const Profile& profile) {
    LoadOptions mine = options;
    mine.profile = profile;
    return pickleproof::Load(stream, mine);
  };
  const auto same = [&](const Outcome& a, const Outcome& b, const CompareOptions& may) {
    const Agreement agreement = oracle.Compare(a, b, may).agreement;
    return agreement == Agreement::kAgree || agreement == Agreement::kBothReject;
  };
  const CompareOptions may = MayCompare(pair);
  const Profile left = ProfileOf(pair.left);
  const Profile right = ProfileOf(pair.right);
  if (!same(load(left), Answer(pair.left), may) || !same(load(right), Answer(pair.right), may)) {
    return std::nullopt;
  }
  DivergenceReason reason;
  for (const QuirkInfo* quirk :
       QuirksBetween(left, right, load,
                     [&](const Outcome& a, const Outcome& b) { return same(a, b, may); })) {
    reason.name += (reason.name.empty() ? "" : "+") + std::string(quirk->name);
    reason.text += (reason.text.empty() ? "" : ". ") + std::string(quirk->reason);
  }
  return reason.name.empty() ? std::nullopt : std::optional(std::move(reason));
}

std::optional<DivergenceReason> Judge::Impl::Why(const Pair& pair,
                                                 const DivergenceSignature& signature) {
  if (signature.what == DivergenceClass::kError) return ReasonForErrors();
  if (pair.left >= kOurs) return std::nullopt;  // nothing excuses our own machine
  if (signature.what == DivergenceClass::kOutOfMemory) return ReasonForMemory(signature.opcode);
  return ByQuirks(pair);
}

std::optional<Divergence> Judge::Impl::Describe(const Pair& pair, const Coarse& coarse) {
  Divergence divergence;
  auto signature = Sign(pair, coarse, &divergence.offset);
  if (!signature) return std::nullopt;
  divergence.signature = std::move(*signature);
  divergence.left_engine = IdOf(pair.left);
  divergence.right_engine = IdOf(pair.right);
  divergence.left_says = Briefly(Answer(pair.left));
  divergence.right_says = Briefly(Answer(pair.right));
  divergence.path = coarse.comparison.path;
  if (coarse.what == DivergenceClass::kTrace || coarse.what == DivergenceClass::kConsumed) {
    divergence.left_says += ", " + coarse.comparison.left;
    divergence.right_says += ", " + coarse.comparison.right;
  }
  divergence.known = Why(pair, divergence.signature);
  return divergence;
}

StaticInputs Judge::Impl::ForStatic() {
  StaticInputs inputs{stream, {}};
  const Seat c = Answer(kCLoads).verdict == Verdict::kUnsupported ? kCBytesIo : kCLoads;
  inputs.loaders.push_back({"_pickle", IdOf(c), &Answer(c)});
  inputs.loaders.push_back({"pickle.py", IdOf(kPyLoads), &Answer(kPyLoads)});
  inputs.loaders.push_back({"_pickle/load", IdOf(kCBytesIo), &Answer(kCBytesIo)});
  return inputs;
}

std::vector<Divergence> Judge::Impl::Statically() {
  std::vector<Divergence> found = JudgeStatically(ForStatic());
  // Where `_pickle.loads` as it should be is what pickletools shows, the reader is the odd one.
  const Outcome plain = Load(kOurs, stream);
  const auto of_plain = JudgeStatically({stream, {{"pickleproof", "pickleproof", &plain}}});
  for (Divergence& divergence : found) {
    const bool same = std::ranges::any_of(of_plain, [&](const Divergence& other) {
      return other.signature.what == divergence.signature.what;
    });
    if (!divergence.known && !same) divergence.known = ReasonForOddReader();
  }
  return found;
}

Judge::Judge(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Judge::Judge(Judge&&) noexcept = default;
Judge& Judge::operator=(Judge&&) noexcept = default;
Judge::~Judge() = default;

Result<Judge> Judge::Make(const EngineSet& set) {
  auto impl = std::make_unique<Impl>();
  impl->set = &set;
  int minor = 0;
  for (Engine* reader : set.Readers()) {
    const std::string& id = reader->card().id;
    for (size_t seat = 0; seat < impl->engines.size(); ++seat) {
      if (id.starts_with("cpython-") && id.ends_with("/" + std::string(kSeatNames[seat]))) {
        impl->engines[seat] = reader;
        minor = std::atoi(id.c_str() + std::string_view("cpython-3.").size());
      }
    }
  }
  for (const Engine* engine : impl->engines) {
    if (engine != nullptr) continue;
    const std::string why = set.unavailable().empty() ? "" : ": " + set.unavailable().front();
    return Fail(ErrorCode::kForeign, "CPython's readers are needed and missing" + why);
  }
  for (size_t i = 0; i < impl->own.size(); ++i) {
    impl->own[i] = Profile::Of(kOwnProfiles[i], minor).value_or(Profile());
  }
  return Judge(std::move(impl));
}

std::vector<Divergence> Judge::Look(std::string_view stream) {
  impl_->Begin(stream);
  std::vector<Divergence> found;
  const auto add = [&](Divergence divergence) {
    const bool told = std::any_of(found.begin(), found.end(), [&](const Divergence& other) {
      return other.signature == divergence.signature;
    });
    if (!told) found.push_back(std::move(divergence));
  };
  for (const Pair& pair : impl_->Pairs()) {
    const auto coarse = impl_->CompareHere(pair);
    auto divergence = coarse ? impl_->Describe(pair, *coarse) : std::nullopt;
    if (divergence) add(std::move(*divergence));
  }
  for (Divergence& divergence : impl_->Statically()) add(std::move(divergence));
  std::ranges::sort(
      found,
      [](const DivergenceSignature& a, const DivergenceSignature& b) {
        return std::tie(a.what, a) < std::tie(b.what, b);
      },
      &Divergence::signature);
  return found;
}

std::vector<Divergence> Judge::LookAtCosts(std::string_view stream) {
  return JudgeCosts(*impl_->set, stream);
}

bool Judge::Shows(std::string_view stream, const DivergenceSignature& signature) {
  if (signature.what == DivergenceClass::kAmplification) {
    return ShowsCost(*impl_->set, stream, signature);
  }
  impl_->Begin(stream);
  if (signature.left == kStaticName) {
    const auto found = JudgeStatically(impl_->ForStatic());
    return std::any_of(found.begin(), found.end(),
                       [&](const Divergence& d) { return d.signature == signature; });
  }
  for (const Pair& pair : impl_->Pairs()) {
    if (pair.left_name != signature.left || pair.right_name != signature.right) continue;
    const auto coarse = impl_->CompareHere(pair);
    if (!coarse || coarse->what != signature.what || coarse->detail != signature.detail) continue;
    if (impl_->Sign(pair, *coarse, nullptr) == signature) return true;
  }
  return false;
}

std::vector<std::pair<std::string, Outcome>> Judge::Answers(std::string_view stream) {
  impl_->Begin(stream);
  std::vector<std::pair<std::string, Outcome>> answers;
  for (const Seat seat : {kOurs, kOursFile, kOursPy}) {
    answers.emplace_back(impl_->IdOf(seat), impl_->Answer(seat));
  }
  for (uint8_t seat = 0; seat < kOurs; ++seat) {
    answers.emplace_back(impl_->IdOf(static_cast<Seat>(seat)),
                         impl_->Answer(static_cast<Seat>(seat)));
  }
  return answers;
}

}  // namespace pickleproof
