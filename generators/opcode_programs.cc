#include "generators/opcode_programs.h"

#include "generators/program_supply.h"
#include "generators/program_writer.h"

namespace pickleproof {

ProgramGenerator::ProgramGenerator(ProgramShape shape) : shape_(shape), rows_(shape) {}

void ProgramGenerator::WellFormed(Choices& choices, std::string& out) {
  ProgramWriter<Choices&> writer(shape_, rows_, stack_, memo_, memory_, choices);
  writer.WellFormed();
  out += writer.program();
}

void ProgramGenerator::WellFormed(RandomChoices& choices, std::string& out) {
  ProgramWriter<RandomChoices> writer(shape_, rows_, stack_, memo_, memory_, choices);
  writer.WellFormed();
  choices = writer.choices();
  out += writer.program();
}

void ProgramGenerator::Malformed(Choices& choices, std::string& out) {
  ProgramWriter<Choices&> writer(shape_, rows_, stack_, memo_, memory_, choices);
  writer.Malformed();
  out += writer.program();
}

}  // namespace pickleproof
