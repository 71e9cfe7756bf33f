#include "harness/pickle/outcome.h"

namespace pickleproof {

std::string_view Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAccept: return "accept";
    case Verdict::kReject: return "reject";
    case Verdict::kUnsupported: return "unsupported";
    case Verdict::kCrash: return "crash";
    case Verdict::kHang: return "hang";
    case Verdict::kOutOfMemory: return "out-of-memory";
    case Verdict::kStackOverflow: return "stack-overflow";
    case Verdict::kProtocolError: return "protocol-error";
  }
  return "invalid";
}

std::string_view Name(TraceKind kind) {
  switch (kind) {
    case TraceKind::kGlobal: return "global";
    case TraceKind::kExtension: return "ext";
    case TraceKind::kPersistentId: return "persid";
    case TraceKind::kCall: return "call";
    case TraceKind::kNew: return "new";
    case TraceKind::kBuild: return "build";
  }
  return "invalid";
}

}  // namespace pickleproof
