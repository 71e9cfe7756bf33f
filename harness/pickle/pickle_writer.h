#pragma once
// Bytes of a pickle: opcodes with their arguments in the form that protocol and policy ask for, and
// frames around them. It knows nothing of graphs, memo contents or order, so that any source of
// values can be written through it.
//
// Every method takes the position to write at and returns the one after, so that loops can keep it
// in a register: a store through char* could alias a member. Between two calls of Boundary() up to
// kSlack bytes may be written without asking for room; whoever writes more calls Room().

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "harness/pickle/encoding_policy.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {

inline char* PutOpcode(char* p, Opcode opcode) {
  *p = static_cast<char>(opcode);
  return p + 1;
}

template <typename T>
char* PutLittle(char* p, T value) {
  std::memcpy(p, &value, sizeof value);
  return p + sizeof value;
}

// memcpy for mostly short text.
inline char* PutText(char* p, std::string_view text) {
  const char* s = text.data();
  const size_t n = text.size();
  if (n > 32) {
    std::memcpy(p, s, n);
  } else if (n >= 16) {
    std::memcpy(p, s, 16);
    std::memcpy(p + n - 16, s + n - 16, 16);
  } else if (n >= 8) {
    std::memcpy(p, s, 8);
    std::memcpy(p + n - 8, s + n - 8, 8);
  } else if (n >= 4) {
    std::memcpy(p, s, 4);
    std::memcpy(p + n - 4, s + n - 4, 4);
  } else {
    for (size_t i = 0; i < n; ++i) p[i] = s[i];
  }
  return p + n;
}

// Where a pickle goes piece by piece instead of being kept as a whole. A failure is the sink's own
// business: it takes what comes afterwards and does nothing.
class PickleSink {
 public:
  virtual ~PickleSink() = default;
  // The next bytes of the pickle: whole frames, and what stands before large text.
  virtual void Write(std::string_view bytes) = 0;
  // Large text, which is not copied before.
  virtual void WriteLarge(std::string_view text) = 0;
};

class PickleWriter {
 public:
  static constexpr ptrdiff_t kSlack = 512;

  PickleWriter(int protocol, const EncodingPolicy& policy);

  int protocol() const { return protocol_; }
  const EncodingPolicy& policy() const { return policy_; }

  // Starts a pickle behind what `out` holds: PROTO and the first frame.
  char* Begin(std::string& out, uint64_t max_bytes);
  // From the next Begin() on, frames that are full and large text go to `sink` and not to `out`,
  // where nothing must stand before the pickle. nullptr: all of it goes to `out`.
  void SetSink(PickleSink* sink) { sink_ = sink; }
  // STOP and the end of the last frame; `out` now ends with the pickle.
  void End(char* p);
  // Makes `out` what it was at Begin().
  void Abort();
  // Whether more than max_bytes were asked for; writing goes on harmlessly until someone looks.
  bool over_limit() const { return over_limit_; }

  // To be called before each value: here frames may end, and there is room again.
  char* Boundary(char* p) {
    if (p >= soft_end_) [[unlikely]]
      return AtBoundary(p);
    return p;
  }
  // The position up to which values of at most kSlack bytes need no Boundary().
  const char* soft_end() const { return soft_end_; }
  // Makes room for `size` more bytes, and kSlack.
  char* Room(char* p, size_t size) {
    if (static_cast<size_t>(hard_end_ - p) < size + kSlack) [[unlikely]]
      return Grow(p, size + kSlack);
    return p;
  }

  // ---- Values without identity.

  char* None(char* p) const { return PutOpcode(p, Opcode::NONE); }
  char* Bool(char* p, bool value) const;
  char* Int(char* p, int64_t value);
  // Minimal two's complement of more than eight bytes. False where text is the only form and Python
  // refuses to make so many digits.
  bool BigInt(char** p, std::string_view twos_complement, size_t max_digits);
  // The binary half of it; from protocol 2 on.
  char* LongBytes(char* p, std::string_view twos_complement);
  char* Float(char* p, uint64_t bits);

  // The forms of kShortest at protocols 2 and up, for loops.
  static char* ShortestInt(char* p, int64_t value) {
    const auto bits = static_cast<uint64_t>(value);
    if (bits >= 0x10000) return LongerInt(p, value);
    // Without a branch between the two: no one can predict it.
    const bool one_byte = bits < 0x100;
    PutLittle(PutOpcode(p, one_byte ? Opcode::BININT1 : Opcode::BININT2),
              static_cast<uint16_t>(bits));
    return p + (one_byte ? 2 : 3);
  }
  static char* BinFloat(char* p, uint64_t bits) {
    return PutLittle(PutOpcode(p, Opcode::BINFLOAT), __builtin_bswap64(bits));
  }

  // A str of at most 255 bytes, without asking for room.
  char* ShortStr(char* p, std::string_view text) const {
    if (protocol_ >= 4) {
      p = PutLittle(PutOpcode(p, Opcode::SHORT_BINUNICODE), static_cast<uint8_t>(text.size()));
    } else {
      p = PutLittle(PutOpcode(p, Opcode::BINUNICODE), static_cast<uint32_t>(text.size()));
    }
    return PutText(p, text);
  }

  // ---- Text, without its memo entry.

  // Well-formed generalized UTF-8; of less than 4 GiB below protocol 4.
  char* Str(char* p, std::string_view text);
  // The same for bytes that stand for code points below 256, as _codecs.encode wants them.
  char* Latin1Str(char* p, std::string_view bytes);
  // BINBYTES and its kin; from protocol 3 on, less than 4 GiB below 4.
  char* Bytes(char* p, std::string_view bytes);
  // BYTEARRAY8; from protocol 5 on.
  char* ByteArray(char* p, std::string_view bytes);
  // STRING and its kin, which Python 3 never writes.
  char* Py2Str(char* p, std::string_view bytes);
  // An opcode with lines of text behind it, as GLOBAL, INST and PERSID have them.
  char* Lines(char* p, Opcode opcode, std::string_view first);
  char* Lines(char* p, Opcode opcode, std::string_view first, std::string_view second);

  // ---- Memo. `index` counts from 0.

  char* Put(char* p, uint32_t index) const {
    if (put_ == Memo::kMemoize) return PutOpcode(p, Opcode::MEMOIZE);
    return PutAt(p, index);
  }
  char* Get(char* p, uint32_t index) const {
    index += memo_start_;
    if (get_ == Memo::kBinary && index < 256) {
      p = PutOpcode(p, Opcode::BINGET);
      return PutLittle(p, static_cast<uint8_t>(index));
    }
    if (get_ != Memo::kText) return PutLittle(PutOpcode(p, Opcode::LONG_BINGET), index);
    return TextNumber(p, Opcode::GET, index);
  }

  // EXT1, EXT2 or EXT4. `code` is 1 to 2^31-1.
  char* Extension(char* p, uint32_t code) const;

 private:
  enum class Memo : uint8_t { kText, kBinary, kLongBinary, kMemoize };

  char* AtBoundary(char* p);
  char* Grow(char* p, size_t size);
  char* OpenFrame(char* p);
  char* CloseFrame(char* p, uint32_t minimum);
  void SetSoftEnd();
  char* PutAt(char* p, uint32_t index) const;
  static char* LongerInt(char* p, int64_t value);
  static char* TextNumber(char* p, Opcode opcode, uint32_t number);
  // A header in front of `text`, outside of frames where it is large.
  char* Counted(char* p, std::string_view header, std::string_view text);
  char* Flush(char* p);
  char* UnicodeText(char* p, std::string_view text);

  int protocol_;
  EncodingPolicy policy_;
  bool framing_;
  Memo put_, get_;
  uint32_t memo_start_;

  PickleSink* sink_ = nullptr;
  std::string* out_ = nullptr;
  size_t start_ = 0;  // of this pickle in *out_
  uint64_t max_bytes_ = 0;
  bool over_limit_ = false;
  static constexpr size_t kNoFrame = ~size_t{0};
  size_t frame_ = kNoFrame;  // offset of the open frame in *out_
  char* hard_end_ = nullptr;
  char* soft_end_ = nullptr;  // at least kSlack below hard_end_, at most where the frame is full
};

}  // namespace pickleproof
