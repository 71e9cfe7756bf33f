#include "generators/instruction_damage.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "generators/opcode_arguments.h"
#include "harness/base/bytes.h"
#include "harness/pickle/decoder.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {
namespace {

constexpr size_t kFrameHeader = 9;
// _pickle allocates all memo entries up to the largest index.
constexpr uint64_t kMaxMemoIndex = 70000;

// One instruction, or the undecoded rest.
struct Piece {
  std::string bytes;
  Opcode opcode = Opcode::STOP;
  bool decoded = true;
  bool framed = false;  // lies in a frame
  bool opens = false;   // is a FRAME that lies in none
};

std::vector<Piece> Take(std::string_view input) {
  std::vector<Piece> pieces;
  Decoder decoder(input);
  uint64_t frame_end = 0;
  while (true) {
    const auto next = decoder.Next();
    if (!next || !*next) break;
    const Instruction& instruction = **next;
    Piece piece{.bytes = std::string(instruction.raw), .opcode = instruction.opcode};
    piece.framed = instruction.offset < frame_end;
    if (instruction.opcode == Opcode::FRAME && !piece.framed) {
      piece.opens = true;
      frame_end =
          instruction.offset + kFrameHeader + std::min<uint64_t>(instruction.number, input.size());
    }
    pieces.push_back(std::move(piece));
  }
  if (decoder.position() < input.size()) {
    pieces.push_back({.bytes = std::string(input.substr(decoder.position())), .decoded = false});
  }
  return pieces;
}

// Joins the pieces. With `refit` each frame gets the length of what follows its FRAME up to the
// next piece that opens a frame or belongs to none.
std::string Join(std::vector<Piece>& pieces, bool refit) {
  Piece* opener = nullptr;
  uint64_t size = 0;
  const auto close = [&] {
    if (opener != nullptr && refit) std::memcpy(opener->bytes.data() + 1, &size, sizeof size);
    opener = nullptr;
    size = 0;
  };
  for (Piece& piece : pieces) {
    if (piece.opens || !piece.framed) close();
    if (piece.opens) {
      opener = &piece;
    } else {
      size += piece.bytes.size();
    }
  }
  close();
  std::string out;
  for (const Piece& piece : pieces) out += piece.bytes;
  return out;
}

Opcode DrawOpcode(Choices& choices) { return choices.Pick(AllOpcodes()).opcode; }

// An instruction with a plausible argument.
Piece DrawPiece(Choices& choices, bool framed) {
  const OpcodeInfo& info = choices.Pick(AllOpcodes());
  Piece piece{.bytes = std::string(1, static_cast<char>(info.opcode)), .opcode = info.opcode};
  piece.framed = framed;
  if (info.opcode == Opcode::LONG_BINPUT || info.opcode == Opcode::LONG_BINGET) {
    AppendLittle(piece.bytes, static_cast<uint32_t>(choices.Below(300)));
  } else if (info.opcode == Opcode::PUT || info.opcode == Opcode::GET) {
    piece.bytes += std::to_string(choices.Below(300)) + "\n";
  } else {
    AppendArgument(choices, info.arg, piece.bytes);
  }
  return piece;
}

bool IsMemoOpcode(Opcode opcode) {
  return opcode == Opcode::GET || opcode == Opcode::PUT || opcode == Opcode::BINGET ||
         opcode == Opcode::BINPUT || opcode == Opcode::LONG_BINGET || opcode == Opcode::LONG_BINPUT;
}

bool HasLength(Opcode opcode) {
  return opcode == Opcode::FRAME ||
         LayoutOf(FindOpcode(static_cast<uint8_t>(opcode))->arg).form == ArgLayout::Form::kCounted;
}

// A decoded piece of which `wanted` is true, or nothing.
template <typename Wanted>
std::optional<size_t> DrawPlace(Choices& choices, const std::vector<Piece>& pieces, Wanted wanted) {
  std::vector<size_t> places;
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].decoded && wanted(pieces[i])) places.push_back(i);
  }
  if (places.empty()) return std::nullopt;
  return choices.Pick(places);
}

void ChangeLength(Choices& choices, Piece& piece) {
  const size_t width = piece.opcode == Opcode::FRAME
                           ? 8
                           : LayoutOf(FindOpcode(static_cast<uint8_t>(piece.opcode))->arg).width;
  uint64_t length = 0;
  std::memcpy(&length, piece.bytes.data() + 1, width);
  static constexpr std::array<int, 6> kChanges = {1, -1, 2, 16, 127, -128};
  length = choices.Chance(1, 4) ? choices.Bits64()
                                : length + static_cast<uint64_t>(choices.Pick(kChanges));
  std::memcpy(piece.bytes.data() + 1, &length, width);
}

void ChangeMemoIndex(Choices& choices, Piece& piece) {
  static constexpr std::array<uint64_t, 8> kIndices = {0, 1, 2, 3, 255, 256, 65535, 65536};
  const uint64_t index =
      choices.Chance(1, 2) ? choices.Pick(kIndices) : choices.Skewed(kMaxMemoIndex);
  if (piece.opcode == Opcode::GET || piece.opcode == Opcode::PUT) {
    piece.bytes.replace(1, std::string::npos, std::to_string(index) + "\n");
  } else {
    std::memcpy(piece.bytes.data() + 1, &index, piece.bytes.size() - 1);
  }
}

void DamageOne(Defect defect, Choices& choices, Piece& piece) {
  const ArgKind arg = FindOpcode(static_cast<uint8_t>(piece.opcode))->arg;
  if (defect == Defect::kReplaceOpcode) {
    piece.bytes[0] = static_cast<char>(DrawOpcode(choices));
  } else if (defect == Defect::kReplaceInstruction) {
    piece = DrawPiece(choices, piece.framed);
  } else if (defect == Defect::kChangeArgument) {
    piece.bytes.resize(1);
    AppendArgument(choices, arg, piece.bytes);
  } else if (defect == Defect::kBreakArgument) {
    piece.bytes.resize(1);
    AppendBadArgument(choices, arg, piece.bytes);
  } else if (defect == Defect::kChangeLength) {
    ChangeLength(choices, piece);
  } else {
    ChangeMemoIndex(choices, piece);
  }
}

// Deletes, duplicates, swaps or inserts whole instructions at `place`.
void Rearrange(Defect defect, Choices& choices, size_t place, std::vector<Piece>& pieces) {
  const auto at = pieces.begin() + static_cast<ptrdiff_t>(place);
  if (defect == Defect::kInsertInstruction) {
    pieces.insert(at, DrawPiece(choices, at->framed));
    return;
  }
  size_t count = 1 + choices.Skewed(pieces.size() - place);
  const auto end = at + static_cast<ptrdiff_t>(count);
  if (defect == Defect::kDeleteInstructions) {
    pieces.erase(at, end);
  } else if (defect == Defect::kDuplicateInstructions) {
    const std::vector<Piece> copy(at, end);
    pieces.insert(end, copy.begin(), copy.end());
  } else if (end != pieces.end()) {
    // Where they go, they belong to the frames of that place.
    const auto other =
        end + static_cast<ptrdiff_t>(choices.Below(static_cast<uint64_t>(pieces.end() - end)));
    std::swap(at->framed, other->framed);
    std::iter_swap(at, other);
  }
}

std::string SpliceInstructions(Choices& choices, std::vector<Piece>& pieces,
                               std::string_view donor) {
  std::vector<Piece> others = Take(donor);
  if (others.empty()) return Join(pieces, true);
  pieces.resize(choices.Below(pieces.size() + 1));
  const size_t from = choices.Below(others.size());
  std::string out = Join(pieces, true);
  others.erase(others.begin(), others.begin() + static_cast<ptrdiff_t>(from));
  return out + Join(others, true);
}

}  // namespace

std::string DamageInstructions(Defect defect, Choices& choices, std::string_view input,
                               std::string_view donor) {
  std::vector<Piece> pieces = Take(input);
  if (defect == Defect::kSpliceInstructions) return SpliceInstructions(choices, pieces, donor);
  const bool refit = defect != Defect::kChangeLength && defect != Defect::kReplaceOpcode;
  const std::optional<size_t> place = DrawPlace(choices, pieces, [&](const Piece& piece) {
    if (defect == Defect::kChangeLength) return HasLength(piece.opcode);
    if (defect == Defect::kChangeMemoIndex) return IsMemoOpcode(piece.opcode);
    if (defect == Defect::kBreakArgument) {
      return FindOpcode(static_cast<uint8_t>(piece.opcode))->arg != ArgKind::kNone &&
             piece.opcode != Opcode::PUT && piece.opcode != Opcode::FRAME;
    }
    if (defect == Defect::kChangeArgument) {
      return FindOpcode(static_cast<uint8_t>(piece.opcode))->arg != ArgKind::kNone &&
             !IsMemoOpcode(piece.opcode) && piece.opcode != Opcode::FRAME;
    }
    return true;
  });
  if (!place) return std::string(input);
  const bool one = defect == Defect::kReplaceOpcode || defect == Defect::kReplaceInstruction ||
                   defect >= Defect::kChangeArgument;
  if (one) {
    DamageOne(defect, choices, pieces[*place]);
  } else {
    Rearrange(defect, choices, *place, pieces);
  }
  return Join(pieces, refit);
}

}  // namespace pickleproof
