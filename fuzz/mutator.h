#pragma once
// The opcode-aware mutator: pickles to pickles. Half of its results come from libFuzzer's own byte
// mutations, the others from edits of whole instructions; most are then repaired, so that they
// load, and some are broken on purpose near their end, so that they fail late.
//
// Kept apart from generators/damage.h, which inflicts one named defect and allocates as it likes:
// this one runs before every execution, works in buffers of its own, and knows a size limit.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/repair.h"
#include "generators/choices.h"
#include "generators/opcode_programs.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {

enum class Edit : uint8_t {
  kGenerate,       // a new program
  kInsert,         // an instruction with a plausible argument
  kDelete,         // instructions
  kDuplicate,      // instructions, to another place
  kSwap,           // neighbouring runs of instructions
  kSplice,         // instructions of another pickle
  kReplace,        // an opcode by another with the same kind of argument
  kRetargetMemo,   // GET to another entry, PUT to another index
  kFrame,          // a frame more, less, longer or shorter
  kBoundary,       // an argument to a boundary value of its kind
  kArgumentBytes,  // an argument by byte mutation, its length kept right
  kProtocol,       // PROTO changed, added or dropped
  kWrap,           // instructions into a container
  kSpoil,          // something wrong at the end
  kBytes,          // byte mutation of the whole input
};
std::span<const Edit> AllEdits();
// "generate", "insert", ...
std::string_view Name(Edit edit);

// Byte mutation with libFuzzer's interface: changes `size` bytes in place, at most `max_size`
// after, and returns how many there are.
using ByteMutation = size_t (*)(uint8_t* data, size_t size, size_t max_size);

class Mutator {
 public:
  explicit Mutator(ByteMutation bytes);

  // A mutant of the first `size` bytes of `data`, in place; its size, never more than `max_size`.
  // The same input, seed and history of Remember() give the same mutant, as far as the byte
  // mutation does.
  size_t Mutate(uint8_t* data, size_t size, size_t max_size, uint32_t seed);

  // A child of two pickles, in `out`; its size.
  size_t CrossOver(std::string_view left, std::string_view right, uint8_t* out, size_t max_size,
                   uint32_t seed);

  // Keeps one of the last inputs as a donor for splices.
  void Remember(std::string_view donor);

  // How often each edit was made, by its number. For tests and statistics.
  const std::array<uint64_t, 15>& edits() const { return edits_; }

 private:
  struct Piece {
    uint32_t offset, size;
    Opcode opcode;
  };

  void Structural(Choices& choices, size_t max_size);
  void Apply(Edit edit, Choices& choices);
  void EditPiece(Edit edit, Choices& choices);
  void Spoil(Choices& choices);
  void MutateBytes(size_t max_size);
  void ArgumentBytes(Choices& choices, const Piece& piece);
  void Index();
  void Count(Edit edit) { ++edits_[static_cast<size_t>(edit)]; }

  // Places are numbers of pieces; work_ is rewritten through scratch_.
  size_t OffsetOf(size_t place) const {
    return place < pieces_.size() ? pieces_[place].offset : decoded_;
  }
  // Puts `text_` in place of bytes [begin, end).
  void Replace(size_t begin, size_t end);
  struct Run {
    size_t begin, end;
  };
  Run DrawRun(Choices& choices) const;
  // A piece of which `wanted` is true, or pieces_.size().
  template <typename Wanted>
  size_t DrawPiece(Choices& choices, Wanted wanted) const;
  void DrawInstruction(Choices& choices);
  void DrawContainer(Choices& choices);

  ByteMutation bytes_;
  Repairer repairer_;
  ProgramGenerator programs_;
  std::string work_, scratch_, text_;
  std::vector<uint8_t> buffer_;
  std::vector<Piece> pieces_;
  size_t decoded_ = 0;  // bytes of work_ that are instructions
  std::array<std::string, 32> donors_;
  size_t remembered_ = 0;
  std::array<uint64_t, 15> edits_{};
};

}  // namespace pickleproof
