#include "fuzz/mutator.h"

#include <algorithm>
#include <cstring>

#include "fuzz/instruction_size.h"
#include "generators/opcode_arguments.h"
#include "harness/base/bytes.h"
#include "harness/pickle/decoder.h"

namespace pickleproof {
namespace {

constexpr auto kEdits = std::to_array<Edit>(
    {Edit::kGenerate, Edit::kInsert, Edit::kDelete, Edit::kDuplicate, Edit::kSwap, Edit::kSplice,
     Edit::kReplace, Edit::kRetargetMemo, Edit::kFrame, Edit::kBoundary, Edit::kArgumentBytes,
     Edit::kProtocol, Edit::kWrap, Edit::kSpoil, Edit::kBytes});

constexpr size_t kFrameHeader = 9;

// Those that Structural() draws from, repeated by weight.
constexpr auto kDrawn = std::to_array<Edit>(
    {Edit::kInsert, Edit::kInsert, Edit::kInsert, Edit::kDelete, Edit::kDelete, Edit::kDuplicate,
     Edit::kSwap, Edit::kSplice, Edit::kSplice, Edit::kReplace, Edit::kReplace, Edit::kRetargetMemo,
     Edit::kFrame, Edit::kBoundary, Edit::kBoundary, Edit::kArgumentBytes, Edit::kProtocol,
     Edit::kWrap});

bool IsMemo(Opcode opcode) {
  return opcode == Opcode::GET || opcode == Opcode::PUT || opcode == Opcode::BINGET ||
         opcode == Opcode::BINPUT || opcode == Opcode::LONG_BINGET || opcode == Opcode::LONG_BINPUT;
}

const OpcodeInfo& InfoOf(Opcode opcode) { return *FindOpcode(static_cast<uint8_t>(opcode)); }

}  // namespace

std::span<const Edit> AllEdits() { return kEdits; }

std::string_view Name(Edit edit) {
  switch (edit) {
    case Edit::kGenerate: return "generate";
    case Edit::kInsert: return "insert";
    case Edit::kDelete: return "delete";
    case Edit::kDuplicate: return "duplicate";
    case Edit::kSwap: return "swap";
    case Edit::kSplice: return "splice";
    case Edit::kReplace: return "replace";
    case Edit::kRetargetMemo: return "retarget-memo";
    case Edit::kFrame: return "frame";
    case Edit::kBoundary: return "boundary";
    case Edit::kArgumentBytes: return "argument-bytes";
    case Edit::kProtocol: return "protocol";
    case Edit::kWrap: return "wrap";
    case Edit::kSpoil: return "spoil";
    case Edit::kBytes: return "bytes";
  }
  return {};
}

Mutator::Mutator(ByteMutation bytes) : bytes_(bytes) {
  static_assert(kEdits.size() == std::tuple_size_v<decltype(edits_)>);
}

size_t Mutator::Mutate(uint8_t* data, size_t size, size_t max_size, uint32_t seed) {
  RandomChoices choices(seed);
  const size_t limit = std::max<size_t>(max_size, 2);
  work_.assign(reinterpret_cast<const char*>(data), size);
  const uint64_t plan = choices.Below(16);
  const bool repair = plan != 0 && plan != 8 && plan != 9;
  const bool spoil = plan >= 1 && plan <= 3;
  bool spoilt = false;
  if (plan < 8) {
    Structural(choices, limit);
  } else {
    MutateBytes(limit);
  }
  if (repair) {
    scratch_.clear();
    spoilt = repairer_.Repair(choices, work_, limit, spoil && plan != 1, scratch_);
    work_.swap(scratch_);
  }
  if (spoil && !spoilt) Spoil(choices);
  const size_t made = std::min(work_.size(), max_size);
  std::memcpy(data, work_.data(), made);
  return made;
}

size_t Mutator::CrossOver(std::string_view left, std::string_view right, uint8_t* out,
                          size_t max_size, uint32_t seed) {
  RandomChoices choices(seed);
  const size_t limit = std::max<size_t>(max_size, 2);
  // The front of one, the back of the other, cut between instructions.
  work_.assign(right);
  Index();
  text_.assign(right.substr(OffsetOf(choices.Below(pieces_.size() + 1))));
  work_.assign(left);
  Index();
  Replace(OffsetOf(choices.Below(pieces_.size() + 1)), work_.size());
  Count(Edit::kSplice);
  if (choices.Chance(7, 8)) {
    scratch_.clear();
    repairer_.Repair(choices, work_, limit, false, scratch_);
    work_.swap(scratch_);
  }
  const size_t made = std::min(work_.size(), max_size);
  std::memcpy(out, work_.data(), made);
  return made;
}

void Mutator::Remember(std::string_view donor) {
  if (!donor.empty()) donors_[remembered_++ % donors_.size()].assign(donor);
}

// ---- Whole inputs

void Mutator::MutateBytes(size_t max_size) {
  Count(Edit::kBytes);
  const size_t size = std::min(work_.size(), max_size);
  buffer_.resize(max_size);
  std::memcpy(buffer_.data(), work_.data(), size);
  const size_t made = bytes_(buffer_.data(), size, max_size);
  work_.assign(reinterpret_cast<const char*>(buffer_.data()), made);
}

void Mutator::Structural(Choices& choices, size_t max_size) {
  Index();
  if (pieces_.empty() || choices.Chance(1, 64)) {
    Count(Edit::kGenerate);
    work_.clear();
    programs_.WellFormed(choices, work_);
    Index();
  }
  static constexpr std::array<uint32_t, 4> kCounts = {8, 4, 2, 1};
  for (size_t left = 1 + choices.Weighted(kCounts); left > 0; --left) {
    Apply(choices.Pick(kDrawn), choices);
    if (work_.size() > 2 * max_size) work_.resize(2 * max_size);
    Index();
    if (pieces_.empty()) return;
  }
}

void Mutator::Index() {
  pieces_.clear();
  decoded_ = 0;
  while (const size_t size = InstructionSize(work_, decoded_)) {
    const auto opcode = static_cast<Opcode>(work_[decoded_]);
    pieces_.push_back({static_cast<uint32_t>(decoded_), static_cast<uint32_t>(size), opcode});
    decoded_ += size;
    if (opcode == Opcode::STOP) break;
  }
}

void Mutator::Replace(size_t begin, size_t end) { work_.replace(begin, end - begin, text_); }

// ---- Single edits. There is at least one piece.

Mutator::Run Mutator::DrawRun(Choices& choices) const {
  const size_t begin = choices.Below(pieces_.size());
  return {begin, begin + 1 + choices.Skewed(std::min<size_t>(pieces_.size() - begin, 16))};
}

template <typename Wanted>
size_t Mutator::DrawPiece(Choices& choices, Wanted wanted) const {
  // From a random place onwards, so that one pass will do.
  const size_t start = choices.Below(pieces_.size());
  for (size_t i = 0; i < pieces_.size(); ++i) {
    const size_t place = (start + i) % pieces_.size();
    if (wanted(pieces_[place])) return place;
  }
  return pieces_.size();
}

// A small container in text_, of a few items of which several are alike: equal keys, shared and
// unhashable members, empty and odd batches.
void Mutator::DrawContainer(Choices& choices) {
  static constexpr auto kItems = std::to_array<std::string_view>(
      {"N", std::string_view("K\0", 2), "K\1", "\x88", "I01\n", "L1L\n", "F1\n", "h\0", ")", "]",
       "}", "\x8c\1a", "U\1a", "C\1a", "\x8f", std::string_view("J\1\0\0\0", 5)});
  static constexpr auto kClosers = std::to_array<std::pair<std::string_view, char>>(
      {{"", 't'}, {"", 'l'}, {"", 'd'}, {"", '\x91'}, {"]", 'e'}, {"}", 'u'}, {"\x8f", '\x90'}});
  if (choices.Chance(1, 8)) {
    // One by one.
    text_.assign("}");
    for (uint64_t count = choices.Below(4); count > 0; --count) {
      text_ += choices.Pick(kItems);
      text_ += choices.Pick(kItems);
      text_ += static_cast<char>(Opcode::SETITEM);
    }
    return;
  }
  const auto& [target, closer] = choices.Pick(kClosers);
  text_.assign(target);
  text_ += static_cast<char>(Opcode::MARK);
  uint64_t count = choices.Below(4);
  // Keys and values come in pairs, mostly.
  if ((closer == 'd' || closer == 'u') && !choices.Chance(1, 4)) count *= 2;
  for (; count > 0; --count) text_ += choices.Pick(kItems);
  text_ += closer;
}

// An instruction in text_.
void Mutator::DrawInstruction(Choices& choices) {
  const OpcodeInfo& info = choices.Pick(AllOpcodes());
  text_.assign(1, static_cast<char>(info.opcode));
  if (info.opcode == Opcode::LONG_BINPUT || info.opcode == Opcode::LONG_BINGET) {
    AppendLittle(text_, static_cast<uint32_t>(choices.Below(300)));
  } else if (info.opcode == Opcode::PUT || info.opcode == Opcode::GET) {
    text_ += std::to_string(choices.Below(20)) + "\n";
  } else if (info.opcode == Opcode::BINPUT || info.opcode == Opcode::BINGET) {
    text_ += static_cast<char>(choices.Below(8));
  } else if (info.opcode == Opcode::FRAME) {
    AppendLittle(text_, choices.Skewed(64));
  } else if (info.opcode == Opcode::PROTO) {
    text_ += static_cast<char>(choices.Below(kHighestProtocol + 1));
  } else {
    AppendArgument(choices, info.arg, text_);
  }
}

void Mutator::Apply(Edit edit, Choices& choices) {
  Count(edit);
  const Run run = DrawRun(choices);
  const size_t begin = OffsetOf(run.begin);
  const size_t end = OffsetOf(run.end);
  const std::string_view taken = std::string_view(work_).substr(begin, end - begin);
  switch (edit) {
    case Edit::kInsert:
      if (choices.Chance(1, 4)) {
        DrawContainer(choices);
      } else {
        DrawInstruction(choices);
      }
      Replace(begin, begin);
      return;
    case Edit::kDelete:
      text_.clear();
      Replace(begin, end);
      return;
    case Edit::kDuplicate: {
      text_.assign(taken);
      const size_t place = OffsetOf(choices.Below(pieces_.size()));
      Replace(place, place);
      return;
    }
    case Edit::kSwap: {
      const size_t middle = OffsetOf(run.begin + choices.Below(run.end - run.begin));
      text_.assign(work_, middle, end - middle);
      text_.append(work_, begin, middle - begin);
      Replace(begin, end);
      return;
    }
    case Edit::kSplice: {
      const std::string& donor = choices.Pick(donors_);
      if (donor.empty()) return;
      // Decoding the donor would cost more than a wrong start, which the repair drops.
      const size_t from = choices.Below(donor.size());
      text_.assign(donor, from, 1 + choices.Skewed(64));
      Replace(begin, choices.Chance(1, 2) ? begin : end);
      return;
    }
    case Edit::kWrap: {
      static constexpr std::string_view kClosers =
          "tlt\x85\x91"
          "1";
      const char closer = choices.Pick(kClosers);
      text_.clear();
      if (closer != '\x85') text_ += static_cast<char>(Opcode::MARK);
      text_.append(taken);
      text_ += closer;
      Replace(begin, end);
      return;
    }
    case Edit::kGenerate:
    case Edit::kReplace:
    case Edit::kRetargetMemo:
    case Edit::kFrame:
    case Edit::kBoundary:
    case Edit::kArgumentBytes:
    case Edit::kProtocol:
    case Edit::kSpoil:
    case Edit::kBytes: EditPiece(edit, choices); return;
  }
}

// Edits of one instruction of a certain sort. Where there is none, nothing happens.
void Mutator::EditPiece(Edit edit, Choices& choices) {
  const size_t place = DrawPiece(choices, [edit](const Piece& piece) {
    switch (edit) {
      case Edit::kRetargetMemo: return IsMemo(piece.opcode);
      case Edit::kFrame: return piece.opcode == Opcode::FRAME;
      case Edit::kBoundary: return piece.size > 1 && !IsMemo(piece.opcode);
      case Edit::kArgumentBytes: return piece.size > 2;
      case Edit::kProtocol: return piece.opcode == Opcode::PROTO;
      default: return true;
    }
  });
  const bool found = place < pieces_.size();
  const size_t begin = found ? pieces_[place].offset : 0;
  const size_t end = found ? begin + pieces_[place].size : 0;
  text_.clear();
  if (edit == Edit::kProtocol) {
    if (!found || choices.Chance(3, 4)) {
      text_ += static_cast<char>(Opcode::PROTO);
      // One beyond the last as well.
      text_ += static_cast<char>(choices.Below(kHighestProtocol + 2));
    }
    return Replace(begin, end);
  }
  if (edit == Edit::kFrame) {
    const size_t at = found ? begin : OffsetOf(choices.Below(pieces_.size()));
    if (found && choices.Chance(1, 4)) return Replace(begin, end);
    text_ += static_cast<char>(Opcode::FRAME);
    AppendLittle(text_, choices.Skewed(work_.size() - at + 16));
    return Replace(at, found ? at + kFrameHeader : at);
  }
  if (!found) return;
  const Piece piece = pieces_[place];
  if (edit == Edit::kArgumentBytes) return ArgumentBytes(choices, piece);
  if (edit == Edit::kRetargetMemo) {
    const uint64_t index = choices.Skewed(choices.Chance(1, 16) ? 70000 : 16);
    text_ += static_cast<char>(piece.opcode);
    if (piece.opcode == Opcode::GET || piece.opcode == Opcode::PUT) {
      text_ += std::to_string(index) + "\n";
    } else {
      text_.append(reinterpret_cast<const char*>(&index), piece.size - 1);
    }
    return Replace(begin, end);
  }
  const ArgKind kind = InfoOf(piece.opcode).arg;
  if (edit == Edit::kBoundary) {
    text_ += static_cast<char>(piece.opcode);
    AppendArgument(choices, kind, text_);
    return Replace(begin, end);
  }
  // kReplace: the argument stays, the opcode is another that takes it.
  for (int attempt = 0; attempt < 8; ++attempt) {
    const OpcodeInfo& info = choices.Pick(AllOpcodes());
    if (info.arg != kind || info.opcode == piece.opcode) continue;
    work_[begin] = static_cast<char>(info.opcode);
    return;
  }
}

// Counted arguments keep a length that fits, lines their newline; numbers are just mutated.
void Mutator::ArgumentBytes(Choices& choices, const Piece& piece) {
  const ArgLayout layout = LayoutOf(InfoOf(piece.opcode).arg);
  const bool counted = layout.form == ArgLayout::Form::kCounted;
  const bool line =
      layout.form == ArgLayout::Form::kLine || layout.form == ArgLayout::Form::kTwoLines;
  const size_t front = 1 + (counted ? layout.width : 0U);
  const size_t back = line ? 1 : 0;
  size_t size = piece.size - front - back;
  if (size == 0) return;
  const size_t longest =
      counted || line ? std::min<size_t>(size + 16, counted && layout.width == 1 ? 255 : size + 16)
                      : size;
  buffer_.resize(std::max(buffer_.size(), longest));
  std::memcpy(buffer_.data(), work_.data() + piece.offset + front, size);
  const size_t made = bytes_(buffer_.data(), size, std::max(size, longest));
  size = counted || line ? made : size;
  text_.assign(work_, piece.offset, 1);
  if (counted) text_.append(reinterpret_cast<const char*>(&size), layout.width);
  text_.append(reinterpret_cast<const char*>(buffer_.data()), size);
  if (line) text_ += choices.Chance(1, 64) ? '\r' : '\n';
  Replace(piece.offset, piece.offset + piece.size);
}

// One thing wrong, in front of STOP or with it.
void Mutator::Spoil(Choices& choices) {
  Count(Edit::kSpoil);
  if (work_.empty()) return;
  work_.pop_back();  // STOP
  switch (choices.Below(8)) {
    case 0: return;
    case 1: work_ += static_cast<char>(choices.Below(256)); break;
    case 2: {
      const OpcodeInfo& info = choices.Pick(AllOpcodes());
      work_ += static_cast<char>(info.opcode);
      AppendBadArgument(choices, info.arg, work_);
      return;
    }
    case 3:
      // An unset memo entry, no mark, nothing to call.
      work_ += "h\xff";
      break;
    default: {
      DrawInstruction(choices);
      work_ += text_;
      if (choices.Chance(1, 4)) return;
    }
  }
  work_ += static_cast<char>(Opcode::STOP);
}

}  // namespace pickleproof
