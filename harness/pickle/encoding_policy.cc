#include "harness/pickle/encoding_policy.h"

namespace pickleproof {
namespace {

struct NamedPolicy {
  std::string_view name;
  EncodingPolicy policy;
};

// Any policy but CPython's own: nothing that a protocol lacks, nothing that loses identity.
EncodingPolicy Strict() {
  EncodingPolicy policy;
  policy.memoize_persistent = true;
  policy.early_tuple2 = false;
  policy.make_twice = false;
  return policy;
}

EncodingPolicy PicklePy() {
  EncodingPolicy policy;
  policy.batch = EncodingPolicy::Batch::kPython;
  policy.repeat_steps = true;
  policy.forget_escaped = true;
  return policy;
}

EncodingPolicy Optimized() {
  EncodingPolicy policy = Strict();
  policy.memoize = EncodingPolicy::Memoize::kWhenShared;
  return policy;
}

EncodingPolicy Text() {
  EncodingPolicy policy = Strict();
  policy.memo_opcode = EncodingPolicy::MemoOpcode::kText;
  policy.batch = EncodingPolicy::Batch::kSingle;
  policy.framing = EncodingPolicy::Framing::kNone;
  policy.ints = EncodingPolicy::Ints::kText;
  policy.floats = EncodingPolicy::Floats::kText;
  policy.strings = EncodingPolicy::Strings::kText;
  policy.tuple_opcodes = false;
  policy.text_globals = true;
  return policy;
}

EncodingPolicy Wide() {
  EncodingPolicy policy = Strict();
  policy.memo_opcode = EncodingPolicy::MemoOpcode::kLongBinary;
  policy.ints = EncodingPolicy::Ints::kWide;
  policy.strings = EncodingPolicy::Strings::kWide;
  policy.wide_extensions = true;
  return policy;
}

EncodingPolicy Longs() {
  EncodingPolicy policy = Strict();
  policy.memo_opcode = EncodingPolicy::MemoOpcode::kBinary;
  policy.ints = EncodingPolicy::Ints::kLong;
  return policy;
}

EncodingPolicy TextLongs() {
  EncodingPolicy policy = Strict();
  policy.ints = EncodingPolicy::Ints::kTextLong;
  policy.strings = EncodingPolicy::Strings::kText;
  return policy;
}

EncodingPolicy Marks() {
  EncodingPolicy policy = Strict();
  policy.batch = EncodingPolicy::Batch::kMark;
  policy.tuple_opcodes = false;
  return policy;
}

EncodingPolicy Batched(EncodingPolicy::Batch batch, uint32_t size) {
  EncodingPolicy policy = Strict();
  policy.batch = batch;
  policy.batch_size = size;
  return policy;
}

EncodingPolicy Framed(EncodingPolicy::Framing framing, uint32_t size, uint32_t minimum) {
  EncodingPolicy policy = Strict();
  policy.framing = framing;
  policy.frame_size = size;
  policy.frame_minimum = minimum;
  return policy;
}

EncodingPolicy Calls() {
  EncodingPolicy policy = Strict();
  policy.calls = true;
  return policy;
}

EncodingPolicy CountsFromOne() {
  EncodingPolicy policy = Strict();
  policy.memo_opcode = EncodingPolicy::MemoOpcode::kBinary;
  policy.memo_start = 1;
  return policy;
}

EncodingPolicy SparseMemo() {
  EncodingPolicy policy = CountsFromOne();
  policy.memo_start = 70000;
  return policy;
}

EncodingPolicy Headless() {
  EncodingPolicy policy = Strict();
  policy.proto_header = false;
  policy.framing = EncodingPolicy::Framing::kNone;
  return policy;
}

std::vector<NamedPolicy> Policies() {
  using Batch = EncodingPolicy::Batch;
  using Framing = EncodingPolicy::Framing;
  return {
      {"_pickle", EncodingPolicy{}},
      {"pickle.py", PicklePy()},
      {"optimized", Optimized()},
      {"text", Text()},
      {"wide", Wide()},
      {"longs", Longs()},
      {"text-longs", TextLongs()},
      {"marks", Marks()},
      {"single-items", Batched(Batch::kSingle, 1)},
      {"small-batches", Batched(Batch::kPython, 3)},
      {"whole-batches", Batched(Batch::kPython, 0xffffffffU)},
      {"unframed", Framed(Framing::kNone, 64 * 1024, 4)},
      {"one-frame", Framed(Framing::kOne, 64 * 1024, 1)},
      {"tiny-frames", Framed(Framing::kCPython, 1, 1)},
      {"calls", Calls()},
      {"memo-from-1", CountsFromOne()},
      {"memo-from-70000", SparseMemo()},
      {"headless", Headless()},
  };
}

}  // namespace

std::optional<EncodingPolicy> EncodingPolicy::Named(std::string_view name) {
  for (const NamedPolicy& row : Policies()) {
    if (row.name == name) return row.policy;
  }
  return std::nullopt;
}

std::optional<EncodingPolicy> EncodingPolicy::OfCPython(std::string_view writer, int minor) {
  if (minor < 9 || (writer != "_pickle" && writer != "pickle.py")) return std::nullopt;
  EncodingPolicy policy = *Named(writer);
  policy.flat_getattr = minor >= 13;
  if (writer == "pickle.py") {
    policy.forget_escaped = minor < 13;
    policy.forget_bytearrays = minor < 10;
  }
  return policy;
}

std::vector<std::string_view> EncodingPolicy::Names() {
  std::vector<std::string_view> names;
  for (const NamedPolicy& row : Policies()) names.push_back(row.name);
  return names;
}

}  // namespace pickleproof
