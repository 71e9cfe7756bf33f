#pragma once
// The instructions that the machine's fast loop leaves alone, by family: rare ones, and those with
// arguments where the end of what was read is near or something is wrong. Part of machine.h, which
// see; apart from it because of its size only.

#include <limits>

#include "harness/pickle/machine.h"

namespace pickleproof {

template <class World>
[[gnu::noinline]] auto Machine<World>::Execute(Registers& r, Input& input) -> Step {
  if (r.next == r.limit) {
    // Makes a byte visible; the fast loop may have use for it.
    if (TakeSlow(r, input, 1) == nullptr) {
      return Fail(ErrorCode::kTruncated, "the pickle ends without STOP", "EOFError");
    }
    --r.next;
    return Step::kDone;
  }
  --steps_left_;
  return ExecuteFamily(static_cast<Opcode>(*r.next++), r, input);
}

template <class World>
auto Machine<World>::ExecuteFamily(Opcode opcode, Registers& r, Input& input) -> Step {
  switch (opcode) {
    case Opcode::INT:
    case Opcode::LONG:
    case Opcode::FLOAT:
    case Opcode::STRING:
    case Opcode::UNICODE: return ExecuteText(opcode, r, input);
    case Opcode::BININT1:
    case Opcode::BININT2:
    case Opcode::BININT:
    case Opcode::BINFLOAT:
    case Opcode::PROTO:
    case Opcode::FRAME: return ExecuteNumber(opcode, r, input);
    case Opcode::LONG1:
    case Opcode::LONG4:
    case Opcode::BINSTRING:
    case Opcode::SHORT_BINSTRING:
    case Opcode::BINBYTES:
    case Opcode::SHORT_BINBYTES:
    case Opcode::BINBYTES8:
    case Opcode::BYTEARRAY8:
    case Opcode::BINUNICODE:
    case Opcode::SHORT_BINUNICODE:
    case Opcode::BINUNICODE8: return ExecuteCounted(opcode, r, input);
    case Opcode::GET:
    case Opcode::BINGET:
    case Opcode::LONG_BINGET:
    case Opcode::PUT:
    case Opcode::BINPUT:
    case Opcode::LONG_BINPUT: return ExecuteMemo(opcode, r, input);
    case Opcode::LIST:
    case Opcode::DICT:
    case Opcode::EMPTY_SET:
    case Opcode::ADDITEMS:
    case Opcode::FROZENSET:
    case Opcode::POP:
    case Opcode::DUP:
    case Opcode::POP_MARK:
    case Opcode::NEXT_BUFFER:
    case Opcode::READONLY_BUFFER: return ExecuteStack(opcode, r);
    case Opcode::GLOBAL:
    case Opcode::STACK_GLOBAL:
    case Opcode::INST:
    case Opcode::OBJ:
    case Opcode::REDUCE:
    case Opcode::NEWOBJ_EX:
    case Opcode::EXT1:
    case Opcode::EXT2:
    case Opcode::EXT4: return ExecuteObject(opcode, r, input);
    case Opcode::PERSID:
    case Opcode::BINPERSID: return ExecutePersistentId(opcode, r, input);
    default: return Fail(ErrorCode::kUnknownOpcode, "no protocol has an opcode with this byte");
  }
}

template <class World>
auto Machine<World>::PushInt(Registers& r, const std::optional<IntText>& parsed) -> Step {
  if (!parsed) return Fail(ErrorCode::kBadArgument, "text that is no int", "ValueError");
  return Push(r, parsed->small ? world_.Int(*parsed->small) : world_.Long(parsed->big));
}

template <class World>
auto Machine<World>::PushPy2(Registers& r, std::string_view bytes, bool borrowed) -> Step {
  if constexpr (requires { world_.DecodePy2(bytes); }) return Push(r, world_.DecodePy2(bytes));
  if (!encoding_) {
    return Fail(ErrorCode::kUnsupported,
                "an encoding that this reader doesn't know; use ASCII, latin-1, UTF-8 or bytes");
  }
  if (*encoding_ == TextEncoding::kBytes)
    return Push(r, world_.Text(Kind::kBytes, bytes, borrowed));
  if (*encoding_ == TextEncoding::kKeep)
    return Push(r, world_.Text(Kind::kPy2Str, bytes, borrowed));
  const Result<std::string> text = DecodeText(bytes, *encoding_, options_.errors);
  if (!text) {
    error_ = text.error();
    error_.exception = "UnicodeDecodeError";
    return Step::kFailed;
  }
  return Push(r, world_.Text(Kind::kStr, *text, false));
}

template <class World>
auto Machine<World>::ExecuteText(Opcode opcode, Registers& r, Input& input) -> Step {
  const auto read = Line(r, input);
  if (!read) return InputFailed(input);
  std::string_view line = *read;
  if (opcode == Opcode::STRING) {
    const Result<std::string> bytes = DecodeQuotedString(line);
    if (bytes) return PushPy2(r, *bytes, false);
    const bool escape = bytes.error().exception == "ValueError";
    return Fail(ErrorCode::kBadArgument, "a STRING argument with bad quotes or escapes",
                escape ? "ValueError" : "UnpicklingError");
  }
  if (opcode == Opcode::UNICODE) {
    const Result<std::string> text = DecodeRawUnicodeEscape(line);
    if (text) return Push(r, world_.Text(Kind::kStr, *text, false));
    return Fail(ErrorCode::kBadEncoding, "bad raw-unicode-escape", "UnicodeDecodeError");
  }
  if (line.empty()) return Fail(ErrorCode::kBadArgument, "an empty number");
  const bool strict = Has(Quirk::kStrictNumberText);
  // The C reader hands lines to functions that stop at a NUL.
  const auto until_nul = [&](std::string_view text) {
    return strict ? text : text.substr(0, text.find('\0'));
  };
  if (opcode == Opcode::INT) {
    bool is_bool = strict && (line == "00" || line == "01");
    if constexpr (requires { world_.IntText(line, 0); }) {
      const auto small = ParseSmallCInt(line, &is_bool);
      if (!small) return Push(r, world_.IntText(until_nul(line), 0));
      return Push(r, is_bool ? world_.Bool(*small != 0) : world_.Int(*small));
    } else {
      const auto value = strict ? ParsePythonInt(line, 0) : ParseCInt(line, &is_bool);
      if (is_bool) return Push(r, world_.Bool(line == "01" || (value && value->small == 1)));
      return PushInt(r, value);
    }
  }
  if (opcode == Opcode::LONG) {
    if (line.ends_with('L')) line.remove_suffix(1);
    if constexpr (requires { world_.IntText(line, 0); }) {
      return Push(r, world_.IntText(until_nul(line), 0));
    } else {
      return PushInt(r, ParsePythonInt(until_nul(line), 0));
    }
  }
  bool overflow = false;
  const auto value = strict ? ParsePythonFloat(line) : ParseCFloat(line, &overflow);
  if (overflow) return Fail(ErrorCode::kValue, "a float beyond the largest", "OverflowError");
  if (!value) return Fail(ErrorCode::kBadArgument, "text that is no float", "ValueError");
  return Push(r, world_.Float(std::bit_cast<uint64_t>(*value)));
}

template <class World>
auto Machine<World>::ExecuteNumber(Opcode opcode, Registers& r, Input& input) -> Step {
  const size_t width = opcode == Opcode::BINFLOAT || opcode == Opcode::FRAME ? 8
                       : opcode == Opcode::BININT                            ? 4
                       : opcode == Opcode::BININT2                           ? 2
                                                                             : 1;
  const char* field = Take(r, input, width);
  if (field == nullptr) return InputFailed(input);
  uint64_t number = 0;
  std::memcpy(&number, field, width);
  if (opcode == Opcode::BINFLOAT) return Push(r, world_.Float(__builtin_bswap64(number)));
  if (opcode == Opcode::PROTO) {
    if (number > kHighestProtocol) {
      return Fail(ErrorCode::kProtocol, "a protocol above 5", "ValueError");
    }
    protocol_ = static_cast<int>(number);
    return Step::kDone;
  }
  if (opcode == Opcode::FRAME) {
    input.set_next(r.next);
    if (!input.BeginFrame(number)) return InputFailed(input);
    r.next = input.next();
    r.limit = input.limit();
    return Step::kDone;
  }
  return Push(r, world_.Int(opcode == Opcode::BININT ? Number<int32_t>(field)
                                                     : static_cast<int64_t>(number)));
}

template <class World>
auto Machine<World>::ExecuteCounted(Opcode opcode, Registers& r, Input& input) -> Step {
  static constexpr uint64_t kMaxSize = std::numeric_limits<int64_t>::max();
  size_t width = 1;
  if (opcode == Opcode::LONG4 || opcode == Opcode::BINSTRING || opcode == Opcode::BINBYTES ||
      opcode == Opcode::BINUNICODE) {
    width = 4;
  }
  if (opcode == Opcode::BINBYTES8 || opcode == Opcode::BYTEARRAY8 ||
      opcode == Opcode::BINUNICODE8) {
    width = 8;
  }
  const char* field = Take(r, input, width);
  if (field == nullptr) return InputFailed(input);
  uint64_t number = 0;
  std::memcpy(&number, field, width);
  const bool is_signed =
      opcode == Opcode::LONG4 || (opcode == Opcode::BINSTRING && Has(Quirk::kSignedBinString));
  if (number > kMaxSize || (is_signed && number > 0x7fffffffU)) {
    return Fail(ErrorCode::kBadArgument, "a negative length, or one beyond any memory",
                width == 8 ? "OverflowError" : "UnpicklingError");
  }
  const bool counted = opcode == Opcode::BINBYTES || opcode == Opcode::SHORT_BINBYTES ||
                       opcode == Opcode::BINBYTES8 || opcode == Opcode::BYTEARRAY8;
  input.set_next(r.next);
  const char* bytes = counted ? input.TakeCounted(number) : input.Take(number);
  r.next = input.next();
  r.limit = input.limit();
  if (bytes == nullptr) return InputFailed(input);
  const std::string_view text(bytes, static_cast<size_t>(number));
  if (opcode == Opcode::LONG1 || opcode == Opcode::LONG4) return Push(r, world_.Long(text));
  if (opcode == Opcode::BYTEARRAY8) return Push(r, world_.Text(Kind::kByteArray, text, true));
  if (counted) return Push(r, world_.Text(Kind::kBytes, text, true));
  if (opcode == Opcode::SHORT_BINUNICODE || opcode == Opcode::BINUNICODE ||
      opcode == Opcode::BINUNICODE8) {
    return PushUtf8(r, bytes, number);
  }
  return PushPy2(r, text, true);
}

template <class World>
auto Machine<World>::ExecuteStack(Opcode opcode, Registers& r) -> Step {
  switch (opcode) {
    case Opcode::EMPTY_SET: return Push(r, world_.Empty(Kind::kSet));
    case Opcode::NEXT_BUFFER: return Push(r, world_.NextBuffer());
    case Opcode::READONLY_BUFFER: {
      if (Above(r) == 0) return Underflow();
      const Value view = world_.ReadOnly(r.top[-1]);
      --r.top;
      return Push(r, view);
    }
    case Opcode::DUP:
      if (Above(r) == 0) return Underflow();
      world_.Share(r.top[-1]);
      return Push(r, r.top[-1]);
    case Opcode::POP:
      if (Above(r) == 0) return PopMark() == nullptr ? Underflow() : Step::kDone;
      DropFrom(r.top - 1, r);
      return Step::kDone;
    default: break;
  }
  Value* first = PopMark();
  if (first == nullptr) return NoMark();
  if (opcode == Opcode::ADDITEMS) return AddItems(r, first);
  if (opcode == Opcode::POP_MARK) {
    DropFrom(first, r);
    return Step::kDone;
  }
  if (opcode == Opcode::DICT && (r.top - first) % 2 != 0) {
    return Fail(ErrorCode::kStack, "an odd number of values for keys and values");
  }
  const auto items = From(first, r);
  const Value made = opcode == Opcode::LIST   ? world_.List(items)
                     : opcode == Opcode::DICT ? world_.Dict(items)
                                              : world_.FrozenSet(items);
  r.top = first;
  return Push(r, made);
}

template <class World>
auto Machine<World>::ExecuteObject(Opcode opcode, Registers& r, Input& input) -> Step {
  switch (opcode) {
    case Opcode::EXT1:
    case Opcode::EXT2:
    case Opcode::EXT4: {
      const size_t width = opcode == Opcode::EXT1 ? 1 : opcode == Opcode::EXT2 ? 2 : 4;
      const char* arg = Take(r, input, width);
      if (arg == nullptr) return InputFailed(input);
      uint32_t code = 0;
      std::memcpy(&code, arg, width);
      if (code == 0 || code > 0x7fffffffU) {
        return Fail(ErrorCode::kExtension, "an extension code that is not positive");
      }
      return Push(r, world_.Extension(code, protocol_));
    }
    case Opcode::STACK_GLOBAL: {
      if (Above(r) < 2) return Underflow();
      if constexpr (requires { world_.GlobalOf(r.top[-2], r.top[-1], protocol_); }) {
        const Value found = world_.GlobalOf(r.top[-2], r.top[-1], protocol_);
        DropFrom(r.top - 2, r);
        return Push(r, found);
      }
      std::string_view module, name;
      if (!world_.AsStr(r.top[-2], &module) || !world_.AsStr(r.top[-1], &name)) {
        return Fail(ErrorCode::kType, "STACK_GLOBAL needs two str");
      }
      const Value global = world_.Global(module, name, protocol_);
      DropFrom(r.top - 2, r);
      return Push(r, global);
    }
    case Opcode::OBJ: {
      Value* first = PopMark();
      if (first == nullptr) return NoMark();
      if (first == r.top) return Underflow();
      const Value args = world_.Tuple(From(first + 1, r));
      r.top = first;
      if (args == World::kNoValue) {
        Drop(*first);
        return WorldFailed();
      }
      return Push(r, world_.Call(How::kObj, *first, args));
    }
    case Opcode::REDUCE:
      if (Above(r) < 2) return Underflow();
      r.top -= 2;
      return Push(r, world_.Call(How::kReduce, r.top[0], r.top[1]));
    case Opcode::NEWOBJ_EX:
      if (Above(r) < 3) return Underflow();
      r.top -= 3;
      return Push(r, world_.New(r.top[0], r.top[1], r.top[2]));
    default: return FindByLines(opcode == Opcode::INST, r, input);
  }
}

template <class World>
auto Machine<World>::ExecutePersistentId(Opcode opcode, Registers& r, Input& input) -> Step {
  if (!options_.persistent_ids) {
    return Fail(ErrorCode::kPersistentId, "a persistent id, and nobody to resolve it");
  }
  if (opcode == Opcode::BINPERSID) {
    if (Above(r) == 0) return Underflow();
    --r.top;
    return Push(r, world_.Persistent(r.top[0]));
  }
  const auto line = Line(r, input);
  if (!line) return InputFailed(input);
  if (!IsAscii(*line)) {
    return Fail(ErrorCode::kPersistentId, "a persistent id of protocol 0 must be ASCII");
  }
  const Value pid = world_.Text(Kind::kStr, *line, true);
  return pid == World::kNoValue ? WorldFailed() : Push(r, world_.Persistent(pid));
}

// GLOBAL, and INST, which calls what it finds with everything above the mark.
template <class World>
auto Machine<World>::FindByLines(bool is_inst, Registers& r, Input& input) -> Step {
  const bool late_mark = Has(Quirk::kInstFindsBeforeMark);
  Value* first = is_inst && !late_mark ? PopMark() : nullptr;
  if (is_inst && !late_mark && first == nullptr) return NoMark();
  std::string_view names[2];
  for (std::string_view& name : names) {
    const auto line = Line(r, input);
    if (!line) return InputFailed(input);
    if (line->empty() && !Has(Quirk::kEmptyNames)) {
      return Fail(ErrorCode::kTruncated, "an empty module or name");
    }
    if (is_inst ? !IsAscii(*line) : !IsUtf8(*line, false)) {
      return Fail(ErrorCode::kBadEncoding, "a module or name that is no text",
                  "UnicodeDecodeError");
    }
    name = *line;
  }
  if (!is_inst) return Push(r, world_.Global(names[0], names[1], protocol_));
  const Value callable = world_.Global(names[0], names[1], protocol_);
  if (callable == World::kNoValue) return WorldFailed();
  if (late_mark) first = PopMark();
  if (first == nullptr) {
    Drop(callable);
    return NoMark();
  }
  const Value args = world_.Tuple(From(first, r));
  r.top = first;
  if (args == World::kNoValue) {
    Drop(callable);
    return WorldFailed();
  }
  return Push(r, world_.Call(How::kInst, callable, args));
}

}  // namespace pickleproof
