#pragma once
// The instructions of the memo, where the machine's fast loop leaves them alone. Part of machine.h,
// which see; apart from machine_ops.h because here is all that memo indices can be.

#include <string>

#include "harness/pickle/machine.h"

namespace pickleproof {

template <class World>
auto Machine<World>::ExecuteMemo(Opcode opcode, Registers& r, Input& input) -> Step {
  if (opcode != Opcode::GET && opcode != Opcode::PUT) {
    const bool wide = opcode == Opcode::LONG_BINPUT || opcode == Opcode::LONG_BINGET;
    const char* arg = Take(r, input, wide ? 4 : 1);
    if (arg == nullptr) return InputFailed(input);
    const uint64_t index = wide ? Number<uint32_t>(arg) : Number<uint8_t>(arg);
    const bool gets = opcode == Opcode::BINGET || opcode == Opcode::LONG_BINGET;
    return gets ? Get(r, index) : Memoize(r, index);
  }
  const auto line = Line(r, input);
  if (!line) return InputFailed(input);
  if (line->empty()) return Fail(ErrorCode::kBadArgument, "an empty memo index");
  if (opcode == Opcode::PUT && Above(r) == 0) return Underflow();
  const auto parsed =
      ParseMemoIndex(Has(Quirk::kStrictNumberText) ? *line : line->substr(0, line->find('\0')));
  if (!parsed) return Fail(ErrorCode::kBadArgument, "a memo index that is no int", "ValueError");
  if (!parsed->small) return ExecuteHugeMemo(opcode, r, parsed->digits);
  if (*parsed->small < 0) return Fail(ErrorCode::kMemo, "a negative memo index", "ValueError");
  const auto index = static_cast<uint64_t>(*parsed->small);
  return opcode == Opcode::GET ? Get(r, index) : Memoize(r, index);
}

// Such indices are numbered from 2**63 on.
template <class World>
auto Machine<World>::ExecuteHugeMemo(Opcode opcode, Registers& r, const std::string& digits)
    -> Step {
  if (!Has(Quirk::kHugeMemoIndex)) {
    return Fail(ErrorCode::kMemo, "a memo index beyond 63 bits", "OverflowError");
  }
  const uint64_t next = (uint64_t{1} << 63) + huge_indices_.size();
  if (opcode == Opcode::GET) {
    const auto found = huge_indices_.find(digits);
    return Get(r, found == huge_indices_.end() ? next : found->second);
  }
  if (digits.starts_with('-')) {
    return Fail(ErrorCode::kMemo, "a negative memo index", "ValueError");
  }
  return Memoize(r, huge_indices_.try_emplace(digits, next).first->second);
}

}  // namespace pickleproof
