#pragma once
// Leaves at the boundaries where picklers and readers change their minds: sizes at which another
// opcode takes over, text that an escape or a codec treats differently, floats that text can't
// carry. As plain values, for graphs and for opcode programs alike; the first draw of each is the
// plainest one.

#include <cstdint>
#include <string>
#include <string_view>

#include "generators/choices.h"
#include "harness/base/bytes.h"

namespace pickleproof {

// An int that fits 64 bits: small numbers, and the neighbours of every power of two at which an
// opcode or a sign byte changes.
int64_t SmallIntLeaf(Choices& choices);

// An int as minimal two's complement, little-endian (empty for 0): SmallIntLeaf() and, within
// `max_bits`, neighbours of powers of two up to 8 * 257 bits, where LONG1 gives way to LONG4.
std::string IntLeaf(Choices& choices, uint32_t max_bits = 8 * 257 + 1);

// Plus or minus 2**exponent + delta, as minimal two's complement.
std::string PowerOfTwo(uint32_t exponent, int delta, bool negative);

// The bits of a float: zeros, subnormals, the largest, infinities, NaNs, and any pattern. Without
// `nan_payloads` every NaN is the one that Python's float('nan') gives, since FLOAT carries no
// other.
uint64_t FloatLeaf(Choices& choices, bool nan_payloads = true);

// Generalized UTF-8. With `surrogates` also lone surrogates, and pairs of them, which stay two code
// points.
std::string TextLeaf(Choices& choices, bool surrogates = true);

// Printable ASCII without backslash and newline, maybe empty: what every text argument can hold.
std::string AsciiLeaf(Choices& choices);

// A name as attributes and keyword arguments have it; few, so that equal ones are common.
std::string_view WordLeaf(Choices& choices);

// Byte strings: empty, one byte, 255, 256 and more, every value.
std::string BytesLeaf(Choices& choices);

struct NamedGlobal {
  std::string_view module, name;
  // The first protocol at which CPython writes this name so that reading gives it back: 0 where
  // fix_imports keeps it, 3 where it does not or the name is not ASCII, 4 where it is dotted.
  int protocol;
  // Whether calls of it are left alone by inert readers (harness/pickle/well_known.def).
  bool inert_call;
};

// A global whose `protocol` is at most `protocol`, and with `callable` an inert call too.
const NamedGlobal& GlobalLeaf(Choices& choices, int protocol = 5, bool callable = false);

// Extension codes at the boundaries of EXT1, EXT2 and EXT4: 1 to 2**31 - 1.
uint32_t ExtensionCodeLeaf(Choices& choices);

}  // namespace pickleproof
