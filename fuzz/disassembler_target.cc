// Question: does our disassembler see what pickletools sees, and do both see what a load does?
// Input:    a pickle, or anything else.
// Oracle:   pickletools.dis and genops accept, refuse and stop where StaticViewOf() says, and name
//           the same globals; a load looks up no global that the static view does not name. A
//           pickle that loads although dis() refuses it is a disagreement too: it is what hides
//           from scanners.
// Seeds:    fuzz/seeds/pickle

#include <algorithm>

#include <fmt/format.h>

#include "fuzz/extra_counters.h"
#include "fuzz/fuzz_options.h"
#include "fuzz/target.h"
#include "harness/base/check.h"
#include "harness/pickle/assembler.h"
#include "harness/pickle/disassembler.h"
#include "harness/pickle/static_view.h"
#include "harness/pickle/unpickler.h"
#include "harness/python/pickletools_view.h"

namespace pickleproof {
namespace {

constexpr size_t kLargestAllocation = size_t{1} << 20;

std::string_view OpcodeAt(std::string_view input, uint64_t offset) {
  if (offset >= input.size()) return "end";
  const OpcodeInfo* info = FindOpcode(static_cast<uint8_t>(input[static_cast<size_t>(offset)]));
  return info == nullptr ? "no opcode" : info->name;
}

// "module name" of what GLOBAL and INST look up, as pickletools shows it.
std::vector<std::string> WrittenGlobals(std::string_view input, const StaticView& view) {
  std::vector<std::string> names;
  for (size_t i = 0; i < view.globals.size(); ++i) {
    const auto opcode = static_cast<Opcode>(input[static_cast<size_t>(view.globals[i].offset)]);
    if (opcode != Opcode::STACK_GLOBAL) names.push_back(view.shown_globals[i]);
  }
  return names;
}

class DisassemblerTarget final : public FuzzTarget {
 public:
  explicit DisassemblerTarget(const TargetContext& context) : context_(context) {
    auto interpreter = Interpreter::Start({.largest_allocation = kLargestAllocation});
    PICKLEPROOF_CHECK(interpreter.has_value());
    interpreter_ = std::move(*interpreter);
    auto pickletools = Pickletools::Make(*interpreter_);
    PICKLEPROOF_CHECK(pickletools.has_value());
    pickletools_ = std::move(*pickletools);
  }

  void Run(std::string_view input) override {
    const StaticView ours = StaticViewOf(input);
    const Result<PickletoolsView> theirs = pickletools_->View(input);
    if (!theirs) return context_.tally.Poisoned(Name(theirs.error().code));
    TallyInstructions(input, input.size(), context_.tally);
    CompareViews(input, ours, *theirs);
    CompareWithLoad(input, ours, *theirs);
    const std::string assembly = Disassemble(input);
    const auto assembled = Assemble(assembly);
    if (!assembled || *assembled != input) {
      Report("assembly", input, "dis and asm do not give the same bytes");
    }
  }

 private:
  void CompareViews(std::string_view input, const StaticView& ours, const PickletoolsView& theirs) {
    if (theirs.dis == "MemoryError" || theirs.genops == "MemoryError") {
      return context_.tally.Poisoned("allocation");
    }
    const std::string exception = ours.first_error ? ours.first_error->exception : "";
    if (exception != theirs.dis) {
      Report(fmt::format("dis {} for {}", theirs.dis, exception), input, "pickletools.dis");
    }
    if (ours.decodes != theirs.genops.empty()) {
      Report(fmt::format("genops '{}'", theirs.genops), input, "pickletools.genops");
    }
    if (ours.decodes && ours.stop_offset != theirs.last_offset) {
      Report("stop", input, fmt::format("STOP at {}, {}", ours.stop_offset, theirs.last_offset));
    }
    if (ours.decodes && WrittenGlobals(input, ours) != theirs.globals) {
      Report("globals", input, fmt::format("{} globals", theirs.globals.size()));
    }
  }

  void CompareWithLoad(std::string_view input, const StaticView& ours,
                       const PickletoolsView& theirs) {
    unpickler_.Reset();
    const Unpickler::Loaded loaded = unpickler_.Load(input);
    const bool accepted = loaded.verdict == Verdict::kAccept;
    if (accepted) context_.tally.Accepted();
    if (accepted && !theirs.dis.empty() && ours.first_error) {
      // By design of both, and what hides from scanners: one candidate for each cause.
      const std::string cause =
          fmt::format("loads although dis refuses it: {} at {}", Name(ours.first_error->code),
                      OpcodeAt(input, ours.first_error->offset));
      context_.tally.Explained("loads although dis refuses it");
      context_.candidates.Add("disassembler | " + cause, input, ours.first_error->message, true);
      CountEvent(std::hash<std::string>()(cause));
    }
    if (!ours.decodes || ours.unknown_globals != 0) return;
    for (const TraceEvent& event : unpickler_.Trace()) {
      if (event.kind != TraceKind::kGlobal) continue;
      const bool named = std::ranges::any_of(ours.globals, [&](const StaticGlobal& global) {
        return event.target == global.module + " " + global.name;
      });
      if (!named) Report("a load looks up what no disassembly names", input, event.target);
    }
  }

  void Report(std::string_view what, std::string_view input, std::string_view detail) {
    const std::string signature = fmt::format("disassembler | {}", what);
    CountEvent(std::hash<std::string>()(signature));
    context_.tally.Disagreed();
    context_.candidates.Add(signature, input, detail);
  }

  static LoadOptions WithoutRenaming() {
    LoadOptions options = FuzzLoadOptions();
    options.fix_imports = false;
    return options;
  }

  TargetContext context_;
  std::unique_ptr<Interpreter> interpreter_;
  std::unique_ptr<Pickletools> pickletools_;
  Unpickler unpickler_{WithoutRenaming()};
};

}  // namespace

std::unique_ptr<FuzzTarget> MakeTarget(const TargetContext& context) {
  return std::make_unique<DisassemblerTarget>(context);
}

}  // namespace pickleproof
