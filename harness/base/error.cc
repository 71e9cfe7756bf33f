#include "harness/base/error.h"

#include <fmt/format.h>

#include "harness/base/utf8.h"

namespace pickleproof {

std::string_view Name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kTruncated: return "truncated";
    case ErrorCode::kUnknownOpcode: return "unknown-opcode";
    case ErrorCode::kBadArgument: return "bad-argument";
    case ErrorCode::kBadEncoding: return "bad-encoding";
    case ErrorCode::kProtocol: return "protocol";
    case ErrorCode::kFrame: return "frame";
    case ErrorCode::kStack: return "stack";
    case ErrorCode::kMark: return "mark";
    case ErrorCode::kMemo: return "memo";
    case ErrorCode::kType: return "type";
    case ErrorCode::kValue: return "value";
    case ErrorCode::kUnhashable: return "unhashable";
    case ErrorCode::kPersistentId: return "persistent-id";
    case ErrorCode::kExtension: return "extension";
    case ErrorCode::kBuffer: return "buffer";
    case ErrorCode::kLimit: return "limit";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kSyntax: return "syntax";
    case ErrorCode::kUsage: return "usage";
    case ErrorCode::kIo: return "io";
    case ErrorCode::kForeign: return "foreign";
  }
  return "invalid";
}

std::string ToString(const Error& error) {
  const std::string message = WithoutSurrogates(error.message);
  if (error.offset == kNoOffset) return fmt::format("{}: {}", Name(error.code), message);
  return fmt::format("{} at offset {}: {}", Name(error.code), error.offset, message);
}

}  // namespace pickleproof
