#pragma once
// Every legal freedom that a pickler has, as data: the same graph can be written in many ways, and
// every reader must read each of them as the same graph. Two named policies write what CPython's
// two picklers write, byte for byte.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pickleproof {

// A default policy is "_pickle". What a protocol has no opcode for is written in the nearest form
// that it has, so every policy works at every protocol.
struct EncodingPolicy {
  enum class Memoize : uint8_t {
    kAlways,     // everything that carries identity, as CPython does
    kWhenShared  // only what the same dump refers to again (pickletools.optimize), or may refer to
                 // again: the parts of recursive tuples, frozensets and objects
  };
  enum class MemoOpcode : uint8_t {
    kByProtocol,  // PUT and GET at 0, BINPUT and BINGET from 1, MEMOIZE from 4 on
    kText,        // PUT and GET
    kBinary,      // BINPUT, LONG_BINPUT, BINGET, LONG_BINGET from 1 on
    kLongBinary   // the four-byte forms only, from 1 on
  };
  enum class Batch : uint8_t {
    kC,  // _pickle: a leftover of one still has its own mark and APPENDS or SETITEMS; a dict or
         // set of exactly n batches ends with an empty one
    kPython,  // pickle.py: a batch of one is written as APPEND or SETITEM
    kSingle,  // APPEND and SETITEM only; ADDITEMS of one
    kMark     // LIST and DICT with all items before them where no cycle forbids it
  };
  enum class Framing : uint8_t {
    kCPython,  // frames of about frame_size; large text outside of them (both of CPython's
               // picklers)
    kNone,
    kOne  // one frame around everything, large text too
  };
  enum class Ints : uint8_t {
    kShortest,
    kText,      // INT up to 32 bits, else LONG; bools as I00 and I01
    kTextLong,  // LONG
    kLong,      // LONG1 and LONG4 from 2 on, else LONG
    kWide       // BININT up to 32 bits, else LONG4
  };
  enum class Floats : uint8_t {
    kBinary,
    kText  // FLOAT, except NaNs whose bits it would lose
  };
  enum class Strings : uint8_t {
    kShortest,
    kText,  // UNICODE; bytes as kShortest
    kWide   // BINUNICODE8, BINBYTES8 from 4 on, else BINUNICODE, BINBYTES
  };

  Memoize memoize = Memoize::kAlways;
  MemoOpcode memo_opcode = MemoOpcode::kByProtocol;
  uint32_t memo_start = 0;  // the first index where indices are written (Python 2's cPickle: 1)
  Batch batch = Batch::kC;
  uint32_t batch_size = 1000;  // items or entries; at least 1
  Framing framing = Framing::kCPython;
  uint32_t frame_size =
      64 * 1024;               // a frame ends before the next value once it has this many bytes
  uint32_t frame_minimum = 4;  // shorter ones are written without FRAME
  Ints ints = Ints::kShortest;
  Floats floats = Floats::kBinary;
  Strings strings = Strings::kShortest;
  bool tuple_opcodes = true;     // TUPLE1 to TUPLE3 from protocol 2 on, else MARK ... TUPLE
  bool text_globals = false;     // GLOBAL even from protocol 4 on
  bool wide_extensions = false;  // EXT4 for every extension code
  bool proto_header = true;      // PROTO from protocol 2 on

  // Calls where the protocol has an opcode too, where no cycle forbids it: set([...]),
  // frozenset([...]), _codecs.encode(text, 'latin1'), bytearray(...), copyreg.__newobj__(...).
  bool calls = false;

  // A persistent id is memoized where it is referred to again. CPython writes the id each time (and
  // leaves it to persistent_load to return the same object), so that such a node is read as many.
  bool memoize_persistent = false;

  // A call made for its effect (effects.h) whose arguments lead to an object that is not made yet
  // waits until that one is made, and so do the items of a list or dict from such an object on.
  // Else they are written where they stand, as CPython does, and the object is made twice, the
  // first time of containers that are not full.
  bool defer_calls = false;

  // What CPython does although it isn't quite right.
  // TUPLE2 before a state setter's REDUCE below protocol 2 too, which has no such opcode.
  bool early_tuple2 = true;
  // An object that its own arguments contain is made twice, and the second one dropped; else it is
  // dropped before it is made. To an inert reader a dropped object may look like a state setter.
  bool make_twice = true;
  // pickle.py applies items and state once more to an object that its own arguments contain.
  bool repeat_steps = false;
  // pickle.py before 3.13 forgets a str that protocol 0 escapes: each reference writes it anew.
  bool forget_escaped = false;
  // pickle.py of 3.9 forgets bytearrays at protocol 5.
  bool forget_bytearrays = false;
  // From 3.13 on the parents of a nested global and the calls of getattr are not memoized below 4.
  bool flat_getattr = false;

  friend bool operator==(const EncodingPolicy&, const EncodingPolicy&) = default;

  // "_pickle", "pickle.py" (both of CPython 3.11), or one of the other names of Names(); nothing
  // for any other.
  static std::optional<EncodingPolicy> Named(std::string_view name);
  // What CPython 3.`minor` writes, 9 to 13 are known; `writer` is "_pickle" or "pickle.py".
  static std::optional<EncodingPolicy> OfCPython(std::string_view writer, int minor);
  // All names that Named() knows, these two first.
  static std::vector<std::string_view> Names();
};

}  // namespace pickleproof
