// The pass over instructions of reducer.h.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "generators/shrink_bytes.h"
#include "harness/base/bytes.h"
#include "harness/pickle/program.h"
#include "harness/reduce/reducer.h"

namespace pickleproof {
namespace {

constexpr size_t kMaxPaired = 48;  // instructions among which all pairs are tried

// An instruction, and what lies in its frame where it is a FRAME that fits: how many instructions
// behind it and, where these are all, how many bytes of the tail.
struct Piece {
  OwnedInstruction instruction;
  size_t framed = 0;
  size_t framed_tail = 0;
};

// A pickle in pieces, so that frames can be made to fit again when pieces go.
struct Pieces {
  std::vector<Piece> pieces;
  std::string tail;
};

std::string Bytes(const OwnedInstruction& instruction) {
  std::string bytes;
  AppendInstruction(bytes, instruction.opcode, instruction.argument);
  return bytes;
}

Pieces Cut(std::string_view stream) {
  Program program = Decode(stream);
  Pieces cut;
  cut.tail = std::move(program.tail);
  std::vector<uint64_t> ends;  // of the instructions
  uint64_t end = 0;
  for (OwnedInstruction& instruction : program.instructions) {
    ends.push_back(end += Bytes(instruction).size());
    cut.pieces.push_back({std::move(instruction), 0, 0});
  }
  for (size_t i = 0; i < cut.pieces.size(); ++i) {
    const OwnedInstruction& frame = cut.pieces[i].instruction;
    if (frame.opcode != Opcode::FRAME) continue;
    const uint64_t length = LoadLittle<uint64_t>(frame.argument.data());
    const uint64_t rest = end - ends[i];  // of the instructions
    const auto last =
        std::find(ends.begin() + static_cast<std::ptrdiff_t>(i), ends.end(), ends[i] + length);
    if (length > 0 && last != ends.end()) {
      cut.pieces[i].framed = static_cast<size_t>(last - ends.begin()) - i;
    } else if (length > rest && length - rest <= cut.tail.size()) {
      cut.pieces[i].framed = cut.pieces.size() - 1 - i;
      cut.pieces[i].framed_tail = static_cast<size_t>(length - rest);
    }
  }
  return cut;
}

std::string Join(const Pieces& cut) {
  // From the back, so that the sizes behind a frame are known.
  std::vector<std::string> bytes(cut.pieces.size());
  std::vector<uint64_t> size_behind(cut.pieces.size() + 1, 0);
  for (size_t i = cut.pieces.size(); i-- > 0;) {
    const Piece& piece = cut.pieces[i];
    OwnedInstruction instruction = piece.instruction;
    if (piece.framed > 0 || piece.framed_tail > 0) {
      const size_t last = std::min(i + 1 + piece.framed, cut.pieces.size());
      instruction.argument.clear();
      AppendLittle<uint64_t>(
          instruction.argument,
          size_behind[i + 1] - size_behind[last] + std::min(piece.framed_tail, cut.tail.size()));
    }
    bytes[i] = Bytes(instruction);
    size_behind[i] = size_behind[i + 1] + bytes[i].size();
  }
  std::string stream;
  for (const std::string& part : bytes) stream += part;
  return stream + cut.tail;
}

Pieces Without(const Pieces& cut, size_t begin, size_t count) {
  Pieces rest = cut;
  const size_t end = std::min(begin + count, cut.pieces.size());
  for (size_t i = 0; i < begin; ++i) {
    const size_t first = i + 1;
    const size_t last = first + cut.pieces[i].framed;
    if (last <= begin || cut.pieces[i].framed == 0) continue;
    rest.pieces[i].framed -= std::min(last, end) - begin;
  }
  rest.pieces.erase(rest.pieces.begin() + static_cast<std::ptrdiff_t>(begin),
                    rest.pieces.begin() + static_cast<std::ptrdiff_t>(end));
  return rest;
}

bool DropChunks(ReductionSearch& search) {
  bool progress = false;
  Pieces cut = Cut(search.best());
  for (size_t size = std::max<size_t>(cut.pieces.size() / 2, 1); size > 0; size /= 2) {
    for (size_t begin = 0; begin < cut.pieces.size();) {
      if (search.Try(Join(Without(cut, begin, size)))) {
        progress = true;
        cut = Cut(search.best());
      } else {
        begin += size;
      }
    }
  }
  return progress;
}

// What follows STOP, and the frame that it lies in with it.
bool ShortenTail(ReductionSearch& search) {
  Pieces cut = Cut(search.best());
  const std::string tail = cut.tail;
  const auto keep = [&](size_t size) {
    cut.tail = tail.substr(0, size);
    return search.Try(Join(cut));
  };
  for (size_t size = 0; size < tail.size(); size = 2 * size + 1) {
    if (keep(size)) return true;
  }
  return !tail.empty() && keep(tail.size() - 1);
}

// What only goes together: a mark and what takes it, a store and its fetch.
bool DropPairs(ReductionSearch& search) {
  const Pieces cut = Cut(search.best());
  if (cut.pieces.size() > kMaxPaired) return false;
  for (size_t second = 1; second < cut.pieces.size(); ++second) {
    const Pieces without = Without(cut, second, 1);
    for (size_t first = 0; first < second; ++first) {
      if (search.Try(Join(Without(without, first, 1)))) return true;
    }
  }
  return false;
}

struct Shorter {
  Opcode from, to;
  size_t argument;  // bytes of the argument that are kept; kWhole for all
};
constexpr size_t kWhole = ~size_t{0};
constexpr Shorter kShorter[] = {
    {Opcode::BINUNICODE8, Opcode::SHORT_BINUNICODE, kWhole},
    {Opcode::BINUNICODE, Opcode::SHORT_BINUNICODE, kWhole},
    {Opcode::BINBYTES8, Opcode::SHORT_BINBYTES, kWhole},
    {Opcode::BINBYTES, Opcode::SHORT_BINBYTES, kWhole},
    {Opcode::BINSTRING, Opcode::SHORT_BINSTRING, kWhole},
    {Opcode::LONG4, Opcode::LONG1, kWhole},
    {Opcode::BININT, Opcode::BININT1, 1},
    {Opcode::BININT2, Opcode::BININT1, 1},
    {Opcode::LONG_BINPUT, Opcode::BINPUT, 1},
    {Opcode::LONG_BINGET, Opcode::BINGET, 1},
    {Opcode::EXT4, Opcode::EXT1, 1},
    {Opcode::EXT2, Opcode::EXT1, 1},
};
// Values of one byte that something longer may be replaced by.
constexpr std::array<Opcode, 5> kPlain = {Opcode::EMPTY_TUPLE, Opcode::NONE, Opcode::EMPTY_LIST,
                                          Opcode::EMPTY_DICT, Opcode::EMPTY_SET};

bool ReplaceAt(ReductionSearch& search, const Pieces& cut, size_t index) {
  const OwnedInstruction& old = cut.pieces[index].instruction;
  Pieces changed = cut;
  OwnedInstruction& instruction = changed.pieces[index].instruction;
  changed.pieces[index].framed = 0;
  changed.pieces[index].framed_tail = 0;
  for (const Opcode plain : kPlain) {
    instruction = {plain, ""};
    if (search.Try(Join(changed))) return true;
  }
  for (const Shorter& shorter : kShorter) {
    if (shorter.from != old.opcode) continue;
    instruction = {shorter.to, old.argument.substr(0, shorter.argument)};
    if (ArgumentFits(instruction.opcode, instruction.argument) && search.Try(Join(changed))) {
      return true;
    }
  }
  return false;
}

bool ShortenArgument(ReductionSearch& search, const Pieces& cut, size_t index) {
  const OwnedInstruction& old = cut.pieces[index].instruction;
  if (old.argument.empty() || old.opcode == Opcode::FRAME) return false;
  bool progress = false;
  ShrinkBytes(old.argument, [&](std::string_view argument) {
    if (!ArgumentFits(old.opcode, argument)) return false;
    Pieces changed = cut;
    changed.pieces[index].instruction.argument = std::string(argument);
    const bool smaller = search.Try(Join(changed));
    progress = progress || smaller;
    return smaller;
  });
  return progress;
}

bool Simplify(ReductionSearch& search) {
  bool progress = false;
  Pieces cut = Cut(search.best());
  for (size_t i = 0; i < cut.pieces.size(); ++i) {
    if (ReplaceAt(search, cut, i) || ShortenArgument(search, cut, i)) {
      progress = true;
      cut = Cut(search.best());
    }
  }
  return progress;
}

}  // namespace

void ReduceInstructions(ReductionSearch& search) {
  bool progress = true;
  while (progress && !search.budget().exhausted()) {
    progress = DropChunks(search);
    progress |= ShortenTail(search);
    progress |= Simplify(search);
    if (!progress) progress = DropPairs(search);
  }
}

}  // namespace pickleproof
