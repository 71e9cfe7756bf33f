#pragma once
// What can go wrong, as a value. Everything that input can cause travels as an Error inside a
// Result; what only our own bug can cause aborts through check.h.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace pickleproof {

inline constexpr uint64_t kNoOffset = ~uint64_t{0};

// The category of an error. Reports and comparisons of the second level use the category, never the
// text of a message.
enum class ErrorCode : uint8_t {
  kTruncated,      // the input ends inside an instruction, or before STOP
  kUnknownOpcode,  // a byte that no protocol defines
  kBadArgument,    // an argument that its opcode can't take (text number, quoting, negative length)
  kBadEncoding,    // text that its codec refuses
  kProtocol,       // PROTO names a protocol that does not exist
  kFrame,          // a frame that does not fit its data
  kStack,          // the stack has too few items, or the wrong shape
  kMark,           // no mark, or a mark where a value must be
  kMemo,           // a memo index that was never set, or can't be
  kType,           // a value of the wrong type for the opcode
  kValue,          // a value of the right type that is refused
  kUnhashable,     // a dict key or set member without a hash
  kPersistentId,   // a persistent id that nobody resolves
  kExtension,      // an extension code without a registration
  kBuffer,         // an out-of-band buffer that is missing
  kLimit,          // one of the Limits was hit: the comparison is poisoned
  kUnsupported,    // a declared missing feature
  kSyntax,         // text notation, assembly
  kUsage,          // a wrong command line
  kIo,             // a file that can't be read or written
  kForeign,        // an error of an interpreter or a library that fits no other category
};

std::string_view Name(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kForeign;
  uint64_t offset = kNoOffset;  // of the instruction that failed, in bytes, where known
  std::string message;          // says what is wrong and, where it helps, what to do
  // The Python exception that CPython raises here ("UnpicklingError", "EOFError", ...); empty where
  // the error does not come from reading or writing a pickle.
  std::string exception = {};

  friend bool operator==(const Error&, const Error&) = default;
};

// "category at offset N: message", for people: surrogates of names in it are written `\udc80`.
std::string ToString(const Error& error);

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> Fail(ErrorCode code, std::string message,
                                   uint64_t offset = kNoOffset) {
  return std::unexpected(Error{code, offset, std::move(message)});
}

}  // namespace pickleproof
