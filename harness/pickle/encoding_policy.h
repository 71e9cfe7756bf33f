#pragma once
// Every legal freedom that a pickler has, as data: the same graph can be written in many ways, and
// every reader must read each of them as the same graph. Two named policies write what CPython's
// two picklers write, byte for byte.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pickleproof {

struct EncodingPolicy {
  enum class Memoize : uint8_t {
    kAlways,     // everything that carries identity, as CPython does
    kWhenShared  // only what is referred to again (pickletools.optimize)
  };
  enum class MemoOpcode : uint8_t {
    kByProtocol,  // PUT at 0, BINPUT at 1 to 3, MEMOIZE from 4 on
    kText,        // PUT and GET
    kBinary,      // BINPUT, LONG_BINPUT, BINGET, LONG_BINGET where the protocol has them
    kLongBinary   // the four-byte forms only
  };
  enum class Batch : uint8_t {
    kC,       // _pickle: pairs up to 1000; a single leftover item still in its own batch of e/u
    kPython,  // pickle.py: a batch of one is written as APPEND or SETITEM
    kSingle,  // APPEND and SETITEM only
    kMark     // LIST and DICT opcodes with all items before them where no cycle forbids it
  };
  enum class Framing : uint8_t { kC, kPython, kNone, kOne };
  enum class Ints : uint8_t { kShortest, kText, kLong, kWide };
  enum class Floats : uint8_t { kBinary, kText };
  enum class Strings : uint8_t { kShortest, kText, kWide };

  Memoize memoize = Memoize::kAlways;
  MemoOpcode memo_opcode = MemoOpcode::kByProtocol;
  Batch batch = Batch::kC;
  uint32_t batch_size = 1000;
  Framing framing = Framing::kC;
  Ints ints = Ints::kShortest;
  Floats floats = Floats::kBinary;
  Strings strings = Strings::kShortest;
  bool tuple_opcodes = true;  // TUPLE1 to TUPLE3 from protocol 2 on, else MARK ... TUPLE
  bool text_globals = false;  // GLOBAL even from protocol 4 on
  bool proto_header = true;   // PROTO from protocol 2 on

  friend bool operator==(const EncodingPolicy&, const EncodingPolicy&) = default;

  // "_pickle", "pickle.py", or one of the names below; nothing where there is no such policy.
  static std::optional<EncodingPolicy> Named(std::string_view name);
  // All names that Named() knows.
  static std::vector<std::string_view> Names();
};

}  // namespace pickleproof
