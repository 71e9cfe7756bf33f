#include "harness/reduce/static_judge.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/pickle/name_mapping.h"
#include "harness/pickle/static_view.h"
#include "harness/reduce/first_instruction.h"
#include "harness/reduce/judge.h"

namespace pickleproof {
namespace {

constexpr std::string_view kPickletools =
    "https://github.com/python/cpython/blob/3.11/Lib/pickletools.py";

struct StaticRule {
  ErrorCode code;
  std::string_view opcode;  // "" for any
  std::string_view name, text;
};

constexpr StaticRule kStaticRules[] = {
    {ErrorCode::kStack, "STOP", "rest-on-stack",
     "dis() demands that STOP leaves an empty stack; loaders return the top and forget the rest"},
    {ErrorCode::kMemo, "", "memo-key-twice",
     "dis() refuses a memo key that is set twice, or read before it is set in the order of the "
     "bytes; loaders overwrite"},
    {ErrorCode::kMark, "", "mark-emulation",
     "dis() pairs marks in the order of the bytes; loaders keep them on a stack of their own and "
     "take what an opcode needs"},
    {ErrorCode::kStack, "", "stack-emulation",
     "dis() counts a stack across marks; loaders look only at what lies above the last mark"},
    {ErrorCode::kBadArgument, "INT", "decimal-only",
     "pickletools reads the line as decimal (read_decimalnl_short); loaders read it with base 0 "
     "and let spaces, signs, prefixes and underscores pass"},
    {ErrorCode::kBadArgument, "LONG", "decimal-only",
     "pickletools reads the line as decimal (read_decimalnl_long); loaders read it with base 0"},
    {ErrorCode::kBadEncoding, "", "ascii-only",
     "pickletools decodes names and lines as ASCII with escapes (read_stringnl); loaders as UTF-8, "
     "or not at all"},
    {ErrorCode::kBadArgument, "", "stricter-argument",
     "pickletools reads the argument by its descriptor, which is stricter than what the loader "
     "calls for it"},
    {ErrorCode::kValue, "", "printing-limit",
     "dis() prints a long in decimal, which str() refuses beyond 4300 digits; loaders never print "
     "it"},
};

std::optional<DivergenceReason> ReasonFor(const Error& error, std::string_view opcode) {
  for (const StaticRule& rule : kStaticRules) {
    if (rule.code == error.code && (rule.opcode.empty() || rule.opcode == opcode)) {
      return DivergenceReason{std::string(rule.name), std::string(rule.text),
                              std::string(kPickletools)};
    }
  }
  return std::nullopt;
}

Divergence Begin(const StaticInputs::Loader& loader, DivergenceClass what, std::string detail) {
  Divergence divergence;
  divergence.signature = {std::string(kStaticName), loader.name, what, std::move(detail), ""};
  divergence.left_engine = kStaticName;
  divergence.right_engine = loader.engine;
  divergence.right_says = Briefly(*loader.outcome);
  return divergence;
}

void Place(Divergence& divergence, const FirstInstruction& where) {
  divergence.signature.opcode = where.opcode;
  divergence.offset = where.offset;
}

std::optional<Divergence> Refusal(const StaticInputs& inputs, const StaticView& view,
                                  const StaticInputs::Loader& loader) {
  if (loader.outcome->verdict != Verdict::kAccept || view.well_formed || !view.first_error) {
    return std::nullopt;
  }
  const Error& error = *view.first_error;
  const std::string detail =
      fmt::format("{}:{}", view.decodes ? "dis" : "genops", Name(error.code));
  Divergence divergence = Begin(loader, DivergenceClass::kStaticRefusal, detail);
  if (error.offset != kNoOffset) Place(divergence, InstructionAt(inputs.stream, error.offset));
  divergence.left_says = fmt::format("refuse {}: {}", error.exception, error.message);
  divergence.known = ReasonFor(error, divergence.signature.opcode);
  return divergence;
}

bool IsTarget(std::string_view target, std::string_view module, std::string_view name) {
  if (target == fmt::format("{} {}", module, name)) return true;
  const GlobalName renamed = ToPython3({module, name});
  return target == fmt::format("{} {}", renamed.module, renamed.name);
}

// Whether pickletools shows this target of a trace, as written or under its Python 3 name.
bool IsShown(const StaticView& view, std::string_view target) {
  return std::ranges::any_of(view.shown_globals, [&](std::string_view shown) {
    const size_t space = shown.find(' ');
    return IsTarget(target, shown.substr(0, space), shown.substr(space + 1));
  });
}

bool IsWritten(const StaticView& view, std::string_view target) {
  return std::ranges::any_of(view.globals, [&](const StaticGlobal& global) {
    return IsTarget(target, global.module, global.name);
  });
}

std::optional<Divergence> HiddenGlobal(const StaticView& view, const StaticInputs::Loader& loader) {
  if (view.unknown_globals > 0) return std::nullopt;
  for (const TraceEvent& event : loader.outcome->trace) {
    if (event.kind != TraceKind::kGlobal || IsShown(view, event.target)) continue;
    const bool escaped = IsWritten(view, event.target);
    Divergence divergence = Begin(loader, DivergenceClass::kStaticGlobal, escaped ? "escapes" : "");
    if (escaped) {
      divergence.known =
          DivergenceReason{"escaped-name",
                           "pickletools undoes backslash escapes in the names of GLOBAL and INST "
                           "(read_stringnl_noescape, which escapes all the same); loaders take the "
                           "lines as they are",
                           std::string(kPickletools)};
    }
    divergence.left_says = fmt::format("shows {} other globals", view.globals.size());
    divergence.right_says = "looks up " + event.target;
    return divergence;
  }
  return std::nullopt;
}

std::optional<Divergence> OtherEnd(const StaticView& view, const StaticInputs::Loader& loader) {
  const Outcome& outcome = *loader.outcome;
  if (outcome.verdict != Verdict::kAccept || outcome.consumed == kNoOffset ||
      view.stop_offset == kNoOffset || outcome.consumed == view.stop_offset + 1) {
    return std::nullopt;
  }
  Divergence divergence = Begin(loader, DivergenceClass::kStaticEnd, "");
  divergence.left_says = fmt::format("STOP at byte {}", view.stop_offset);
  divergence.right_says = fmt::format("{} bytes read", outcome.consumed);
  return divergence;
}

}  // namespace

std::vector<Divergence> JudgeStatically(const StaticInputs& inputs) {
  const StaticView view = StaticViewOf(inputs.stream);
  std::vector<Divergence> found;
  const auto add_first = [&](const auto& judge) {
    for (const StaticInputs::Loader& loader : inputs.loaders) {
      if (std::optional<Divergence> divergence = judge(loader)) {
        found.push_back(std::move(*divergence));
        return;
      }
    }
  };
  add_first([&](const auto& loader) { return HiddenGlobal(view, loader); });
  add_first([&](const auto& loader) { return OtherEnd(view, loader); });
  add_first([&](const auto& loader) { return Refusal(inputs, view, loader); });
  return found;
}

DivergenceReason ReasonForOddReader() {
  return {"odd-reader",
          "pickletools takes the bytes one after the other, as `_pickle.loads` does; this reader "
          "parts from both by a quirk of its own (frames, or a line without its newline)",
          ""};
}

DivergenceReason ReasonForErrors() {
  return {"other-exception",
          "Both refuse; with which exception is left open (\"other exceptions may also be raised "
          "during unpickling, including (but not necessarily limited to) AttributeError, EOFError, "
          "ImportError, and IndexError\")",
          "https://docs.python.org/3/library/pickle.html#pickle.UnpicklingError"};
}

DivergenceReason ReasonForMemory(std::string_view opcode) {
  if (opcode.ends_with("PUT") || opcode == "MEMOIZE" || opcode == "memo-index") {
    return {
        "memo-array",
        "The memo of the C reader is an array up to the largest index, so that a few bytes make "
        "it ask for gigabytes (_Unpickler_MemoPut); pickle.py's is a dict",
        "https://github.com/python/cpython/blob/3.11/Modules/_pickle.c"};
  }
  return {"declared-length",
          "A declared length is allocated before the data is seen to be there: by the C reader for "
          "what it copies, by either where the file has to read it in one piece",
          "https://github.com/python/cpython/issues/115952"};
}

}  // namespace pickleproof
