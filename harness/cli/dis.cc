// dis INPUT... and asm FILE: between bytes and assembly.

#include <memory>

#include <fmt/format.h>

#include "harness/cli/inputs.h"
#include "harness/cli/verbs.h"
#include "harness/pickle/assembler.h"
#include "harness/pickle/disassembler.h"

namespace pickleproof {
namespace {

struct DisVerb {
  InputArguments inputs;
  bool as_json = false;
  bool plain = false;
};

int RunDis(const DisVerb& verb) {
  const auto inputs = ExpandInputs(verb.inputs);
  if (!inputs) return Refuse(inputs.error().message);
  for (const InputFile& input : *inputs) {
    const auto bytes = input.Read();
    if (!bytes) return Refuse(bytes.error().message);
    if (verb.as_json) {
      fmt::print("{}\n", DisassembleJson(*bytes));
      continue;
    }
    if (inputs->size() > 1) fmt::print("# {}\n", input.name());
    fmt::print("{}", Disassemble(*bytes, {.offsets = !verb.plain, .comments = !verb.plain}));
  }
  return kAgreed;
}

struct AsmVerb {
  std::string file;
  std::string out;
};

int RunAsm(const AsmVerb& verb) {
  const auto text = ReadWhole(verb.file);
  if (!text) return Refuse(text.error().message);
  if (text->empty()) {
    return Refuse(verb.file == "-" ? "standard input is empty" : verb.file + ": the file is empty");
  }
  const auto bytes = Assemble(*text);
  if (!bytes) return Refuse(verb.file + ": " + bytes.error().message);
  const auto saved = WriteWhole(verb.out, *bytes);
  return saved ? kAgreed : Refuse(saved.error().message);
}

}  // namespace

void AddDis(CLI::App& app, int* status) {
  auto verb = std::make_shared<DisVerb>();
  CLI::App* dis = app.add_subcommand("dis", "Disassemble pickles, with stack and memo");
  verb->inputs.AddTo(*dis);
  dis->add_flag("--json", verb->as_json, "One JSON object per input");
  dis->add_flag("--plain", verb->plain, "Instructions only: no offsets, no comments");
  dis->callback([verb, status] { *status = RunDis(*verb); });
}

void AddAsm(CLI::App& app, int* status) {
  auto verb = std::make_shared<AsmVerb>();
  CLI::App* assemble = app.add_subcommand("asm", "Assemble a pickle (harness/pickle/ASSEMBLY.md)");
  assemble->add_option("FILE", verb->file, "Assembly text, or - for standard input")->required();
  assemble->add_option("-o,--out", verb->out, "File to write; standard output without it");
  assemble->callback([verb, status] { *status = RunAsm(*verb); });
}

}  // namespace pickleproof
