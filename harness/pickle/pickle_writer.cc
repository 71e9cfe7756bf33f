#include "harness/pickle/pickle_writer.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "harness/base/bytes.h"
#include "harness/graph/big_int.h"
#include "harness/pickle/text_escape.h"

namespace pickleproof {
namespace {

constexpr ptrdiff_t kFrameHeader = 9;
constexpr size_t kLargeText = size_t{64} * 1024;  // from here on outside of frames
constexpr size_t kMaxFourBytes = 0xffffffff;
constexpr size_t kFirstRoom = 4096;
constexpr uint64_t kPlainNan = 0x7ff8000000000000;  // what reading "nan" gives

using Ints = EncodingPolicy::Ints;

// Bytes of the minimal two's complement, at least 1.
unsigned SignedBytes(int64_t value) {
  const auto magnitude = static_cast<uint64_t>(value ^ (value >> 63));
  return (64U - static_cast<unsigned>(std::countl_zero(magnitude))) / 8 + 1;
}

char* PutLong1(char* p, int64_t value) {
  const unsigned size = value == 0 ? 0 : SignedBytes(value);
  p = PutOpcode(p, Opcode::LONG1);
  p = PutLittle(p, static_cast<uint8_t>(size));
  PutLittle(p, value);
  return p + size;
}

char* PutTextInt(char* p, bool is_long, int64_t value) {
  p = PutOpcode(p, is_long ? Opcode::LONG : Opcode::INT);
  p = std::to_chars(p, p + 24, value).ptr;
  if (is_long) *p++ = 'L';
  *p++ = '\n';
  return p;
}

bool IsInt32(int64_t value) { return value == static_cast<int32_t>(value); }

}  // namespace

PickleWriter::PickleWriter(int protocol, const EncodingPolicy& policy)
    : protocol_(protocol),
      policy_(policy),
      framing_(protocol >= 4 && policy.framing != EncodingPolicy::Framing::kNone) {
  using MemoOpcode = EncodingPolicy::MemoOpcode;
  put_ = get_ = Memo::kText;
  if (protocol >= 1 && policy.memo_opcode != MemoOpcode::kText) {
    put_ = get_ = policy.memo_opcode == MemoOpcode::kLongBinary ? Memo::kLongBinary : Memo::kBinary;
  }
  if (protocol >= 4 && policy.memo_opcode == MemoOpcode::kByProtocol) put_ = Memo::kMemoize;
  memo_start_ = put_ == Memo::kMemoize ? 0 : policy.memo_start;
}

// ---- Room and frames.

char* PickleWriter::Begin(std::string& out, uint64_t max_bytes) {
  out_ = &out;
  start_ = out.size();
  max_bytes_ = max_bytes;
  over_limit_ = false;
  frame_ = kNoFrame;
  hard_end_ = out.data() + start_;
  char* p = Grow(hard_end_, kFirstRoom);
  if (policy_.proto_header && protocol_ >= 2) {
    p = PutOpcode(p, Opcode::PROTO);
    p = PutLittle(p, static_cast<uint8_t>(protocol_));
  }
  if (framing_) p = OpenFrame(p);
  return p;
}

void PickleWriter::End(char* p) {
  p = PutOpcode(p, Opcode::STOP);
  if (framing_) p = CloseFrame(p, policy_.frame_minimum);
  out_->resize(static_cast<size_t>(p - out_->data()));
  out_ = nullptr;
}

void PickleWriter::Abort() {
  out_->resize(start_);
  out_ = nullptr;
}

char* PickleWriter::Grow(char* p, size_t size) {
  const auto used = static_cast<size_t>(p - out_->data());
  if (used - start_ > max_bytes_) over_limit_ = true;
  // What the string has already comes free.
  const size_t room =
      used + size <= out_->capacity() ? out_->capacity() : std::max(used + size, used * 2);
  out_->resize_and_overwrite(room, [](char*, size_t n) { return n; });
  hard_end_ = out_->data() + out_->size();
  SetSoftEnd();
  return out_->data() + used;
}

void PickleWriter::SetSoftEnd() {
  soft_end_ = hard_end_ - kSlack;
  if (frame_ == kNoFrame || policy_.framing == EncodingPolicy::Framing::kOne) return;
  const size_t full = frame_ + kFrameHeader + policy_.frame_size;
  if (full < static_cast<size_t>(soft_end_ - out_->data())) soft_end_ = out_->data() + full;
}

char* PickleWriter::AtBoundary(char* p) {
  if (frame_ != kNoFrame && policy_.framing == EncodingPolicy::Framing::kCPython) {
    const size_t payload = static_cast<size_t>(p - out_->data()) - frame_ - kFrameHeader;
    if (payload >= policy_.frame_size) {
      p = CloseFrame(p, policy_.frame_minimum);
      p = OpenFrame(sink_ == nullptr ? p : Flush(p));
    }
  }
  if (hard_end_ - p < 2 * kSlack) p = Grow(p, kFirstRoom);
  SetSoftEnd();
  return p;
}

// Gives all that is written to the sink.
char* PickleWriter::Flush(char* p) {
  char* begin = out_->data() + start_;
  sink_->Write({begin, static_cast<size_t>(p - begin)});
  return begin;
}

// A frame begins with a hole for its header. CPython begins it with the first opcode in it; that is
// the same, because an empty one leaves no trace.
char* PickleWriter::OpenFrame(char* p) {
  p = Room(p, kFrameHeader);
  frame_ = static_cast<size_t>(p - out_->data());
  SetSoftEnd();
  return p + kFrameHeader;
}

char* PickleWriter::CloseFrame(char* p, uint32_t minimum) {
  char* header = out_->data() + frame_;
  const auto payload = static_cast<uint64_t>(p - header - kFrameHeader);
  frame_ = kNoFrame;
  if (payload < minimum || payload == 0) {
    std::memmove(header, header + kFrameHeader, payload);
    return p - kFrameHeader;
  }
  PutLittle(PutOpcode(header, Opcode::FRAME), payload);
  return p;
}

// ---- Values without identity.

char* PickleWriter::Bool(char* p, bool value) const {
  if (protocol_ >= 2 && policy_.ints != Ints::kText) {
    return PutOpcode(p, value ? Opcode::NEWTRUE : Opcode::NEWFALSE);
  }
  return PutText(p, value ? "I01\n" : "I00\n");
}

// BININT and LONG1.
char* PickleWriter::LongerInt(char* p, int64_t value) {
  if (IsInt32(value)) {
    return PutLittle(PutOpcode(p, Opcode::BININT), static_cast<int32_t>(value));
  }
  return PutLong1(p, value);
}

char* PickleWriter::Int(char* p, int64_t value) {
  switch (policy_.ints) {
    case Ints::kShortest:
      if (protocol_ >= 2 || (protocol_ == 1 && IsInt32(value))) return ShortestInt(p, value);
      return PutTextInt(p, !IsInt32(value), value);
    case Ints::kText: return PutTextInt(p, !IsInt32(value), value);
    case Ints::kTextLong: return PutTextInt(p, true, value);
    case Ints::kLong: return protocol_ >= 2 ? PutLong1(p, value) : PutTextInt(p, true, value);
    case Ints::kWide: break;
  }
  if (protocol_ >= 1 && IsInt32(value)) {
    return PutLittle(PutOpcode(p, Opcode::BININT), static_cast<int32_t>(value));
  }
  if (protocol_ < 2) return PutTextInt(p, !IsInt32(value), value);
  const unsigned size = SignedBytes(value);
  p = PutLittle(PutOpcode(p, Opcode::LONG4), static_cast<int32_t>(size));
  PutLittle(p, value);
  return p + size;
}

bool PickleWriter::BigInt(char** p, std::string_view bytes, size_t max_digits) {
  const bool text = protocol_ < 2 || policy_.ints == Ints::kText || policy_.ints == Ints::kTextLong;
  // Digits are made in quadratic time, so a number that has too many for sure is not tried: ten
  // bits give more than three digits.
  const bool hopeless = max_digits != 0 && bytes.size() * 8 / 10 * 3 > max_digits + 9;
  if (text && !hopeless) {
    const std::string digits = DecimalFromTwosComplement(bytes);
    const size_t count = digits.size() - (digits.front() == '-' ? 1 : 0);
    if (max_digits == 0 || count <= max_digits) {
      *p = PutOpcode(Room(*p, digits.size()), Opcode::LONG);
      *p = PutText(*p, digits);
      *p = PutText(*p, "L\n");
      return true;
    }
  }
  if (protocol_ < 2) return false;
  *p = LongBytes(*p, bytes);
  return true;
}

char* PickleWriter::LongBytes(char* p, std::string_view bytes) {
  p = Room(p, bytes.size());
  if (bytes.size() < 256 && policy_.ints != Ints::kWide) {
    p = PutLittle(PutOpcode(p, Opcode::LONG1), static_cast<uint8_t>(bytes.size()));
  } else {
    p = PutLittle(PutOpcode(p, Opcode::LONG4), static_cast<uint32_t>(bytes.size()));
  }
  return PutText(p, bytes);
}

char* PickleWriter::Float(char* p, uint64_t bits) {
  const auto value = std::bit_cast<double>(bits);
  const bool keeps_bits = !std::isnan(value) || bits == kPlainNan;
  if (protocol_ >= 1 && (policy_.floats == EncodingPolicy::Floats::kBinary || !keeps_bits)) {
    return BinFloat(p, bits);
  }
  p = FloatText(PutOpcode(p, Opcode::FLOAT), value);
  *p++ = '\n';
  return p;
}

char* PickleWriter::Extension(char* p, uint32_t code) const {
  if (policy_.wide_extensions || code > 0xffff) {
    return PutLittle(PutOpcode(p, Opcode::EXT4), code);
  }
  if (code > 0xff) return PutLittle(PutOpcode(p, Opcode::EXT2), static_cast<uint16_t>(code));
  return PutLittle(PutOpcode(p, Opcode::EXT1), static_cast<uint8_t>(code));
}

// ---- Text.

char* PickleWriter::Counted(char* p, std::string_view header, std::string_view text) {
  const bool large =
      text.size() >= kLargeText && policy_.framing == EncodingPolicy::Framing::kCPython;
  const bool outside = large && frame_ != kNoFrame;
  if (outside) p = CloseFrame(p, policy_.frame_minimum);
  if (large && sink_ != nullptr) {
    p = Flush(PutText(Room(p, header.size()), header));
    sink_->WriteLarge(text);
    return outside ? OpenFrame(p) : p;
  }
  p = Room(p, header.size() + text.size());
  p = PutText(PutText(p, header), text);
  return outside ? OpenFrame(p) : p;
}

namespace {

// An opcode and a little-endian length.
template <typename Length>
std::string_view Header(char (&raw)[9], Opcode opcode, Length length) {
  const char* end = PutLittle(PutOpcode(raw, opcode), length);
  return {raw, static_cast<size_t>(end - raw)};
}

}  // namespace

char* PickleWriter::UnicodeText(char* p, std::string_view text) {
  p = Room(p, kMaxEscape * text.size());
  p = RawUnicodeEscape(PutOpcode(p, Opcode::UNICODE), text);
  *p++ = '\n';
  return p;
}

char* PickleWriter::Str(char* p, std::string_view text) {
  using Strings = EncodingPolicy::Strings;
  if (protocol_ == 0 || policy_.strings == Strings::kText) return UnicodeText(p, text);
  char raw[9];
  if (protocol_ >= 4 && (policy_.strings == Strings::kWide || text.size() > kMaxFourBytes)) {
    return Counted(p, Header(raw, Opcode::BINUNICODE8, uint64_t{text.size()}), text);
  }
  if (protocol_ >= 4 && text.size() < 256) {
    const auto size = static_cast<uint8_t>(text.size());
    return PutText(PutLittle(PutOpcode(Room(p, 256), Opcode::SHORT_BINUNICODE), size), text);
  }
  return Counted(p, Header(raw, Opcode::BINUNICODE, static_cast<uint32_t>(text.size())), text);
}

char* PickleWriter::Latin1Str(char* p, std::string_view bytes) {
  std::string text(Latin1Utf8Length(bytes), '\0');
  Latin1ToUtf8(text.data(), bytes);
  return Str(p, text);
}

char* PickleWriter::Bytes(char* p, std::string_view bytes) {
  char raw[9];
  const bool wide = policy_.strings == EncodingPolicy::Strings::kWide;
  if (protocol_ >= 4 && (wide || bytes.size() > kMaxFourBytes)) {
    return Counted(p, Header(raw, Opcode::BINBYTES8, uint64_t{bytes.size()}), bytes);
  }
  if (bytes.size() < 256 && !wide) {
    const auto size = static_cast<uint8_t>(bytes.size());
    return PutText(PutLittle(PutOpcode(Room(p, 256), Opcode::SHORT_BINBYTES), size), bytes);
  }
  return Counted(p, Header(raw, Opcode::BINBYTES, static_cast<uint32_t>(bytes.size())), bytes);
}

char* PickleWriter::ByteArray(char* p, std::string_view bytes) {
  char raw[9];
  return Counted(p, Header(raw, Opcode::BYTEARRAY8, uint64_t{bytes.size()}), bytes);
}

char* PickleWriter::Py2Str(char* p, std::string_view bytes) {
  using Strings = EncodingPolicy::Strings;
  if (protocol_ == 0 || policy_.strings == Strings::kText) {
    const std::string quoted = "'" + EscapeBytes(bytes) + "'";
    return Lines(p, Opcode::STRING, quoted);
  }
  char raw[9];
  if (bytes.size() < 256 && policy_.strings == Strings::kShortest) {
    const auto size = static_cast<uint8_t>(bytes.size());
    return PutText(PutLittle(PutOpcode(Room(p, 256), Opcode::SHORT_BINSTRING), size), bytes);
  }
  return Counted(p, Header(raw, Opcode::BINSTRING, static_cast<uint32_t>(bytes.size())), bytes);
}

char* PickleWriter::Lines(char* p, Opcode opcode, std::string_view first) {
  p = PutText(PutOpcode(Room(p, first.size() + 2), opcode), first);
  *p++ = '\n';
  return p;
}

char* PickleWriter::Lines(char* p, Opcode opcode, std::string_view first, std::string_view second) {
  p = PutText(Lines(Room(p, first.size() + second.size() + 3), opcode, first), second);
  *p++ = '\n';
  return p;
}

// ---- Memo.

char* PickleWriter::TextNumber(char* p, Opcode opcode, uint32_t number) {
  p = std::to_chars(PutOpcode(p, opcode), p + 12, number).ptr;
  *p++ = '\n';
  return p;
}

char* PickleWriter::PutAt(char* p, uint32_t index) const {
  index += memo_start_;
  if (put_ == Memo::kText) return TextNumber(p, Opcode::PUT, index);
  if (put_ == Memo::kBinary && index < 256) {
    return PutLittle(PutOpcode(p, Opcode::BINPUT), static_cast<uint8_t>(index));
  }
  return PutLittle(PutOpcode(p, Opcode::LONG_BINPUT), index);
}

}  // namespace pickleproof
